import Foundation
import Synchronization

/// Writes checkpoints, at once or on another thread, never two at a time.
///
/// To be used from one thread, as the training loop is.
final class CheckpointWriter {
    private let mode: CheckpointWriting
    private var running: Running?

    init(_ mode: CheckpointWriting) {
        self.mode = mode
    }

    /// Begins to write. What was begun before must have been collected, by `finish`.
    ///
    /// - Returns: what came of it, where it is done.
    /// - Throws: `TorchError` where there is no room for the copy that another thread writes.
    func write(_ state: StateDict, to files: [URL], removing obsolete: [URL]) throws -> CheckpointJob.Outcome? {
        guard mode == .async else {
            return CheckpointJob(state: state, files: files, obsolete: obsolete).run()
        }
        let job = CheckpointJob(state: try StateSnapshot.copy(state), files: files, obsolete: obsolete)
        let running = Running()
        guard WorkerThread.start({ running.finish(job.run()) }) else { return job.run() }
        self.running = running
        return nil
    }

    /// What came of the writing that was begun, if it is done.
    func poll() -> CheckpointJob.Outcome? {
        guard let outcome = running?.outcome else { return nil }
        running = nil
        return outcome
    }

    /// Waits until nothing is being written. Returns what came of it.
    func finish() -> CheckpointJob.Outcome? {
        running?.wait()
        return poll()
    }
}

/// Writing that goes on in another thread.
private final class Running: Sendable {
    private let result = Mutex<CheckpointJob.Outcome?>(nil)
    private let isDone = DispatchSemaphore(value: 0)

    func finish(_ outcome: CheckpointJob.Outcome) {
        result.withLock { $0 = outcome }
        isDone.signal()
    }

    var outcome: CheckpointJob.Outcome? { result.withLock { $0 } }

    func wait() {
        isDone.wait()
        isDone.signal()
    }
}
