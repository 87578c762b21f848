import Foundation

// How a process becomes rank 0 and starts the others.

extension World {
    private static let advice = "They are copies of this program, and must come to the same call as this one"

    static func startOthers(_ size: Int, _ timeout: Duration) throws -> World {
        let info = RankInfo(rank: 0, size: size, localRank: 0, localSize: size)
        // With any free port: nothing can take it between the choice and the use.
        let server = try TCPStore(host: loopback, port: 0, isServer: true, timeout: timeout)
        let client = try TCPStore(host: loopback, port: server.port, isServer: false, timeout: timeout)
        let news = FailureNews(try PrefixStore("helios", client))
        let processes = try RankProcesses(size: size, port: server.port, news: news)
        do {
            try waitForArrivals(news, processes, info, timeout)
            useShareOfProcessors(info)
            let group = try ProcessGroup(
                store: server, rank: 0, size: size, timeout: timeout, connection: .host(loopback))
            let world = World(
                info, .helios, group: group, store: server, news: news, timeout: timeout, processes: processes,
                hostsStore: true)
            processes.onFailure { world.handle($0) }
            atExit { world.endProcesses() }
            return world
        } catch {
            let failure = processes.firstFailure
            processes.end(within: .zero)
            throw failure ?? error
        }
    }

    /// Waits until all ranks have come to the same call; returns at once with an error if one ends before.
    private static func waitForArrivals(
        _ news: FailureNews, _ processes: RankProcesses, _ info: RankInfo, _ timeout: Duration
    ) throws {
        let end = ContinuousClock.now + timeout
        var missing = Array(1..<info.size)
        while true {
            // Before the question who has come: who came and ended is not missing.
            let hasEnded = missing.contains { !processes.isRunning($0) }
            missing = try news.missing(missing)
            if missing.isEmpty { return }
            if let failure = processes.firstFailure { throw failure }
            if hasEnded {
                throw DistributedError(
                    .connection, "join", rank: 0, absentRanks: missing, "a process ended before it joined. \(advice)")
            }
            if ContinuousClock.now > end { throw error(missing: missing, info, timeout, advice) }
            Thread.sleep(forTimeInterval: 0.005)
        }
    }

    /// After the process of another rank has failed: ends this process if its program has not noticed within the
    /// timeout.
    private func handle(_ failure: RankFailure) {
        Thread.sleep(forTimeInterval: Double(timeout.milliseconds) / 1000)
        guard !hasFailed, !hasLeft, let processes else { return }
        RankProcesses.complain(["\(failure); rank 0 did not notice within \(timeout.inSeconds), and was ended"])
        processes.end(within: .zero)
        _exit(1)
    }

    /// At the end of this process: waits for those that it started, briefly if it failed, and kills those that do not
    /// end.
    private func endProcesses() {
        guard let processes else { return }
        let hasFailed = hasFailed
        // Otherwise those that wait for this rank would do so until the timeout.
        _ = bounded(FailureNews.patience) { [group] in group.destroy() }
        let killed = processes.end(within: hasFailed ? .seconds(2) : timeout)
        guard !hasFailed, !killed.isEmpty else { return }
        RankProcesses.complain([
            "\(World.names(of: killed)) did not end within \(timeout.inSeconds) after rank 0, and "
                + "\(killed.count == 1 ? "was" : "were") killed"
        ])
    }
}
