import Foundation
import Synchronization
import Torch

/// The processes of the job that this process belongs to, connected. There is one for the process.
///
/// ```swift
/// let world = try World.join(processes: 2)
/// defer { world?.leave() }
/// World.globalPrint("there are \(RankInfo.current.size) processes")
/// ```
/// ``join(processes:timeout:)`` finds the others: a launcher such as torchrun started them, or rank 0 starts them
/// itself.
public final class World: Sendable {
    /// Where this process stands among the others.
    public let info: RankInfo
    /// What started the processes.
    public let launcher: Launcher
    /// The group of all ranks.
    public let group: ProcessGroup
    /// The store that all ranks share.
    public let store: Store
    /// How long an operation waits for other ranks.
    public let timeout: Duration

    let news: FailureNews
    /// Those that this process started.
    let processes: RankProcesses?
    /// Whether the store is in this process, which others need until they have left.
    let hostsStore: Bool
    private let state = Mutex(State.working)

    private enum State {
        case working
        case failed(any Error)
        case left
    }

    init(
        _ info: RankInfo, _ launcher: Launcher, group: ProcessGroup, store: Store, news: FailureNews, timeout: Duration,
        processes: RankProcesses? = nil, hostsStore: Bool
    ) {
        self.info = info
        self.launcher = launcher
        self.group = group
        self.store = store
        self.news = news
        self.timeout = timeout
        self.processes = processes
        self.hostsStore = hostsStore
    }

    /// This process' number, from 0.
    public var rank: Int { info.rank }
    /// The number of processes.
    public var size: Int { info.size }
    /// This process' number among those on its machine, from 0.
    public var localRank: Int { info.localRank }
    /// The number of processes on this machine.
    public var localSize: Int { info.localSize }

    // MARK: Failures

    /// What this rank failed with; `nil` if it has not.
    var failure: (any Error)? {
        if case .failed(let error) = state.withLock({ $0 }) { return error }
        return nil
    }

    /// Whether this rank failed, or an operation of the group did.
    var hasFailed: Bool {
        switch state.withLock({ $0 }) {
        case .working: !group.isUsable
        case .failed: true
        case .left: false
        }
    }

    var hasLeft: Bool {
        if case .left = state.withLock({ $0 }) { return true }
        return false
    }

    /// Tells the other ranks that this one cannot go on, and why, and closes the connections so that they notice at
    /// once. It never throws, and takes a few seconds at most. The world cannot be used afterwards.
    ///
    /// Connections that a ``DistributedDataParallel`` or an operation uses close with the last reference to it, or with
    /// the process.
    public func fail(with error: any Error) {
        let isFirst = state.withLock { state in
            guard case .working = state else { return false }
            state = .failed(error)
            return true
        }
        guard isFirst else { return }
        let kind: FailureNews.Kind = World.isConsequence(error) ? .consequence : .cause
        // What another rank told of is known already.
        news.tell(RankFailure(rank: rank, message: "\(error)"), as: error is RankFailure ? nil : kind)
        processes?.expectEnds()
        _ = bounded(FailureNews.patience) { [group] in group.destroy() }
    }

    /// What an error of a collective operation comes from.
    ///
    /// - Returns: a ``RankFailure`` if another rank told of its failure, or if its process ended and this rank or rank
    ///   0 started it; else `error` itself. It waits up to a second for the news.
    public func cause(of error: any Error) -> any Error {
        guard World.isConsequence(error) else { return error }
        // A rank that is not there tells nothing, and one that failed did so before.
        let hasTimedOut = (error as? DistributedError)?.kind == .timeout
        if let cause = news.read(.cause, wait: hasTimedOut ? .milliseconds(200) : .seconds(1)), cause.rank != rank {
            return cause
        }
        // A rank that still waited when others gave up has only a broken connection.
        if !hasTimedOut, let consequence = news.read(.consequence), consequence.rank != rank { return consequence }
        return error
    }

    /// Whether an error says that another rank did not take part, rather than that something is wrong on this one.
    private static func isConsequence(_ error: any Error) -> Bool {
        if let error = error as? DistributedError {
            return [.timeout, .connection, .unusableGroup, .other].contains(error.kind)
        }
        return error is RankFailure || (error as? TorchError)?.kind == .distributed
    }

    // MARK: The end

    /// From now on it is no news if a process that this one started ends, as after a signal to all of them.
    package func expectEnds() {
        processes?.expectEnds()
    }

    /// Leaves in good order. The process that hosts the store waits until the others have left, too, at most the
    /// timeout.
    ///
    /// Processes that this one started run on, and end by themselves: at the end of this process, they get the timeout
    /// for that.
    public func leave() {
        let isFirst = state.withLock { state in
            guard case .working = state else { return false }
            state = .left
            return true
        }
        guard isFirst else { return }
        let hasDeparted = bounded(timeout) { [group, news] in
            group.destroy()
            try news.announceDeparture()
            return true
        }
        guard hasDeparted == true, hostsStore else { return }
        let end = ContinuousClock.now + timeout
        while ContinuousClock.now < end, let count = try? news.departedCount() {
            // Those that ended without leaving do not come any more.
            let gone = processes.map { info.size - 1 - $0.runningCount } ?? 0
            if max(count, gone + 1) >= info.size { break }
            Thread.sleep(forTimeInterval: 0.005)
        }
    }
}
