import Foundation
import TorchSerialization

/// Runs tasks on a thread that is not one of Swift's shared ones.
///
/// There are only as many of those as processors, and a training may occupy all of them. A write into a pipe that
/// no one reads any more is an error here, not a signal that ends the program.
final class QueueExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "HeliosPython")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { [self] in
            withoutWriteSignals { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }

    /// Waits without the shared threads, on which `Task.sleep` ends.
    func sleep(_ interval: DispatchTimeInterval) async {
        await withCheckedContinuation { continuation in
            queue.asyncAfter(deadline: .now() + interval) { continuation.resume() }
        }
    }
}
