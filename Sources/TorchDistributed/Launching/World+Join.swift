import Foundation
import Synchronization
import Torch

extension World {
    static let loopback = "127.0.0.1"

    private static let joined = Mutex<World?>(nil)
    /// One thread joins at a time.
    private static let turn = Mutex(())

    /// The world that this process has joined; `nil` before and after.
    public static var current: World? {
        joined.withLock { $0 }.flatMap { $0.hasLeft ? nil : $0 }
    }

    /// Joins the processes that a launcher started; or starts them, if none did and `processes` is more than 1.
    ///
    /// The process that starts others becomes rank 0 and simply continues. The others are copies of its program with the
    /// same arguments, environment and working directory, which run from the beginning until they come to this call, too.
    /// Their standard input is empty; their standard error is shown, each line with the number of the rank; their standard
    /// output only if the environment variable `HELIOS_RANK_OUTPUT` is `all`, since all ranks print the same. If rank 0
    /// ends, they end; if one of them fails, all ranks are told, and rank 0 is ended if it has not noticed after the
    /// timeout. All use the memory and the processors of this machine: unless `OMP_NUM_THREADS` is set, each operation
    /// uses the rank's share of the processors.
    ///
    /// - Parameters:
    ///   - processes: the number of processes; `nil` is what the launcher says.
    ///   - timeout: how long to wait for other ranks, here and in operations that are given no time of their own.
    /// - Returns: the world, the same one each time; `nil` if the process is alone.
    /// - Throws: ``DistributedError`` if a variable of the launcher is missing or contradicts another one or `processes`,
    ///   if the others do not come in time, or if the world has failed; ``RankFailure`` if another rank's process ended.
    @discardableResult
    public static func join(processes: Int? = nil, timeout: Duration = .seconds(60)) throws -> World? {
        if let processes, processes < 1 {
            throw DistributedError(.invalidArgument, "join", "there is at least one process, not \(processes)")
        }
        guard timeout > .zero else {
            throw DistributedError(.invalidArgument, "join", "the timeout must be positive, not \(timeout)")
        }
        return try turn.withLock { _ in
            if let world = joined.withLock({ $0 }) {
                try world.requireUsable(processes)
                return world
            }
            let world = try connect(processes, timeout)
            joined.withLock { $0 = world }
            return world
        }
    }

    /// Before a second use.
    private func requireUsable(_ processes: Int?) throws {
        if let failure {
            throw DistributedError(
                .unusableGroup, "join", rank: rank, "the ranks failed before (\(failure)). Start the program again")
        }
        if hasLeft {
            throw DistributedError(
                .unusableGroup, "join", rank: rank, "this rank has left. Leave at the end of the program only")
        }
        if let processes, processes != size {
            throw DistributedError(
                .invalidArgument, "join", rank: rank, "there are \(size) processes already, not \(processes)")
        }
    }

    private static func connect(_ processes: Int?, _ timeout: Duration) throws -> World? {
        // c10d would print a trace of its own code for each error. Whoever looks for one sets it.
        setenv("TORCH_CPP_LOG_LEVEL", "ERROR", 0)
        guard let variables = try LaunchVariables.read(), try isMeant(variables) else {
            guard let processes, processes > 1 else { return nil }
            return try start(processes, timeout)
        }
        if let processes, processes != variables.info.size {
            throw DistributedError(
                .invalidArgument, "join", rank: variables.info.rank,
                "\(variables.launcher) started \(variables.info.size) processes, not \(processes). Ask for as many, or for "
                    + "none, or start the program without a launcher")
        }
        return try join(variables, timeout)
    }

    /// Whether the variables are for this process, and not for the one that started it.
    private static func isMeant(_ variables: LaunchVariables) throws -> Bool {
        guard let parent = variables.parent, parent != getppid() else { return true }
        // The parent runs: it is that of a rank, which started this process for something else.
        if kill(parent, 0) == 0 { return false }
        throw DistributedError(
            .connection, "join", rank: variables.info.rank, "rank 0, which started this process, has ended")
    }

    // MARK: By a launcher

    private static func join(_ variables: LaunchVariables, _ timeout: Duration) throws -> World {
        if variables.launcher == .helios {
            ParentWatch.start()
            useShareOfProcessors(variables.info)
            registerEnd()
        }
        let (info, address, port) = (variables.info, variables.masterAddress, variables.masterPort)
        let hostsStore = info.rank == 0 && !variables.usesAgentStore
        do {
            let server = try TCPStore(host: address, port: port, isServer: hostsStore, timeout: timeout)
            let client = try TCPStore(host: address, port: server.port, isServer: false, timeout: timeout)
            var (store, newsStore): (Store, Store) = (server, client)
            if variables.usesAgentStore {
                // torchrun's own; each attempt has keys of its own.
                let prefix = "/worker/attempt_\(variables.restartCount)"
                (store, newsStore) = (try PrefixStore(prefix, server), try PrefixStore(prefix, client))
            }
            let news = FailureNews(try PrefixStore("helios", newsStore))
            try news.announceArrival(of: info.rank)
            let group = try ProcessGroup(
                store: store, rank: info.rank, size: info.size, timeout: timeout, connection: connection(variables))
            return World(
                info, variables.launcher, group: group, store: store, news: news, timeout: timeout,
                parent: variables.parent, hostsStore: hostsStore)
        } catch {
            joinFailure.withLock { $0 = variables.parent.map { ($0, timeout) } }
            throw error
        }
    }

    private static func connection(_ variables: LaunchVariables) -> ProcessGroup.Connection {
        let isNamed = ProcessInfo.processInfo.environment["GLOO_SOCKET_IFNAME"] != nil
        // The name of a machine need not have an address that works.
        return variables.info.size == variables.info.localSize && !isNamed ? .host(loopback) : .automatic
    }

    // MARK: By this process

    private static func start(_ size: Int, _ timeout: Duration) throws -> World {
        registerEnd()
        let info = RankInfo(rank: 0, size: size, localRank: 0, localSize: size)
        let server = try TCPStore(host: loopback, port: 0, isServer: true, timeout: timeout)
        let client = try TCPStore(host: loopback, port: server.port, isServer: false, timeout: timeout)
        let news = FailureNews(try PrefixStore("helios", client))
        let processes = try RankProcesses(size: size, port: server.port)
        do {
            try waitForArrivals(news, processes, info, timeout)
            useShareOfProcessors(info)
            let group = try ProcessGroup(
                store: server, rank: 0, size: size, timeout: timeout, connection: .host(loopback))
            let world = World(
                info, .helios, group: group, store: server, news: news, timeout: timeout, processes: processes,
                hostsStore: true)
            processes.onFailure { [weak world] in world?.handle($0) }
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
            missing = try news.missing(missing)
            if missing.isEmpty { return }
            if let failure = processes.firstFailure { throw failure }
            if processes.runningCount < info.size - 1 {
                throw DistributedError(
                    .connection, "join", rank: 0, absentRanks: missing,
                    "a process ended before it joined. The copies of this program must come to the same call as this one"
                )
            }
            if ContinuousClock.now > end {
                throw DistributedError(
                    .timeout, "join", rank: 0, absentRanks: missing,
                    "ranks \(missing.map(String.init).joined(separator: ", ")) did not join within \(timeout.inSeconds). "
                        + "They are copies of this program, and must come to the same call as this one")
            }
            Thread.sleep(forTimeInterval: 0.005)
        }
    }

    /// After the process of another rank has failed: tells all ranks, and ends this process if its program has not
    /// noticed within the timeout.
    private func handle(_ failure: RankFailure) {
        news.publish(failure, as: .cause)
        Thread.sleep(forTimeInterval: Double(timeout.milliseconds) / 1000)
        guard isWorking else { return }
        RankProcesses.complain(["\(failure); rank 0 did not notice within \(timeout.inSeconds), and is ended"])
        processes?.end(within: .zero)
        _exit(1)
    }

    /// Lets operations use as many threads as there are processors for each rank on this machine.
    private static func useShareOfProcessors(_ info: RankInfo) {
        if ProcessInfo.processInfo.environment["OMP_NUM_THREADS"] != nil { return }
        let share = max(1, ProcessInfo.processInfo.activeProcessorCount / info.localSize)
        if LibTorch.threadCount > share { try? LibTorch.setThreadCount(share) }
    }

    // MARK: The end of the process

    /// The parent of a rank that could not join.
    private static let joinFailure = Mutex<(parent: Int32, timeout: Duration)?>(nil)

    private static let registration: Void = {
        atexit { World.processEnds() }
    }()

    private static func registerEnd() { _ = registration }

    private static func processEnds() {
        if let (parent, timeout) = joinFailure.withLock({ $0 }) {
            return ParentWatch.end(parent, within: timeout, unlessAnswers: nil)
        }
        guard let world = joined.withLock({ $0 }) else { return }
        if let parent = world.parent, !world.hasLeft {
            ParentWatch.end(parent, within: world.timeout, unlessAnswers: world.news)
        }
        world.endProcesses()
    }

    /// Waits for the processes that this one started, briefly if it failed, and kills those that do not end.
    private func endProcesses() {
        guard let processes else { return }
        let killed = processes.end(within: failure == nil && group.isUsable || hasLeft ? timeout : .seconds(2))
        guard failure == nil, !killed.isEmpty else { return }
        let names = killed.map(String.init).joined(separator: ", ")
        RankProcesses.complain(["the processes of ranks \(names) did not end with rank 0, and were killed"])
    }
}
