import Foundation
import Synchronization

extension World {
    static let joined = Mutex<World?>(nil)
    /// One thread joins at a time.
    private static let turn = Mutex(())

    /// The world that this process has joined; `nil` before and after.
    public static var current: World? {
        joined.withLock { $0 }.flatMap { $0.hasLeft ? nil : $0 }
    }

    /// Joins the processes that a launcher started; or starts them, if none did and `processes` is more than 1.
    ///
    /// The process that starts others becomes rank 0 and simply continues. The others are copies of its program with
    /// the same arguments, environment and working directory, which run from the beginning until they come to this
    /// call, too. Their standard input is empty; their standard error is shown, each line with the number of the rank;
    /// their standard output only if the environment variable `HELIOS_RANK_OUTPUT` is `all`, since all ranks print the
    /// same. If rank 0 ends, they end; if one of them fails, all ranks are told, and rank 0 is ended if it has not
    /// noticed after the timeout. All use the memory and the processors of this machine: unless `OMP_NUM_THREADS` is
    /// set, each operation uses the rank's share of the processors.
    ///
    /// - Parameters:
    ///   - processes: the number of processes; `nil` is what the launcher says.
    ///   - timeout: how long to wait for other ranks, here and in operations that are given no time of their own.
    /// - Returns: the world, the same one each time; `nil` if the process is alone.
    /// - Throws: ``DistributedError`` if a variable of the launcher is missing or contradicts another one or
    ///   `processes`, if the others do not come in time, or if the world has failed; ``RankFailure`` if another rank's
    ///   process ended.
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
        guard let variables = try LaunchVariables.read(), try isMeant(variables) else {
            guard let processes, processes > 1 else { return nil }
            return try startOthers(processes, timeout)
        }
        if let processes, processes != variables.info.size {
            throw DistributedError(
                .invalidArgument, "join", rank: variables.info.rank,
                "\(variables.launcher) started \(variables.info.size) processes, not \(processes). Ask for as many, or "
                    + "for none, or start the program without a launcher")
        }
        return try meetOthers(variables, timeout)
    }

    /// Whether the variables are for this process, and not for the one that started it.
    private static func isMeant(_ variables: LaunchVariables) throws -> Bool {
        guard let parent = variables.parent, parent != getppid() else { return true }
        // The parent runs: it is that of a rank, which started this process for something else.
        if kill(parent, 0) == 0 { return false }
        throw DistributedError(
            .connection, "join", rank: variables.info.rank, "rank 0, which started this process, has ended")
    }
}
