import Foundation

/// Looks out for what ends a training from outside: a signal, the time limit, `Trainer.stop()`.
final class InterruptionMonitor {
    private let status: RunStatus
    private var signals: SignalWatch?
    private let start = ContinuousClock.now

    /// Starts to watch; ends with its last reference.
    init(_ status: RunStatus) {
        self.status = status
        watchSignals()
    }

    /// Watches for signals if the options say so. Called again when plug-ins have changed them.
    func watchSignals() {
        if !status.options.stopsOnSignals {
            signals = nil
        } else if signals == nil {
            signals = SignalWatch()
        }
    }

    /// What asks the training to end; `nil` if nothing does.
    var interruption: Interruption? {
        if let signal = signals?.received { return .signal(signal) }
        if status.stopIsRequested { return .request }
        // Looked up each time, since a plug-in may set it after the start.
        if let limit = status.options.length?.timeLimit, ContinuousClock.now - start >= limit { return .timeLimit }
        return nil
    }
}
