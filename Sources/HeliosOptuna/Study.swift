import Foundation
import Helios
import TorchSerialization

/// A search for hyperparameters: a study of Optuna, made by `createOrLoadStudy`.
///
/// ```swift
/// let study = try createOrLoadStudy(
///     StudyOptions(name: "digits", storage: .sqlite(folder.appending(path: "study.db")), direction: .maximize))
/// try study.optimize(trials: 20) { trial in
///     let rate = try trial.suggest("learningRate", .float(1e-4...1e-1, log: true))
///     return try accuracy(trainedWith: rate)
/// }
/// ```
/// On several processes all ranks do the same calls, and get the same answers.
public final class Study {
    /// What the study was opened with.
    public let options: StudyOptions
    /// Tells this study from others of the same name.
    public let id: String
    /// Whether the study was not there before.
    public let isNew: Bool
    /// The version of Optuna.
    public let optunaVersion: String
    /// The number of trials that are over.
    public private(set) var finishedCount: Int

    let connection: StudyConnection
    let warn: @Sendable (String) -> Void

    init(
        _ options: StudyOptions, _ connection: StudyConnection, opening message: JSONValue,
        _ warn: @escaping @Sendable (String) -> Void
    ) throws {
        self.options = options
        self.warn = warn
        self.connection = connection
        let answer = try connection.ask(message, within: options.timeout + .seconds(60))
        guard case .string(let id) = answer["id"], case .bool(let isNew) = answer["new"],
            case .int(let count) = answer["finished"], case .string(let version) = answer["optuna"]
        else { throw OptunaError("Optuna has opened the study and does not say which") }
        (self.id, self.isNew, finishedCount, optunaVersion) = (id, isNew, count, version)
    }

    // MARK: Trials

    /// The next trial: the one that was interrupted, if there is one, or else a new one.
    ///
    /// A trial that was interrupted keeps its number and what it has been suggested. Each trial must be finished
    /// (`tell`) before the next.
    ///
    /// - Returns: `nil` if the sampler has tried everything.
    /// - Throws: `OptunaError` if Optuna cannot begin one.
    public func nextTrial() throws -> Trial? {
        let answer = try connection.ask(["do": .string("next")])
        guard let description = answer["trial"], description != .null else { return nil }
        guard case .int(let number) = description["number"], case .object(let params) = description["params"],
            case .bool(let isResumed) = description["resumed"]
        else { throw OptunaError("Optuna has begun a trial and does not say which") }
        return Trial(of: self, number: number, isResumed: isResumed, parameters: HyperparameterValue.values(in: params))
    }

    /// How a trial ended.
    public enum Ending: Sendable, Hashable {
        /// With a value. One that is not a number is a failure.
        case completed(Double)
        /// The pruner ended it.
        case pruned
        /// It has no value, and is not tried again.
        case failed
    }

    /// Notes how a trial ended.
    ///
    /// - Throws: `OptunaError` if the trial is over already, or if that cannot be stored.
    public func tell(_ trial: Trial, _ ending: Ending) throws {
        let (state, value): (String, JSONValue) =
            switch ending {
            case .completed(let value): ("complete", .double(value))
            case .pruned: ("pruned", .null)
            case .failed: ("fail", .null)
            }
        let answer = try connection.ask([
            "do": .string("tell"), "number": .int(trial.number), "state": .string(state), "value": value,
        ])
        if case .int(let count) = answer["finished"] { finishedCount = count }
    }

    // MARK: What is known

    /// All trials so far, in their order.
    public func trials() throws -> [TrialSummary] {
        var result: [TrialSummary] = []
        while true {
            let answer = try connection.ask(["do": .string("trials"), "from": .int(result.count)])
            guard case .array(let part) = answer["trials"], case .int(let count) = answer["count"] else {
                throw OptunaError("Optuna does not say which trials there are")
            }
            result += try part.map { try TrialSummary($0) }
            if part.isEmpty || result.count >= count { return result }
        }
    }

    /// The trial with the best value; `nil` if none is complete.
    public func bestTrial() throws -> TrialSummary? {
        let answer = try connection.ask(["do": .string("best")])
        guard let trial = answer["trial"], trial != .null else { return nil }
        return try TrialSummary(trial)
    }

    /// Ends the Python, so that another program can use the study. The end of the program does so, too.
    public func close() {
        connection.close()
    }
}

extension HyperparameterValue {
    /// The value in JSON; `nil` if it is none of a hyperparameter.
    init?(_ json: JSONValue) {
        switch json {
        case .double(let value): self = .number(value)
        case .int(let value): self = .integer(value)
        case .bool(let value): self = .bool(value)
        case .string(let value): self = .text(value)
        default: return nil
        }
    }

    static func values(in members: [JSONValue.Member]) -> [String: HyperparameterValue] {
        members.reduce(into: [:]) { $0[$1.key] = HyperparameterValue($1.value) }
    }
}
