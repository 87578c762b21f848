import Foundation

/// Looks out for what ends a training from outside: a signal, the time limit, `Trainer.stop()`.
final class StopWatch {
    private let trainer: Trainer
    private let signals: SignalWatch?
    private let deadline: ContinuousClock.Instant?

    /// Starts to watch; ends with its last reference.
    init(_ trainer: Trainer) {
        self.trainer = trainer
        signals = trainer.handlesSignals ? SignalWatch() : nil
        deadline = trainer.timeLimit.map { ContinuousClock.now + $0 }
    }

    /// What asks the training to end; nil where nothing does.
    var interruption: Interruption? {
        if let signal = signals?.received { return .signal(signal) }
        if trainer.stopIsRequested { return .request }
        if let deadline, ContinuousClock.now >= deadline { return .timeLimit }
        return nil
    }
}
