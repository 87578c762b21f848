import CTorch

/// Whether a step is captured.
public enum CaptureMode: Sendable, Hashable, CaseIterable {
    /// Never.
    case off
    /// If it can be replayed with the same bits; otherwise it runs as usual.
    case automatic
    /// Always: a step that cannot be replayed is an error.
    case required
}

/// The error of a step that must be captured and cannot be.
public struct CaptureError: DescribedError {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}

/// Records a training step, so that it can be replayed without its Swift code and without autograd, with the same bits.
///
/// ```swift
/// let step = captured { (batch: [Tensor]) in
///     try optimizer.zeroGrad()
///     let loss = try crossEntropy(network(batch[0]), batch[1])
///     try loss.backward()
///     try optimizer.step()
///     return loss
/// }
/// for batch in batches { total += try step([batch.images, batch.labels]).item(Float.self) }
/// ```
/// The first call runs the step, the next two record it, the fourth compares a replay with it bit by bit, and from then
/// on calls replay it. A replay calls the operations that were recorded, on the same parameters and with the new batch.
/// **Swift code of the step runs only while it is not replayed**: what it prints, counts, or decides happens then and
/// not later. Steps of this library's optimizers are the exception; they run in every replay, so that a new learning
/// rate counts.
///
/// A step that cannot be replayed runs as usual: one that reads a number of a tensor, whose shapes depend on elements,
/// that gives operations other numbers each time, keeps tensors that it does not return, or uses a device other than
/// the processor. ``CapturedStep/refusal`` says why.
///
/// - Parameters:
///   - mode: what to do with a step that cannot be replayed.
///   - body: the step. Whatever tensors change with each call must be in its argument, and whatever is to be seen of
///     it in its result, which is detached from the graph.
public func captured<Batch: CapturedValue, Result: CapturedValue>(
    _ mode: CaptureMode = .automatic, _ body: @escaping (Batch) throws -> Result
) -> CapturedStep<Batch, Result> {
    CapturedStep(mode, body)
}

/// A step that ``captured(_:_:)`` has made. Use it on one thread at a time.
public final class CapturedStep<Batch: CapturedValue, Result: CapturedValue> {
    public let mode: CaptureMode

    /// Why the step runs as usual and is not replayed, as a sentence; `nil` if it is replayed, or may be once it has run
    /// often enough.
    public private(set) var refusal: String?

    /// How many calls were replays.
    public private(set) var replayCount = 0

    /// Why the last call was no replay, as a sentence; `nil` if it was one.
    package private(set) var lastObstacle: String?

    private let body: (Batch) throws -> Result
    private var plans: [StepPlan] = []
    /// Recorded runs without a plan, by the kinds of their arguments.
    private var pending: [[InputKind]: Pending] = [:]
    private var isWarm = false
    /// A result of the step, whose tensors a replay replaces.
    private var example: Result?

    private struct Pending {
        var recordings: [StepRecording] = []
        var attempts = 0
        /// To be compared with the step once more.
        var plan: StepPlan?
    }

    private struct InputKind: Hashable {
        let shape, strides: [Int]
        let dtype: DType
        let device: Device
    }

    /// Each takes the memory of a step's temporaries.
    private static var mostPlans: Int { 8 }
    /// How many recordings may differ from each other.
    private static var mostAttempts: Int { 8 }

    init(_ mode: CaptureMode, _ body: @escaping (Batch) throws -> Result) {
        self.mode = mode
        self.body = body
    }

    /// Runs the step, or replays it.
    ///
    /// - Throws: what the step throws; `CaptureError` if the step must be captured and cannot be. When that is found
    ///   out, the step has been made.
    public func callAsFunction(_ batch: Batch) throws -> Result {
        guard mode != .off, refusal == nil, !ct_is_recording() else {
            if mode == .required, let refusal { throw CaptureError(refusal) }
            return try run(batch)
        }
        let inputs = batch.capturedTensors
        for (position, plan) in plans.enumerated() {
            if let obstacle = plan.obstacle(inputs) {
                lastObstacle = "the step is not replayed: \(obstacle)"
                continue
            }
            // The plan of the last call comes first.
            if position > 0 { plans.swapAt(0, position) }
            if plan.changeCount != Capture.changeCount || plan.replayCount >= plan.nextAudit {
                return try audit(plan, batch, inputs)
            }
            guard let example else { break }
            let results = try plan.replay(inputs)
            plan.replayCount += 1
            replayCount += 1
            lastObstacle = nil
            return example.replacingCapturedTensors(results)
        }
        guard isWarm else {
            // Optimizers make their state in their first step.
            isWarm = true
            return try run(batch)
        }
        return try record(batch, inputs)
    }

    /// The plans, for people.
    package var planDescription: String { plans.map(\.description).joined(separator: "\n") }

    // MARK: Running

    private func run(_ batch: Batch) throws -> Result {
        detached(try body(batch))
    }

    /// Results of replays have no graph, so others have none either.
    private func detached(_ result: Result) -> Result {
        result.replacingCapturedTensors(result.capturedTensors.map { (try? $0.detach()) ?? $0 })
    }

    /// Runs the step while it is recorded. The step's own tensors are gone when this returns.
    private func run(_ batch: Batch, recordedBy recording: StepRecording) throws -> Result {
        let result = try body(batch)
        try recording.end(result.capturedTensors)
        return detached(result)
    }

    private func recorded(
        _ batch: Batch, _ inputs: [Tensor], comparingWith plan: StepPlan? = nil
    ) throws -> (StepRecording, Result) {
        let recording = try StepRecording(of: inputs, comparingWith: plan)
        let result = try run(batch, recordedBy: recording)
        try recording.analyze()
        return (recording, result)
    }

    // MARK: Recording

    private func record(_ batch: Batch, _ inputs: [Tensor]) throws -> Result {
        let kind = inputs.map {
            InputKind(shape: $0.shape, strides: $0.strides, dtype: $0.dtype, device: $0.device)
        }
        var known = pending[kind] ?? Pending()
        if known.recordings.isEmpty, known.plan == nil, plans.count + pending.count >= Self.mostPlans {
            lastObstacle = "the step is not replayed: it is called in too many ways"
            return try run(batch)
        }
        let changeCount = Capture.changeCount
        if let plan = known.plan, plan.obstacle(inputs) == nil {
            let (recording, result) = try recorded(batch, inputs, comparingWith: plan)
            if let reason = recording.refusal { return try refuse("the step \(reason)", result) }
            if let difference = plan.difference(from: recording) {
                return try refuse("the step is not replayed, since a replay \(difference)", result)
            }
            plan.changeCount = changeCount
            plans.insert(plan, at: 0)
            pending[kind] = nil
            example = result
            return result
        }
        known.plan = nil
        let (recording, result) = try recorded(batch, inputs)
        if let reason = recording.refusal { return try refuse("the step \(reason)", result) }
        known.attempts += 1
        var difference: String?
        for earlier in known.recordings.reversed() {
            guard let found = recording.difference(from: earlier) else {
                known.plan = try StepPlan(recording)
                known.recordings = []
                pending[kind] = known
                return result
            }
            difference = difference ?? found
        }
        if known.attempts >= Self.mostAttempts, let difference {
            return try refuse("the step \(difference)", result)
        }
        known.recordings.append(recording)
        if known.recordings.count > 3 { known.recordings.removeFirst() }
        pending[kind] = known
        return result
    }

    /// Runs the step, and compares a replay with it.
    private func audit(_ plan: StepPlan, _ batch: Batch, _ inputs: [Tensor]) throws -> Result {
        let changeCount = Capture.changeCount
        let hasChanged = plan.changeCount != changeCount
        let (recording, result) = try recorded(batch, inputs, comparingWith: plan)
        lastObstacle = "the step was compared with a replay"
        let difference =
            if let reason = recording.refusal { reason } else { plan.difference(from: recording) }
        guard let difference else {
            plan.changeCount = changeCount
            if plan.replayCount >= plan.nextAudit { plan.nextAudit *= 8 }
            return result
        }
        plans.removeAll { $0 === plan }
        if let reason = recording.refusal { return try refuse("the step \(reason)", result) }
        // Something that is known to change what Swift code does was changed since the last replay.
        guard !hasChanged else { return result }
        return try refuse(
            "the step has changed since it was recorded, and its last \(plan.replayCount) replays may have missed it: "
                + "a replay \(difference)", result)
    }

    private func refuse(_ reason: String, _ result: Result) throws -> Result {
        refusal = reason
        lastObstacle = reason
        plans = []
        pending = [:]
        example = nil
        if mode == .required { throw CaptureError(reason) }
        LibTorch.warn("A captured step runs without replays: \(reason).")
        return result
    }
}
