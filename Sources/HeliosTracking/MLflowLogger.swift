import Foundation
import Helios
import HeliosPython
import Torch
import TorchSerialization

/// Shows what a run logs in MLflow, through its Python package (`pip install mlflow`).
///
/// ```swift
/// let trainer = try Trainer(.epochs(20), checkpoints: .in(folder), logs: .in(folder))
/// try trainer.register(MLflowLogger(experiment: "digits"))
/// ```
/// A resumed training continues the run. In a folder, what the stopped one logged after the checkpoint is taken back,
/// so that the curves are those of a training that never stopped. What MLflow cannot be told is warned of, and the
/// training continues.
public final class MLflowLogger: RunLogger {
    /// Where MLflow keeps its runs.
    public enum Tracking: Sendable, Hashable {
        /// In a folder; by default `mlflow` in the folder of the logs.
        case folder(URL? = nil)
        /// Where a URI says: a server (`http://…`), or a database (`sqlite:///…`).
        case uri(String)
    }

    public let id = "mlflow"
    public let supportedKinds = Set(LoggedKind.allCases).subtracting([.graph])

    /// The ID of the run in MLflow; `nil` until MLflow has begun it.
    public var runID: String? { child?.runID ?? knownRunID }

    private let experiment: String
    private let displayName: String?
    private let tracking: Tracking
    private let parameters: [String: HyperparameterValue]
    private let tags: [String: String]
    private let python: PythonCommand
    private let closingTime: Double
    private let limits: PythonChild.Limits
    private var child: PythonChild?
    private var knownRunID: String?
    /// By which tag the run is found again.
    private var tag = ""
    /// The parameters of the run, those that were logged among them: a run that begins in MLflow after a resume gets
    /// them, too. Like MLflow, it keeps the first value of each.
    private var settings: [String: HyperparameterValue] = [:]
    /// How many points of each curve the training has logged; `nil` for a test.
    private var counts: [String: Int]?

    /// A logger for an experiment.
    ///
    /// - Parameters:
    ///   - experiment: the experiment in MLflow, which is made if it is not there.
    ///   - name: what the run is called there; by default, the name of the model.
    ///   - tracking: where MLflow keeps its runs.
    ///   - parameters: hyperparameters besides those that are logged.
    ///   - tags: tags of the run.
    ///   - python: the Python that has the package.
    ///   - closingTime: how many seconds the end of the run waits for uploads.
    public convenience init(
        experiment: String, name: String? = nil, tracking: Tracking = .folder(),
        parameters: [String: HyperparameterValue] = [:], tags: [String: String] = [:],
        python: PythonCommand = PythonCommand(), closingTime: Double = 60
    ) {
        self.init(
            experiment: experiment, name: name, tracking: tracking, parameters: parameters, tags: tags, python: python,
            closingTime: closingTime, limits: PythonChild.Limits())
    }

    /// - Parameter limits: others for tests.
    init(
        experiment: String, name: String? = nil, tracking: Tracking = .folder(),
        parameters: [String: HyperparameterValue] = [:], tags: [String: String] = [:],
        python: PythonCommand = PythonCommand(), closingTime: Double = 60, limits: PythonChild.Limits
    ) {
        self.experiment = experiment
        displayName = name
        self.tracking = tracking
        self.parameters = parameters
        self.tags = tags
        self.python = python
        self.closingTime = closingTime
        self.limits = limits
    }

    public func open(_ run: LoggedRun) throws {
        let folder = run.folder.appending(path: "mlflow")
        let identity = try RunIdentity(run, key: "run", file: folder.appending(path: "\(run.name).run"))
        (tag, knownRunID, settings) = (identity.id, nil, parameters)
        switch run.start {
        case .new: counts = [:]
        case .resumed(let state):
            knownRunID = state["run_id"]?.string
            counts = try state["counts"] == nil ? [:] : Self.counts(in: state.dictionary("counts"))
            if state["parameters"] != nil {
                settings.merge(HyperparameterValue.values(in: try state.dictionary("parameters"))) { first, _ in first }
            }
        case .added: counts = nil
        }
        let uri: String =
            switch tracking {
            case .folder(let url): (url ?? folder).absoluteURL.absoluteString
            case .uri(let text): text
            }
        let child = try PythonChild(
            python, script: PackageResources.mlflow_run_py, package: "mlflow", in: folder, of: run, limits: limits)
        self.child = child
        // A Python that cannot be started does not end the run: the first record says so.
        try? child.send([
            "do": .string("open"), "run": .string(tag), "uri": .string(uri), "experiment": .string(experiment),
            "name": .string(displayName ?? run.name), "parameters": .settings(settings),
            "tags": .object(tags.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }),
            "turn": child.turn.message,
            "counts": .object((counts ?? [:]).sorted { $0.key < $1.key }.map { .init($0.key, .int($0.value)) }),
            "start": .string(identity.isKnown ? run.start.name : "new"),
        ])
    }

    public func write(_ records: [LogRecord]) throws {
        try PythonChild.sendEach(of: records) { record throws(TrackingError) in
            if case .hyperparameters(let values, _) = record.value { settings.merge(values) { first, _ in first } }
            try child?.send(record.message())
            for point in record.points { counts?[point.name, default: 0] += 1 }
        }
    }

    public func flush() throws {}

    public func stateDict() throws -> StateDict {
        guard let counts else { return [:] }
        var state: StateDict = ["run": .string(tag)]
        if let runID { state["run_id"] = .string(runID) }
        var points = StateDict()
        for (name, count) in counts.sorted(by: { $0.key < $1.key }) { points[.string(name)] = .int(count) }
        state["counts"] = .dictionary(points)
        state["parameters"] = .dictionary(HyperparameterValue.stateDict(of: settings))
        return state
    }

    public func close() throws {
        defer {
            knownRunID = runID
            child = nil
        }
        try child?.finish(within: closingTime)
    }

    private static func counts(in state: StateDict) throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for name in state.names { counts[name] = max(0, try state.int(name)) }
        return counts
    }
}
