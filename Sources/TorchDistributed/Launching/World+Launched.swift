import Foundation
import Torch

// How a process meets others that were started for it: by a launcher, or by rank 0.

extension World {
    static let loopback = "127.0.0.1"

    static func meetOthers(_ variables: LaunchVariables, _ timeout: Duration) throws -> World {
        guard let parent = variables.parent else { return try connect(variables, timeout) }
        ParentWatch.start()
        writeStandardOutputByLines()
        useShareOfProcessors(variables.info)
        do {
            let world = try connect(variables, timeout)
            atExit { world.endUnresponsive(parent) }
            return world
        } catch {
            // Rank 0 may be stopped. If it is not, this process has no time left.
            atExit { ParentWatch.end(parent, within: timeout, unlessAnswers: nil) }
            throw error
        }
    }

    private static func connect(_ variables: LaunchVariables, _ timeout: Duration) throws -> World {
        let info = variables.info
        let hostsStore = info.rank == 0 && !variables.usesAgentStore
        let (store, port) = try connectStore(variables, port: variables.masterPort, isServer: hostsStore, timeout)
        let (newsStore, _) = try connectStore(variables, port: port, isServer: false, timeout)
        let news = FailureNews(try PrefixStore("helios", newsStore))
        try news.announceArrival(of: info.rank)
        do {
            let group = try ProcessGroup(
                store: store, rank: info.rank, size: info.size, timeout: timeout, connection: connection(variables))
            return World(
                info, variables.launcher, group: group, store: store, news: news, timeout: timeout,
                hostsStore: hostsStore)
        } catch {
            let missing = bounded(FailureNews.patience) { try news.missing(Array(0..<info.size)) }
            if let missing, !missing.isEmpty {
                throw World.error(missing: missing, info, timeout, "Check that all \(info.size) processes have started")
            }
            throw error
        }
    }

    private static func connectStore(
        _ variables: LaunchVariables, port: Int, isServer: Bool, _ timeout: Duration
    ) throws -> (store: Store, port: Int) {
        let store = try TCPStore(host: variables.masterAddress, port: port, isServer: isServer, timeout: timeout)
        guard variables.usesAgentStore else { return (store, store.port) }
        // torchrun's own store outlives an attempt, so each has keys of its own.
        return (try PrefixStore("/worker/attempt_\(variables.restartCount)", store), store.port)
    }

    /// The name of a machine need not have an address that other machines can use, so this is not left to Gloo.
    private static func connection(_ variables: LaunchVariables) -> ProcessGroup.Connection {
        if Variables(ProcessInfo.processInfo.environment).has("GLOO_SOCKET_IFNAME") { return .automatic }
        if variables.info.size == variables.info.localSize { return .host(loopback) }
        return LocalAddress.towards(variables.masterAddress).map { .host($0) } ?? .automatic
    }

    /// The error of ranks that did not come.
    static func error(missing: [Int], _ info: RankInfo, _ timeout: Duration, _ advice: String) -> DistributedError {
        DistributedError(
            .timeout, "join", rank: info.rank, absentRanks: missing,
            "\(names(of: missing)) did not join within \(timeout.inSeconds). \(advice)")
    }

    /// As in `rank 2` or `ranks 2, 3`.
    static func names(of ranks: [Int]) -> String {
        let numbers = ranks.prefix(16).map(String.init).joined(separator: ", ")
        return "rank\(ranks.count == 1 ? "" : "s") \(numbers)\(ranks.count > 16 ? " and \(ranks.count - 16) more" : "")"
    }

    /// Lets operations use as many threads as there are processors for each rank on this machine. Processes that were
    /// all started with the default would get in each other's way.
    static func useShareOfProcessors(_ info: RankInfo) {
        if Variables(ProcessInfo.processInfo.environment).has("OMP_NUM_THREADS") { return }
        let share = max(1, ProcessInfo.processInfo.activeProcessorCount / info.localSize)
        if LibTorch.threadCount > share { try? LibTorch.setThreadCount(share) }
    }

    /// At the end of a process that rank 0 started: if it failed, rank 0 may hang.
    private func endUnresponsive(_ parent: Int32) {
        guard hasFailed else { return }
        ParentWatch.end(parent, within: timeout, unlessAnswers: news)
    }
}
