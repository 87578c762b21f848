import Torch

// What Python Helios' functions for several processes do. They are static, since they also work in a process that is
// alone.

extension World {
    /// Waits until all ranks have come here; does nothing in a process that is alone: Python Helios' `safe_barrier`.
    ///
    /// - Throws: ``DistributedError`` if a rank does not come in time.
    public static func barrier() throws {
        try current?.group.barrier()
    }

    /// Prints on rank 0 only: Python Helios' `global_print`.
    public static func globalPrint(_ items: Any..., separator: String = " ", terminator: String = "\n") {
        guard RankInfo.current.rank == 0 else { return }
        print(items.map { "\($0)" }.joined(separator: separator), terminator: terminator)
    }

    /// Prints on one rank of each machine, the one with local rank 0: Python Helios' `local_print`.
    public static func localPrint(_ items: Any..., separator: String = " ", terminator: String = "\n") {
        guard RankInfo.current.localRank == 0 else { return }
        print(items.map { "\($0)" }.joined(separator: separator), terminator: terminator)
    }

    /// Stacks the tensors of all ranks along a new first dimension, in the order of the ranks: Python Helios'
    /// `gather_into_tensor`.
    ///
    /// - Parameter tensor: of the same shape and dtype on all ranks.
    /// - Returns: `[ranks, …]` on all ranks; `[1, …]` in a process that is alone.
    /// - Throws: ``DistributedError``.
    public static func gatherIntoTensor(_ tensor: Tensor) throws -> Tensor {
        try Tensor.stack(current?.group.allGather(tensor) ?? [tensor])
    }

    /// Sums a tensor over all ranks, in place: Python Helios' `all_reduce_tensors`.
    ///
    /// - Parameter operation: how the values are combined.
    /// - Throws: ``DistributedError``.
    public static func allReduce(_ tensor: Tensor, _ operation: ReduceOperation = .sum) throws {
        try current?.group.allReduce(tensor, operation)
    }

    /// Sums each of several tensors over all ranks, in place: Python Helios' `all_reduce_tensors` of a list.
    ///
    /// - Parameter operation: how the values are combined.
    /// - Throws: ``DistributedError``.
    public static func allReduce(_ tensors: [Tensor], _ operation: ReduceOperation = .sum) throws {
        for tensor in tensors { try allReduce(tensor, operation) }
    }
}
