import Foundation
import Synchronization
import TorchDistributed

/// The processes that do a run together, as the trainer asks them what they agree on.
///
/// In a run of one process, each answer is the process's own, and nothing is sent.
final class Ranks: Sendable {
    /// A run of one process.
    static let alone = Ranks()

    /// The processes; `nil` if there is only this one.
    let world: World?
    private let messages: RankMessages?
    /// How often something was done on one rank while the others waited.
    private let waitCount = Atomic(0)

    private init() {
        world = nil
        messages = nil
    }

    /// - Throws: `DistributedError` if the others do not come in time.
    init(_ world: World) throws {
        self.world = world
        messages = try RankMessages(world)
    }

    /// The number of this process, from 0.
    var rank: Int { world?.info.rank ?? 0 }
    /// The number of processes.
    var count: Int { world?.info.size ?? 1 }
    /// Whether there are others.
    var areSeveral: Bool { world != nil }
    /// Whether this is the process that writes checkpoints and logs, and shows how far the run is.
    var isFirst: Bool { rank == 0 }

    // MARK: Numbers

    /// Sends numbers to all ranks, and returns those of each.
    ///
    /// - Throws: `RanksError` if another rank is somewhere else in the program.
    func exchange(_ topic: RankTopic, _ numbers: [Double]) throws -> [[Double]] {
        guard let messages else { return [numbers] }
        return try messages.exchange(topic, numbers)
    }

    /// What rank 0 says.
    func first(_ topic: RankTopic, _ answer: Bool) throws -> Bool {
        guard areSeveral else { return answer }
        return try exchange(topic, [answer ? 1 : 0])[0][0] != 0
    }

    // MARK: States

    /// A checkpoint may have any size, and comes from a rank of the same program.
    private static let greatestByteCount = 1 << 46

    /// What rank 0 has, on all ranks.
    ///
    /// - Parameter make: makes it; not called on the other ranks.
    func shareFirst(_ make: () throws -> StateDict?) throws -> StateDict? {
        guard let world else { return try make() }
        let made = try isFirst ? make() : nil
        guard try first(.shared, made != nil) else { return nil }
        return try world.group.broadcastObject(made, source: 0, maximumByteCount: Ranks.greatestByteCount)
    }

    /// The states of all ranks, in their order.
    func gather(_ state: StateDict) throws -> [StateDict] {
        guard let world else { return [state] }
        return try world.group.allGatherObject(state, maximumByteCount: Ranks.greatestByteCount)
    }

    /// The tensors of all ranks, in their order; all ranks give tensors of the same shapes and types.
    func gatherTensors(_ tensors: [Tensor]) throws -> [[Tensor]] {
        guard let world else { return [tensors] }
        var result = [[Tensor]](repeating: tensors, count: count)
        for (_, positions) in Dictionary(grouping: tensors.indices, by: { tensors[$0].dtype })
            .sorted(by: { $0.value[0] < $1.value[0] })
        {
            let sizes = positions.map { tensors[$0].count }
            let flat = try Tensor.cat(positions.map { try tensors[$0].reshape([-1]) }, dim: 0)
            for (rank, gathered) in try world.group.allGather(flat).enumerated() {
                for (position, part) in zip(positions, try gathered.splitWithSizes(splitSizes: sizes)) {
                    result[rank][position] = try part.reshape(tensors[position].shape)
                }
            }
        }
        return result
    }

    // MARK: Waiting

    /// Lets rank 0 do something that may take longer than the ranks wait for each other, and the others wait for it.
    ///
    /// - Returns: what `body` returns; `nil` on the other ranks.
    func onFirst<Output>(_ body: () throws -> Output) throws -> Output? {
        try onSome(isFirst, of: 1, body)
    }

    /// Lets one rank of each machine do something, and the others wait for it.
    @discardableResult
    func onEachMachine<Output>(_ body: () throws -> Output) throws -> Output? {
        guard let info = world?.info else { return try body() }
        let isMine = info.localRank == 0
        // Machines may have different numbers of ranks.
        let machines = try exchange(.shared, [isMine ? 1 : 0]).reduce(0) { $0 + Int($1[0]) }
        return try onSome(isMine, of: machines, body)
    }

    private func onSome<Output>(_ isMine: Bool, of workers: Int, _ body: () throws -> Output) throws -> Output? {
        guard let world else { return try body() }
        let number = waitCount.add(1, ordering: .relaxed).newValue
        let key = "helios/done/\(number)"
        // As long as the others live, not as long as a message may take.
        let slice = min(world.timeout / 4, .seconds(5))
        let result = try isMine ? whileTellingOfLife("\(key)/alive", every: slice, body) : nil
        if isMine, try reach(world.store, { try $0.add("\(key)/count", 1) }) == workers {
            try reach(world.store) { try $0.set(key, "") }
        }
        var (signs, lastSign) = (0, ContinuousClock.now)
        while true {
            // A store whose host is stopped may never answer, whatever the timeout.
            let wait = bounded(slice * 2) { [store = world.store] in Result { try store.wait([key], timeout: slice) } }
            switch wait {
            case .success: return result
            case .failure(let error as DistributedError) where error.kind == .timeout:
                let cause = world.cause(of: error)
                if cause is RankFailure { throw cause }
            case .failure(let error): throw error
            case nil: break
            }
            let count = bounded(slice) { [store = world.store] in try store.add("\(key)/alive", 0) }
            if let count, count != signs { (signs, lastSign) = (count, .now) }
            guard .now - lastSign < world.timeout else {
                throw RanksError(
                    "\(workers == 1 ? "rank 0" : "a rank") works alone, and has given no sign of life for "
                        + "\(world.timeout): its process has ended or hangs. Look at its output")
            }
        }
    }

    /// Calls the store that rank 0 hosts.
    @discardableResult
    private func reach<Output: Sendable>(
        _ store: Store, _ body: @escaping @Sendable (Store) throws -> Output
    ) throws -> Output {
        let limit = Duration.seconds(5)
        guard let output = bounded(limit, { try body(store) }) else {
            throw RanksError("rank 0, which hosts the store, does not answer for \(limit): look at its output")
        }
        return output
    }

    /// Lets the others know, while `body` runs, that this process lives.
    private func whileTellingOfLife<Output>(
        _ key: String, every interval: Duration, _ body: () throws -> Output
    ) rethrows -> Output {
        guard let store = world?.store else { return try body() }
        let isDone = DispatchSemaphore(value: 0)
        defer { isDone.signal() }
        let nanoseconds = Int(interval / .nanoseconds(1))
        Thread.detachNewThread {
            while isDone.wait(timeout: .now() + .nanoseconds(nanoseconds)) == .timedOut { _ = try? store.add(key, 1) }
        }
        return try body()
    }
}

extension Ranks {
    /// The ranks of the world that was joined last: all runs of a process use the same messages.
    private static let joined = Mutex<Ranks?>(nil)

    /// Joins the processes that a launcher started, or starts them.
    ///
    /// - Throws: `DistributedError` if the others do not come in time, or if variables of a launcher are missing or
    ///   contradict the options.
    static func join(_ processes: TrainerOptions.Processes) throws -> Ranks {
        guard let world = try World.join(processes: processes.count, timeout: processes.timeout) else { return .alone }
        if let ranks = joined.withLock({ $0 }), ranks.world === world { return ranks }
        let ranks = try Ranks(world)
        joined.withLock { $0 = ranks }
        return ranks
    }

    /// Throws if several processes cannot train on a device.
    func check(_ device: Device) throws {
        guard areSeveral, device.kind != .cpu else { return }
        throw ConfigurationError(
            "\(count) processes train together on the CPU only in this version, and the device is \(device): use device: "
                + ".cpu, or one process")
    }

    /// Tells the other ranks that the run failed on this one.
    ///
    /// - Returns: what the run failed of: the error, or another rank's error that caused it.
    func fail(with error: any Error) -> any Error {
        guard let world else { return error }
        let cause = error is DistributedError ? world.cause(of: error) : error
        world.fail(with: cause)
        return cause
    }
}
