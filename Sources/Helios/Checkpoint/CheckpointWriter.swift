import Foundation
import Synchronization

/// Writes checkpoints, at once or on another thread, never two at a time.
///
/// To be used from one thread, as the training loop is.
final class CheckpointWriter {
    private let mode: CheckpointWriteMode
    private let perform: @Sendable (CheckpointJob) -> CheckpointJob.Outcome
    private var running: Running?
    private var copier = StateCopier()

    /// - Parameter perform: does a job; for tests.
    init(
        _ mode: CheckpointWriteMode,
        perform: @escaping @Sendable (CheckpointJob) -> CheckpointJob.Outcome = { $0.run() }
    ) {
        self.mode = mode
        self.perform = perform
    }

    /// Begins to write. What was begun before must have been collected, by `finish`.
    ///
    /// - Returns: what came of it, if it is done.
    /// - Throws: `CheckpointError` if there is no room for the copy that another thread writes.
    func write(
        _ state: StateDict, to files: [URL], removing obsolete: [URL]
    ) throws(CheckpointError) -> CheckpointJob.Outcome? {
        guard mode == .async else {
            return perform(CheckpointJob(state: state, files: files, obsolete: obsolete))
        }
        let copy: StateDict
        do {
            copy = try copier.copy(state)
        } catch {
            throw CheckpointError(
                path: files.first?.path ?? "",
                reason: "the state cannot be copied for the thread that writes it, which writing: .sync does "
                    + "without: \(error)")
        }
        let running = Running(CheckpointJob(state: copy, files: files, obsolete: obsolete), perform)
        self.running = running
        // If the system has no thread left, training waits.
        guard WorkerThread.start({ running.run() }) else {
            running.run()
            return poll()
        }
        return nil
    }

    /// What came of the writing that was begun, if it is done.
    func poll() -> CheckpointJob.Outcome? {
        guard let outcome = running?.outcome else { return nil }
        running = nil
        return outcome
    }

    /// Waits until nothing is being written.
    func wait() {
        running?.wait()
    }

    /// Waits until nothing is being written. Returns what came of it.
    func finish() -> CheckpointJob.Outcome? {
        wait()
        return poll()
    }
}

/// Writing in another thread.
private final class Running: Sendable {
    private let job: Mutex<CheckpointJob?>
    private let perform: @Sendable (CheckpointJob) -> CheckpointJob.Outcome
    private let result = Mutex<CheckpointJob.Outcome?>(nil)
    private let isDone = DispatchSemaphore(value: 0)

    init(_ job: CheckpointJob, _ perform: @escaping @Sendable (CheckpointJob) -> CheckpointJob.Outcome) {
        self.job = Mutex(job)
        self.perform = perform
    }

    func run() {
        // The copy of the state is gone before training makes the next one.
        let outcome = takeJob().map { perform($0) }
        result.withLock { $0 = outcome }
        isDone.signal()
    }

    private func takeJob() -> CheckpointJob? {
        job.withLock { job in
            defer { job = nil }
            return job
        }
    }

    var outcome: CheckpointJob.Outcome? { result.withLock { $0 } }

    func wait() {
        isDone.wait()
        isDone.signal()
    }
}
