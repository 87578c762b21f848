import Foundation
import Helios
import HeliosPython
import Torch
import TorchSerialization

/// Shows what a run logs in Weights & Biases, through its Python package (`pip install wandb`).
///
/// ```swift
/// let trainer = try Trainer(.epochs(20), checkpoints: .in(folder), logs: .in(folder))
/// try trainer.register(WandbLogger(project: "digits"))
/// ```
/// A resumed training continues the run: what the stopped one has logged is not logged again. What W&B cannot be told,
/// for whatever reason, is warned of, and the training continues.
public final class WandbLogger: RunLogger {
    /// Where the records go.
    public enum Mode: String, Sendable {
        /// To the server, as they are logged. `wandb login` or the variable `WANDB_API_KEY` says who is logging.
        case online
        /// Into a folder; `wandb sync` uploads it.
        case offline
        /// Nowhere: nothing is started.
        case disabled
    }

    public let id = "wandb"
    public let supportedKinds = Set(LoggedKind.allCases).subtracting([.graph])

    /// The ID of the run in W&B; `nil` before the first run.
    public private(set) var runID: String?

    private let options: [JSONValue.Member]
    private let config: [String: HyperparameterValue]
    private let displayName: String?
    private let mode: Mode
    private let python: PythonCommand
    private let closingTime: Double
    private let limits: PythonChild.Limits
    private var child: PythonChild?
    /// The settings of the run, those that were logged among them: each of W&B's files has them.
    private var settings: [String: HyperparameterValue] = [:]
    /// How many records the training has logged; `nil` for a test.
    private var recordCount: Int?

    /// A logger for a project.
    ///
    /// - Parameters:
    ///   - project: the project in W&B.
    ///   - name: what the run is called there; by default, the name of the model.
    ///   - config: hyperparameters besides those that are logged.
    ///   - arguments: further arguments of `wandb.init`, as in `["entity": "team", "group": "ablation"]`.
    ///   - mode: where the records go.
    ///   - python: the Python that has the package.
    ///   - closingTime: how many seconds the end of the run waits for uploads.
    public convenience init(
        project: String, name: String? = nil, config: [String: HyperparameterValue] = [:],
        arguments: [String: HyperparameterValue] = [:], mode: Mode = .online, python: PythonCommand = PythonCommand(),
        closingTime: Double = 60
    ) {
        self.init(
            project: project, name: name, config: config, arguments: arguments, mode: mode, python: python,
            closingTime: closingTime, limits: PythonChild.Limits())
    }

    /// - Parameter limits: others for tests.
    init(
        project: String, name: String? = nil, config: [String: HyperparameterValue] = [:],
        arguments: [String: HyperparameterValue] = [:], mode: Mode = .online, python: PythonCommand = PythonCommand(),
        closingTime: Double = 60, limits: PythonChild.Limits
    ) {
        options = [
            .init("project", .string(project)), .init("mode", .string(mode.rawValue)),
            .init("arguments", .settings(arguments)),
        ]
        displayName = name
        self.config = config
        self.mode = mode
        self.python = python
        self.closingTime = closingTime
        self.limits = limits
    }

    public func open(_ run: LoggedRun) throws {
        let folder = run.folder.appending(path: "wandb")
        let identity = try RunIdentity(run, key: "run_id", file: folder.appending(path: "\(run.name).run"))
        runID = identity.id
        settings = config
        switch run.start {
        case .new: recordCount = 0
        case .resumed(let state):
            recordCount = state["records"] == nil ? 0 : max(0, try state.int("records"))
            if state["config"] != nil {
                settings.merge(HyperparameterValue.values(in: try state.dictionary("config"))) { $1 }
            }
        case .added: recordCount = nil
        }
        guard mode != .disabled else { return }
        let child = try PythonChild(
            python, script: PackageResources.wandb_run_py, package: "wandb", in: folder, of: run, limits: limits)
        self.child = child
        // A Python that cannot be started does not end the run: the first record says so.
        try? child.send(
            .object(
                options + [
                    .init("do", .string("open")), .init("run_id", .string(identity.id)),
                    .init("folder", .string(run.folder.path)),
                    .init("turn", child.turn.message), .init("name", .string(displayName ?? run.name)),
                    .init("config", .settings(settings)), .init("number", .int(recordCount ?? 0)),
                    .init("start", .string(identity.isKnown ? run.start.name : "new")),
                ]))
    }

    public func write(_ records: [LogRecord]) throws {
        try PythonChild.sendEach(of: records) { record throws(TrackingError) in
            if case .hyperparameters(let values, _) = record.value { settings.merge(values) { $1 } }
            let number = recordCount
            recordCount = number.map { $0 + 1 }
            try child?.send(record.message(number: number))
        }
    }

    public func flush() throws {}

    public func stateDict() throws -> StateDict {
        guard let runID, let recordCount else { return [:] }
        return [
            "run_id": .string(runID), "records": .int(recordCount),
            "config": .dictionary(HyperparameterValue.stateDict(of: settings)),
        ]
    }

    public func close() throws {
        defer { child = nil }
        try child?.finish(within: closingTime)
    }
}
