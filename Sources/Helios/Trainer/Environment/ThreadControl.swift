import Dispatch

/// Gives a run the number of threads that its trainer asks for, and the process back its own afterwards.
final class ThreadControl {
    private let asked: ThreadCount
    private let previous = LibTorch.threadCount
    private var tuner: ThreadTuner?
    private var start: UInt64 = 0
    /// The number that was chosen by measuring, which a resumed run takes too; `nil` if none was.
    private(set) var chosen: Int?

    /// - Parameter canMeasure: whether the run is one to choose for.
    init(_ options: TrainerOptions, canMeasure: Bool, warn: (String) -> Void) throws {
        asked = options.threads
        switch asked {
        case .unchanged: break
        case .count(let count): try LibTorch.setThreadCount(count)
        case .auto:
            guard canMeasure else { return }
            if options.deterministic {
                warn("threads are not chosen by measuring, since the trainer is deterministic")
                return
            }
            tuner = ThreadTuner(all: previous)
            if tuner == nil { chosen = previous }
        }
    }

    /// Takes what the run chose whose checkpoint it is, so that the bits stay the same.
    func take(_ chosen: Int?) throws {
        // Something was to be chosen here, or was.
        guard tuner != nil || self.chosen != nil, let chosen else { return }
        tuner = nil
        self.chosen = chosen
        try LibTorch.setThreadCount(chosen)
    }

    func beginStep() throws {
        guard let tuner else { return }
        try LibTorch.setThreadCount(tuner.current)
        start = DispatchTime.now().uptimeNanoseconds
    }

    /// Returns the choice when it is made.
    func endStep() throws -> ThreadTuner.Choice? {
        guard tuner != nil else { return nil }
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
        guard let choice = tuner?.record(seconds) else { return nil }
        tuner = nil
        chosen = choice.threads
        try LibTorch.setThreadCount(choice.threads)
        return choice
    }

    /// Gives the process back what it had.
    func restore() throws {
        if asked != .unchanged { try LibTorch.setThreadCount(previous) }
    }
}
