/// Where a process stands among the processes of its job: Python Helios' `DistributedInfo`.
public struct RankInfo: Sendable, Hashable {
    /// The process' number among all processes of the job, from 0.
    public let rank: Int
    /// The number of processes in the job: torchrun's `WORLD_SIZE`.
    public let size: Int
    /// The process' number among those on its machine, from 0. It chooses the process' GPU.
    public let localRank: Int
    /// The number of processes of the job on this machine: torchrun's `LOCAL_WORLD_SIZE`.
    public let localSize: Int

    /// A process that works by itself: rank 0 of 1.
    public static let alone = RankInfo(rank: 0, size: 1, localRank: 0, localSize: 1)

    /// - Parameters:
    ///   - rank: the process' number, from 0 to below `size`.
    ///   - size: the number of processes.
    ///   - localRank: the process' number on its machine, from 0 to below `localSize`.
    ///   - localSize: the number of processes on the machine.
    public init(rank: Int, size: Int, localRank: Int, localSize: Int) {
        self.rank = rank
        self.size = size
        self.localRank = localRank
        self.localSize = localSize
    }

    /// Where this process stands now: Python Helios' `get_dist_info()`. It is ``alone`` before
    /// ``World/join(processes:timeout:)`` and after ``World/leave()``.
    public static var current: RankInfo { World.current?.info ?? .alone }
}
