import Helios

/// What the recording model answers.
struct ReferenceAnswers {
    /// The state of the last training step; nil before the first.
    var lastStep: TrainingState?
    private var improvements: [Bool]
    private var saves: [Bool]
    private var advanceAt: [Int]
    private let stopAt: Int?

    init(_ answers: Trace.Answers?) {
        improvements = answers?.improved ?? []
        saves = answers?.save ?? []
        advanceAt = answers?.advance_at ?? []
        stopAt = answers?.stop_at
    }

    mutating func improved() -> Bool { improvements.isEmpty ? true : improvements.removeFirst() }
    mutating func save() -> Bool { saves.isEmpty ? true : saves.removeFirst() }

    func stop() -> Bool {
        guard let stopAt, let lastStep else { return false }
        return lastStep.globalIteration >= stopAt
    }

    /// `nil` if there was no step yet, without which the recorded model cannot answer.
    mutating func advance() -> Bool? {
        guard let lastStep else { return nil }
        guard let next = advanceAt.firstIndex(of: lastStep.globalEpoch) else { return false }
        advanceAt.remove(at: next)
        return true
    }
}
