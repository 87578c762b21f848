import CTorch
import Foundation
import Synchronization
import Torch

/// The processes that compute together, and this one's rank among them: PyTorch's process group, over Gloo.
///
/// ```swift
/// let store = try TCPStore(host: "127.0.0.1", port: 29500, isServer: rank == 0)
/// let group = try ProcessGroup(store: store, rank: rank, size: 2)
/// try group.allReduce(gradient, .mean)
/// ```
/// All ranks call the same operations in the same order, with tensors of the same shape and dtype. Before the tensors
/// go out, the ranks tell each other what they are about to do (libtorch ends the process if sizes differ); if that is
/// not the same, all of them throw a ``DistributedError``. A rank that does not come in time is an error, too, which
/// says which one it was.
///
/// A group may move from thread to thread, and one thread at a time begins operations: ranks must begin them in the
/// same order. A ``Work`` may be waited for on any thread. Tensors belong to an operation until it was waited for.
public final class ProcessGroup: Sendable {
    /// This process' number in the group, from 0.
    public let rank: Int
    /// The number of processes in the group.
    public let size: Int
    /// The name of the group, under which its keys are in the store.
    public let name: String
    /// The ranks that the members have in the group that this one was made of, or their own.
    public let ranks: [Int]
    /// How long an operation waits for other ranks.
    public let timeout: Duration
    /// Whether the ranks compare what they call before each operation.
    public let verifiesCalls: Bool

    let store: PrefixStore
    private let connection: Connection
    private let state: Mutex<State>

    private struct State {
        /// `nil` after `destroy`.
        var handle: GroupHandle?
        /// What made the group unusable.
        var failure: DistributedError?
        var subgroupCount = 0
        var twinCount = 0
    }

    /// What carries tensors from rank to rank.
    public enum Backend: Sendable, Equatable {
        /// Whatever can be used: Gloo.
        case automatic
        /// Gloo, for tensors on the CPU.
        case gloo
        /// NCCL, for tensors on CUDA devices. It is an error: this package is built without the headers of CUDA and
        /// NCCL, which code that makes such a group must be compiled with.
        case nccl
    }

    /// Where this process listens for the others.
    public enum Connection: Sendable, Equatable {
        /// The network interfaces that `GLOO_SOCKET_IFNAME` names, separated by commas; without it the address that
        /// this machine's name has, else the loopback.
        case automatic
        /// A network interface, as in `eth0`.
        case interface(String)
        /// A name or an address of this machine.
        case host(String)
    }

    /// Connects this process to the others, and returns when all are connected.
    ///
    /// - Parameters:
    ///   - store: where the processes find each other, the same one for all.
    ///   - rank: this process' number, from 0 to below `size`; each number once.
    ///   - size: the number of processes.
    ///   - timeout: how long to wait for other ranks, here and in operations that are given no time of their own.
    ///   - backend: what carries tensors.
    ///   - connection: where this process listens.
    ///   - name: the name of the group; two groups over one store have different ones.
    ///   - verifiesCalls: whether the ranks compare what they call before each operation. Without it an operation saves
    ///     one small exchange, and a mistake ends the process, hangs until the timeout, or gives wrong numbers.
    /// - Throws: ``DistributedError`` if an argument is wrong, or if the others do not come in time.
    public convenience init(
        store: Store, rank: Int, size: Int, timeout: Duration = .seconds(60), backend: Backend = .automatic,
        connection: Connection = .automatic, name: String = "default", verifiesCalls: Bool = true
    ) throws {
        guard backend != .nccl else {
            throw DistributedError(
                .invalidArgument, "init_process_group", rank: rank,
                "NCCL is not supported: libtorch's process group for it can only be made by code that is compiled with "
                    + "the headers of CUDA and NCCL, and this package is built without them. Use `.gloo`, and copy "
                    + "tensors to the CPU for the exchange")
        }
        try self.init(
            store: store, rank: rank, ranks: Array(0..<max(size, 0)), timeout: timeout, connection: connection,
            name: name, verifiesCalls: verifiesCalls)
    }

    private init(
        store: Store, rank: Int, ranks: [Int], timeout: Duration, connection: Connection, name: String,
        verifiesCalls: Bool
    ) throws {
        let operation = "init_process_group"
        guard ranks.indices.contains(rank), Int32(exactly: ranks.count) != nil else {
            throw DistributedError(
                .invalidArgument, operation, "rank \(rank) is not one of a group of \(ranks.count): ranks count from 0")
        }
        guard timeout > .zero else {
            throw DistributedError(.invalidArgument, operation, "the timeout must be positive, not \(timeout)")
        }
        let prefixed = try PrefixStore(name, store)
        // Ranks that are threads share the store below, whose timeout belongs to its user.
        let (interfaces, host) = connection.addresses
        let pointer = interfaces.withCStrings { interfaces, count in
            ct_process_group_gloo(
                prefixed.pointer, Int32(rank), Int32(ranks.count), timeout.milliseconds, interfaces, count, host)
        }
        guard let pointer else {
            throw DistributedError(
                .last(), operation, rank: rank,
                advice: "Check that all \(ranks.count) ranks have started, each with a rank of its own, and that this "
                    + "machine's address is reachable (choose a network interface with `connection:` or "
                    + "GLOO_SOCKET_IFNAME)")
        }
        self.rank = rank
        self.size = ranks.count
        self.ranks = ranks
        self.name = name
        self.timeout = timeout
        self.verifiesCalls = verifiesCalls
        self.store = prefixed
        self.connection = connection
        state = Mutex(State(handle: GroupHandle(pointer)))
        // If only some ranks compared calls, Gloo would mistake one exchange for another.
        try announce(Announcement(.initialization, parameter: verifiesCalls ? 1 : 0), timeout: timeout)
    }

    deinit {
        destroy()
    }

    /// Makes a group of some of the ranks. All ranks of this group call it, in the same order and with the same ranks.
    ///
    /// - Parameters:
    ///   - ranks: the ranks in this group, each once; they get the ranks 0, 1, … of the new group in this order.
    ///   - timeout: how long its operations wait; `nil` is the timeout of this group.
    /// - Returns: the new group, or `nil` if this rank is not among its ranks.
    /// - Throws: ``DistributedError``.
    public func subgroup(_ ranks: [Int], timeout: Duration? = nil) throws -> ProcessGroup? {
        let operation = "new_group"
        for rank in ranks { try requireRank(rank, operation) }
        guard !ranks.isEmpty, Set(ranks).count == ranks.count else {
            throw error(.invalidArgument, operation, "\(ranks) must name at least one rank, and each only once")
        }
        // Also compares the ranks that were given: two ranks with different lists would wait for each other.
        try announce(
            Announcement(.subgroup, shape: ranks),
            timeout: self.timeout)
        let number = state.withLock { state in
            state.subgroupCount += 1
            return state.subgroupCount
        }
        guard let position = ranks.firstIndex(of: rank) else { return nil }
        return try ProcessGroup(
            store: store, rank: position, ranks: ranks, timeout: timeout ?? self.timeout, connection: connection,
            name: "subgroup \(number) of \(ranks.map(String.init).joined(separator: ","))", verifiesCalls: verifiesCalls
        )
    }

    /// Makes another group of the same ranks, in which their exchanges of one kind do not get in the way of others. All
    /// ranks call it, in the same order.
    ///
    /// - Parameter verifiesCalls: whether the ranks compare what they call in it. Exchanges that always have the same
    ///   sizes in the same order need not: a rank that makes one more than the others waits until the timeout.
    /// - Throws: ``DistributedError``.
    package func twin(verifiesCalls: Bool) throws -> ProcessGroup {
        try announce(Announcement(.subgroup, parameter: verifiesCalls ? 2 : 1), timeout: timeout)
        let number = state.withLock { state in
            state.twinCount += 1
            return state.twinCount
        }
        return try ProcessGroup(
            store: store, rank: rank, ranks: Array(0..<size), timeout: timeout, connection: connection,
            name: "twin \(number)", verifiesCalls: verifiesCalls)
    }

    /// Leaves the group and closes the connections; operations afterwards throw. Other ranks that still use it get an
    /// error which says so. Operations that were begun end first.
    ///
    /// The end of the last reference does the same.
    public func destroy() {
        let (handle, hasFailed) = state.withLock { state in
            defer { state.handle = nil }
            return (state.handle, state.failure != nil)
        }
        // Before the connections close. After a failure nobody asks, and the store may be gone.
        if handle != nil, !hasFailed { try? store.set("left/\(rank)", "") }
        withExtendedLifetime(handle) {}
    }

    /// Whether operations can be begun: the group was not destroyed, and none of its operations failed.
    public var isUsable: Bool {
        state.withLock { $0.handle != nil && $0.failure == nil }
    }

    // MARK: What operations need

    /// The group of c10d, for one operation.
    func begin(_ operation: String) throws -> GroupHandle {
        try state.withLock { state in
            guard let handle = state.handle else {
                throw error(.unusableGroup, operation, "the group '\(name)' was destroyed on this rank")
            }
            if let failure = state.failure {
                throw error(
                    .unusableGroup, operation,
                    "the group '\(name)' failed before, and has to be made again (\(failure))")
            }
            return handle
        }
    }

    /// Makes the group unusable. The first failure counts.
    func fail(with failure: DistributedError) {
        state.withLock { $0.failure = $0.failure ?? failure }
    }

    func error(
        _ kind: DistributedError.Kind, _ operation: String, absentRanks: [Int] = [], _ message: String
    ) -> DistributedError {
        DistributedError(kind, operation, rank: rank, absentRanks: absentRanks, message)
    }

    func requireRank(_ rank: Int, _ operation: String) throws {
        guard (0..<size).contains(rank) else {
            throw error(.invalidArgument, operation, "there is no rank \(rank) in a group of \(size)")
        }
    }
}

extension ProcessGroup.Connection {
    /// The interfaces to listen on, or the name of this machine.
    fileprivate var addresses: (interfaces: [String], host: String?) {
        switch self {
        case .automatic:
            let names = ProcessInfo.processInfo.environment["GLOO_SOCKET_IFNAME"] ?? ""
            return (names.split(separator: ",").map(String.init), nil)
        case .interface(let name): return ([name], nil)
        case .host(let name): return ([], name)
        }
    }
}

extension [String] {
    fileprivate func withCStrings<Result>(
        _ body: (UnsafePointer<UnsafePointer<CChar>>?, Int64) throws -> Result
    ) rethrows -> Result {
        try withCStrings { try body($0, Int64(count)) }
    }
}
