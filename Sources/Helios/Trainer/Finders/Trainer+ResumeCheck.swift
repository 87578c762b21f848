import Foundation

extension Trainer {
    /// Checks that a training that is stopped and resumed gives the same bits as one that was never stopped.
    ///
    /// ```swift
    /// try trainer.checkResume(batches: 5, then: 5) { (try Classifier(), ImageData()) }
    /// ```
    /// Run this check once for a new model to find state that checkpoints do not contain. It trains three new models
    /// with this trainer's options and plug-ins: one that does not stop, one that stops after some batches with a
    /// checkpoint, and one that resumes from the checkpoint. Then it compares the losses of every batch and the
    /// contents of the last checkpoints: networks, optimizers, schedulers, random generators, and plug-ins. The
    /// checkpoints are files in a temporary folder, which is removed; nothing else is written. Afterward, the random
    /// generators and numbers of threads are restored.
    ///
    /// - Parameters:
    ///   - batches: the number of batches to train before the stop.
    ///   - more: the number of batches to train after it.
    ///   - make: creates a new model and its data module. It is called three times.
    /// - Returns: the stored properties that are not restored although training changes them. They are also printed.
    /// - Throws: a `ResumeCheckError` if something differs, which names the first difference and the properties that
    ///   are not restored; `ConfigurationError` if the training ends earlier; any error from hooks and data.
    @discardableResult
    public func checkResume<Batch>(
        batches: Int = 3, then more: Int = 3, _ make: () throws -> (Model<Batch>, DataModule<Batch>)
    ) throws -> ResumeCheck {
        guard batches > 0, more > 0, case let (total, isTooLarge) = batches.addingReportingOverflow(more), !isTooLarge
        else {
            throw ConfigurationError(
                "a resume is checked with at least one batch before and one after the stop, not \(batches) and \(more)")
        }
        let observer = ResumeObserver()
        try register(observer)
        defer { status.plugins.removeAll { $0 === observer } }
        let folder = FileManager.default.temporaryDirectory.appending(path: "helios-resume-check-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let given = options.checkpoints
        return try leavingNoTrace {
            func train(_ name: String, upTo end: Int) throws -> ObservedTraining<Batch> {
                var checkpoints = given ?? .in(folder)
                (checkpoints.folder, checkpoints.every) = (folder.appending(path: name), nil)
                status.options.checkpoints = checkpoints
                let (model, data) = try make()
                observer.begin(upTo: end, lookingAt: batches)
                let result = try fit(model, data)
                guard case .interrupted(.request) = result.outcome, result.state.globalIteration == end else {
                    throw ConfigurationError(
                        "the resume cannot be checked with \(batches) and \(more) batches: the training ended after "
                            + "\(result.state.globalIteration), since it was \(result.outcome)")
                }
                guard let file = lastCheckpoint, case .dictionary(let state) = try TorchFile.load(file) else {
                    throw ConfigurationError("the resume cannot be checked: the training has left no checkpoint")
                }
                return ObservedTraining(model: model, losses: observer.losses, state: state, before: observer.snapshot)
            }
            let whole = try train("whole", upTo: total)
            let first = try train("parts", upTo: batches)
            let second = try train("parts", upTo: total)
            let check = ResumeCheck(
                batches: batches, more: more, unsavedProperties: ObservedTraining.unsaved(whole, second))
            if let difference = ObservedTraining.difference(whole, first, second) {
                throw ResumeCheckError(difference: difference, unsavedProperties: check.unsavedProperties)
            }
            print("\(check)")
            return check
        }
    }

    /// Runs `body` without a log, lines of the trainings, checkpoints by frequency, and a time limit. Afterwards the
    /// options and the process are as they were.
    private func leavingNoTrace<Result>(_ body: () throws -> Result) throws -> Result {
        let before = (options, state, lastCheckpoint)
        status.options.logs.file = nil
        status.options.length?.timeLimit = nil
        status.options.display = .nothing
        status.isResumeCheck = true
        defer {
            status.isResumeCheck = false
            (status.options, status.state, status.lastCheckpoint) = before
        }
        return try leavingProcessUnchanged(body)
    }
}

/// The result of a resume check if all bits agree.
public struct ResumeCheck: Equatable, Sendable, CustomStringConvertible {
    /// The number of batches that were trained before the stop.
    public let batches: Int
    /// The number of batches that were trained after it.
    public let more: Int
    /// Stored properties of the model that training changed, that are not in the checkpoint, and that have a different
    /// value after the resume. The batches of the check did not depend on them. Mark them `@Saved` if later batches may
    /// depend on them, and `@Unsaved` if none do.
    public let unsavedProperties: [String]

    public var description: String {
        "resume check: after a stop at batch \(batches), the next \(more) are the same to the bit"
            + Self.note(unsavedProperties)
    }

    fileprivate static func note(_ properties: [String]) -> String {
        guard !properties.isEmpty else { return "" }
        let names = properties.map { "'\($0)'" }.joined(separator: ", ")
        return
            "; these properties changed, are not in the checkpoint, and are another value after the resume: \(names) "
            + "(mark them @Saved, or @Unsaved if nothing depends on them)"
    }
}

/// A resumed training that differs from one that was never stopped.
public struct ResumeCheckError: DescribedError, Equatable {
    /// The first difference.
    public let difference: String
    /// Stored properties of the model that training changed, that are not in the checkpoint, and that have a different
    /// value after the resume. They are the likely reason.
    public let unsavedProperties: [String]

    public var description: String {
        "resume check: \(difference)" + ResumeCheck.note(unsavedProperties)
    }
}

/// Notes the losses of each batch, and stops the training after some.
private final class ResumeObserver: Plugin {
    private(set) var losses: [[(name: String, value: Double)]] = []
    /// What the model's properties held when the check was to look at them.
    private(set) var snapshot: [String: PropertyPrint] = [:]
    private var end = 0
    private var lookingAt = 0

    init() {
        super.init(id: "helios-resume-check")
    }

    func begin(upTo end: Int, lookingAt: Int) {
        (self.end, self.lookingAt) = (end, lookingAt)
        losses = []
        snapshot = [:]
    }

    override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) throws {
        guard let model else { return }
        losses.append(
            try model.lossItems.sorted { $0.key < $1.key }.map { (name: $0.key, value: try $0.value.item().double) })
        if state.globalIteration == lookingAt { snapshot = try PropertyPrint.all(of: model) }
        if state.globalIteration == end { trainer?.stop() }
    }
}

/// A training of a check, when it is over.
private struct ObservedTraining<Batch: Sendable> {
    let model: Model<Batch>
    /// Those of each batch; after a resume of those that came after it.
    let losses: [[(name: String, value: Double)]]
    /// Its last checkpoint.
    let state: StateDict
    /// What the properties held at the batch at which the other training stops.
    let before: [String: PropertyPrint]

    /// What differs first between a training without a stop and one in two parts; `nil` if nothing does.
    static func difference(_ whole: Self, _ first: Self, _ second: Self) -> String? {
        for (batch, (left, right)) in zip(whole.losses, first.losses + second.losses).enumerated() {
            guard let difference = difference(left, right) else { continue }
            return batch < first.losses.count
                ? "two trainings from the start differ already: \(difference) in batch \(batch + 1), so a resume cannot be "
                    + "exact. Draw random numbers from the generators that the trainer seeds, and make models and data alike"
                : "\(difference) in batch \(batch + 1), without the stop and after the resume (a hook that clears what was "
                    + "restored is one reason: onTrainingEpochStart is called again for an epoch that is resumed, and "
                    + "trainer.isResumingEpoch says so)"
        }
        return whole.state.difference(from: second.state).map { "\($0), without the stop and after the resume" }
    }

    private static func difference(
        _ left: [(name: String, value: Double)], _ right: [(name: String, value: Double)]
    ) -> String? {
        guard left.map(\.name) == right.map(\.name) else {
            return "the losses are \(left.map(\.name)) and \(right.map(\.name))"
        }
        let pair = zip(left, right).first { $0.value.bitPattern != $1.value.bitPattern }
        return pair.map { "the loss '\($0.name)' is \($0.value) and \($1.value)" }
    }

    /// The properties that training changed, that are not saved, and that differ after the resume.
    static func unsaved(_ whole: Self, _ resumed: Self) -> [String] {
        guard let (left, right) = try? (PropertyPrint.all(of: whole.model), PropertyPrint.all(of: resumed.model)) else {
            return []
        }
        let saved = (try? whole.model.stateDict().names) ?? []
        return StatefulProperties.stored(in: whole.model).map(\.name).filter { name in
            !saved.contains(name) && whole.before[name] != left[name] && left[name] != right[name]
        }
    }
}

extension StateDict {
    /// The first difference to another checkpoint in what training depends on: not in times, paths and names of files.
    fileprivate func difference(from other: StateDict) -> String? {
        let compared: Set<StateDict.Key> = [
            Checkpoint.Key.trainingState, Checkpoint.Key.model, Checkpoint.Key.data, Checkpoint.Key.gradients,
            Checkpoint.Key.random, Checkpoint.Key.resumePoint,
        ]
        func part(of checkpoint: StateDict) -> StateValue {
            var part = StateDict()
            // The other names are those of plug-ins.
            for (key, value) in checkpoint
            where compared.contains(key) || !Checkpoint.Key.all.contains(key.description) {
                part[key] = value
            }
            return .dictionary(part)
        }
        var path: [String] = []
        return StateValue.difference(part(of: self), part(of: other), &path)
    }
}

extension StateValue {
    fileprivate static func difference(_ left: StateValue, _ right: StateValue, _ path: inout [String]) -> String? {
        func differ(_ left: String, _ right: String) -> String {
            "'\(path.joined(separator: "."))' of the checkpoint is \(left) and \(right)"
        }
        switch (left, right) {
        case (.dictionary(let left), .dictionary(let right)):
            // The time that a step takes is no state.
            let keys = left.keys.filter { $0 != "average_iter_time" }
            guard Set(keys) == Set(right.keys.filter { $0 != "average_iter_time" }) else {
                return differ("\(left.keys.map(\.description))", "\(right.keys.map(\.description))")
            }
            for key in keys {
                path.append(key.description)
                defer { path.removeLast() }
                guard let left = left[key], let right = right[key] else { continue }
                if let difference = difference(left, right, &path) { return difference }
            }
            return nil
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            guard left.count == right.count else { return differ("\(left.count) values", "\(right.count)") }
            for (position, (left, right)) in zip(left, right).enumerated() {
                path.append("\(position)")
                defer { path.removeLast() }
                if let difference = difference(left, right, &path) { return difference }
            }
            return nil
        case (.tensor(let left), .tensor(let right)):
            guard left.dtype == right.dtype, left.shape == right.shape else {
                return differ("\(left.dtype)\(left.shape)", "\(right.dtype)\(right.shape)")
            }
            guard TensorPrint(left) != TensorPrint(right) else { return nil }
            return "'\(path.joined(separator: "."))' of the checkpoint, \(left.dtype)\(left.shape), has other elements"
        case (.double(let left), .double(let right)):
            return left.bitPattern == right.bitPattern ? nil : differ("\(left)", "\(right)")
        default:
            return "\(left)" == "\(right)" ? nil : differ("\(left)", "\(right)")
        }
    }
}
