import Foundation

/// Ends a process that rank 0 started when rank 0 ends, however that happens, so that no orphan stays.
enum ParentWatch {
    /// Begins to watch the parent, on a thread of its own.
    static func start() {
        for number in [ProgramCopy.lifeline, ProgramCopy.parentErrors] {
            // What this process starts must not hold them.
            _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        }
        Thread.detachNewThread {
            var byte: UInt8 = 0
            while true {
                let count = read(ProgramCopy.lifeline, &byte, 1)
                if count == 0 || (count < 0 && errno != EINTR) { _exit(1) }
            }
        }
    }

    /// Kills a parent that neither answers nor ends in time: one that hangs, which nothing else would end.
    ///
    /// - Parameters:
    ///   - parent: the process that started this one.
    ///   - limit: how long to wait. This process ends with its parent.
    ///   - news: through which the parent answers; then it notices by itself that this process ends.
    static func end(_ parent: Int32, within limit: Duration, unlessAnswers news: FailureNews?) {
        if let news, !news.wasSilent, news.isAnswered() { return }
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end, getppid() == parent { Thread.sleep(forTimeInterval: 0.02) }
        // It may have been stopped for a while only.
        if let news, news.isAnswered() { return }
        guard getppid() == parent else { return }
        let text = "rank 0 (process \(parent)) did not answer for \(limit.inSeconds), and was killed\n"
        // Where it writes may be stopped, too.
        _ = bounded(FailureNews.patience) {
            Array(text.utf8).withUnsafeBytes { write(ProgramCopy.parentErrors, $0.baseAddress, $0.count) }
        }
        if getppid() == parent { kill(parent, SIGKILL) }
    }
}
