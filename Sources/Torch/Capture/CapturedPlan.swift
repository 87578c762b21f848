import CTorch

/// One recorded run of a step.
final class StepRecording {
    let pointer: OpaquePointer
    let parts = LiveParts()
    /// Whether it has ended, well or not.
    private var isOver = false

    /// Begins to record what the calling thread computes.
    ///
    /// - Parameter plan: a plan to compare with.
    init(of inputs: [Tensor], comparingWith plan: StepPlan?) throws {
        defer { keepAlive(inputs) }
        let context = Unmanaged.passUnretained(parts).toOpaque()
        guard
            let pointer = ct_recording_begin(inputs.pointers, Int64(inputs.count), context, plan?.pointer)
        else { throw lastError() }
        self.pointer = pointer
    }

    deinit {
        if !isOver { ct_recording_abandon(pointer) }
        ct_recording_release(pointer)
    }

    func end(_ outputs: [Tensor]) throws {
        defer { keepAlive(outputs) }
        isOver = true
        try check(ct_recording_end(pointer, outputs.pointers, Int64(outputs.count)))
    }

    /// Finds out what became of each tensor, once those of the step are gone.
    func analyze() throws {
        try check(ct_recording_analyze(pointer))
    }

    /// Why the step cannot be replayed, after "the step"; `nil` if it can.
    var refusal: String? {
        let text = String(cString: ct_recording_refusal(pointer))
        return text.isEmpty ? nil : text
    }

    /// What this run did differently than an earlier one, after "the step"; `nil` if nothing.
    func difference(from earlier: StepRecording) -> String? {
        defer { keepAlive((self, earlier)) }
        let text = String(cString: ct_recording_difference(earlier.pointer, pointer))
        return text.isEmpty ? nil : text
    }
}

/// A step as a list of calls that can be made again.
final class StepPlan {
    let pointer: OpaquePointer
    private let parts: [() throws -> Void]
    /// What `Capture.changeCount` was when the plan was last compared with the step.
    var changeCount = 0
    /// How often it was replayed.
    var replayCount = 0
    /// After which number of replays it is compared with the step again.
    var nextAudit = 64

    init(_ recording: StepRecording) throws {
        guard let pointer = ct_plan_new(recording.pointer) else { throw lastError() }
        self.pointer = pointer
        parts = recording.parts.all
        keepAlive(recording)
    }

    deinit {
        ct_plan_release(pointer)
    }

    /// Why a step with these inputs must not be replayed; `nil` if it may.
    func obstacle(_ inputs: [Tensor]) -> String? {
        defer { keepAlive(inputs) }
        return ct_plan_obstacle(pointer, inputs.pointers, Int64(inputs.count)).map { String(cString: $0) }
    }

    /// Makes the step, and returns its results.
    func replay(_ inputs: [Tensor]) throws -> [Tensor] {
        defer { keepAlive(inputs) }
        var isDone = false
        defer { if !isDone { ct_plan_abandon(pointer) } }
        try check(ct_plan_bind(pointer, inputs.pointers, Int64(inputs.count)))
        for segment in 0...parts.count {
            try check(ct_plan_run(pointer, Int64(segment)))
            if segment < parts.count { try parts[segment]() }
        }
        var list: UnsafeMutablePointer<OpaquePointer>?
        let count = ct_plan_finish(pointer, &list)
        let results = try [Tensor](owning: list, count: Int(count))
        isDone = true
        return results
    }

    /// Makes the step that was recorded in comparison with this plan again, and compares all bits.
    ///
    /// - Returns: what differs, after "a replay"; `nil` if nothing.
    func difference(from recording: StepRecording) -> String? {
        defer { keepAlive(recording) }
        guard let text = ct_plan_verify(pointer, recording.pointer) else { return "fails: \(lastError())" }
        let difference = String(cString: text)
        return difference.isEmpty ? nil : difference
    }

    /// The calls, for people.
    var description: String {
        defer { keepAlive(self) }
        return String(cString: ct_plan_description(pointer))
    }
}
