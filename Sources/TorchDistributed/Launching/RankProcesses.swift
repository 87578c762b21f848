import Foundation
import Synchronization

/// The processes that rank 0 started for the other ranks: copies of the program that run until they join, too.
///
/// A thread for each waits for its end. If one fails, all ranks are told, its last lines are shown, and this process is
/// ended should its program not notice.
final class RankProcesses: Sendable {
    /// Called with the first failure of a process.
    typealias FailureHandler = @Sendable (RankFailure) -> Void

    private struct State {
        /// The processes that have not ended, by rank.
        var running: [Int: pid_t] = [:]
        var firstFailure: RankFailure?
        /// Whether ends are no news any more, since this process ends them.
        var isEnding = false
        var handler: FailureHandler?
    }

    private let state = Mutex(State())
    private let output: RankOutput
    private let news: FailureNews
    /// The end of the pipe that closes with this process, however it ends.
    private let lifeline: Descriptor

    /// Starts ranks 1 to below `size`.
    ///
    /// - Parameters:
    ///   - port: the port of the store on this machine.
    ///   - news: where the failure of a process is told.
    /// - Throws: ``DistributedError`` if one cannot be started; none is left then.
    init(size: Int, port: Int, news: FailureNews) throws {
        let showsAll = try RankProcesses.showsAllOutput()
        let lifeline = try Descriptor.pipe()
        var streams: [RankOutput.Stream] = []
        var started: [Int: pid_t] = [:]
        do {
            for rank in 1..<size {
                let (output, errors) = (try Descriptor.pipe(), try Descriptor.pipe())
                streams.append(.init(rank: rank, isErrors: false, pipe: output.read))
                streams.append(.init(rank: rank, isErrors: true, pipe: errors.read))
                started[rank] = try ProgramCopy.start(
                    RankProcesses.environment(rank: rank, size: size, port: port), output: output.write,
                    errors: errors.write, lifeline: lifeline.read)
            }
        } catch {
            for process in started.values {
                kill(process, SIGKILL)
                waitpid(process, nil, 0)
            }
            throw error
        }
        self.lifeline = lifeline.write
        self.news = news
        output = RankOutput(streams, showsAll: showsAll)
        output.start()
        state.withLock { $0.running = started }
        for (rank, process) in started {
            Thread.detachNewThread { [self] in wait(for: process, of: rank) }
        }
    }

    private static func environment(rank: Int, size: Int, port: Int) -> [String: String] {
        ProcessInfo.processInfo.environment.merging([
            "HELIOS_LAUNCHER": String(getpid()),
            "RANK": String(rank), "WORLD_SIZE": String(size),
            "LOCAL_RANK": String(rank), "LOCAL_WORLD_SIZE": String(size),
            "MASTER_ADDR": World.loopback, "MASTER_PORT": String(port),
        ]) { $1 }
    }

    private static func showsAllOutput() throws -> Bool {
        let variables = Variables(ProcessInfo.processInfo.environment)
        guard let text = variables.optionalText("HELIOS_RANK_OUTPUT") else { return false }
        guard text == "all" else {
            throw variables.error(
                "HELIOS_RANK_OUTPUT is '\(text)'. It should be 'all', to see what all ranks print, or unset")
        }
        return true
    }

    // MARK: Ends

    private func wait(for process: pid_t, of rank: Int) {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        let failure = RankFailure(rank: rank, status: status)
        let (isFirst, handler) = state.withLock { state in
            state.running[rank] = nil
            guard let failure, !state.isEnding, state.firstFailure == nil else {
                return (false, nil as FailureHandler?)
            }
            state.firstFailure = failure
            return (true, state.handler)
        }
        guard isFirst, let failure else { return }
        news.tellEnd(failure)
        show(failure)
        handler?(failure)
    }

    private func show(_ failure: RankFailure) {
        // Its last words may still be in the pipes.
        output.waitForEnd(of: failure.rank, limit: .milliseconds(500))
        let lastLines = output.lastLines(of: failure.rank)
        let ending = lastLines.isEmpty ? "" : "; the last lines of its standard output:"
        RankProcesses.complain(["\(failure)\(ending)"] + lastLines.map { "[rank \(failure.rank)] \($0)" })
    }

    /// Writes lines to standard error, unless it is blocked.
    static func complain(_ lines: [String]) {
        _ = bounded(.seconds(1)) {
            try FileHandle.standardError.write(contentsOf: Data(lines.map { $0 + "\n" }.joined().utf8))
        }
    }

    /// The first failure of a process, as far as one has ended.
    var firstFailure: RankFailure? { state.withLock { $0.firstFailure } }

    /// Calls `handler` with the first failure, at once if there has been one. The thread that calls it is needed by
    /// nothing else.
    func onFailure(_ handler: @escaping FailureHandler) {
        let failure = state.withLock { state in
            state.handler = handler
            return state.firstFailure
        }
        if let failure { Thread.detachNewThread { handler(failure) } }
    }

    func isRunning(_ rank: Int) -> Bool { state.withLock { $0.running[rank] != nil } }

    /// How many processes run.
    var runningCount: Int { state.withLock { $0.running.count } }

    /// Ends are no news from now on.
    func expectEnds() {
        state.withLock { $0.isEnding = true }
    }

    /// Waits for the processes to end by themselves, and kills those that have not in time.
    ///
    /// - Returns: the ranks whose processes were killed.
    @discardableResult
    func end(within limit: Duration) -> [Int] {
        let end = ContinuousClock.now + limit
        while runningCount > 0, ContinuousClock.now < end { Thread.sleep(forTimeInterval: 0.005) }
        expectEnds()
        // Under the lock: a number is free for other processes as soon as a thread has waited for it.
        let killed = state.withLock { state in
            for process in state.running.values { kill(process, SIGKILL) }
            return state.running.keys.sorted()
        }
        while runningCount > 0, ContinuousClock.now < end + .seconds(5) { Thread.sleep(forTimeInterval: 0.002) }
        output.waitForEnd(of: nil, limit: .milliseconds(500))
        return killed
    }
}
