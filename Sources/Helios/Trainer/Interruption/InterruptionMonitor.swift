import Foundation

/// Looks out for what ends a training from outside: a signal, the time limit, `Trainer.stop()`.
final class InterruptionMonitor {
    private let trainer: Trainer
    private let signals: SignalWatch?
    private let start = ContinuousClock.now

    /// Starts to watch; ends with its last reference.
    init(_ trainer: Trainer) {
        self.trainer = trainer
        signals = trainer.options.stopsOnSignals ? SignalWatch() : nil
    }

    /// What asks the training to end; nil where nothing does.
    var interruption: Interruption? {
        if let signal = signals?.received { return .signal(signal) }
        if trainer.stopIsRequested { return .request }
        // Looked up each time, since a plug-in may set it when the watch is on already.
        if let limit = trainer.options.length?.timeLimit, ContinuousClock.now - start >= limit { return .timeLimit }
        return nil
    }
}
