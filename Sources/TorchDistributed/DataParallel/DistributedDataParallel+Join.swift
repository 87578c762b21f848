import Torch
import TorchNN

extension DistributedDataParallel {
    /// Runs a training in which some ranks have fewer batches than others: PyTorch's `join`.
    ///
    /// ```swift
    /// try parallel.join(states: [optimizer]) {
    ///     for (inputs, targets) in batchesOfThisRank {
    ///         try optimizer.zeroGrad()
    ///         try parallel.backward(crossEntropy(parallel(inputs), targets))
    ///         try optimizer.step()
    ///     }
    /// }
    /// ```
    /// A rank whose `body` has ended takes part in the exchanges of the others, with gradients of zero, until all have
    /// ended. Then all ranks get the network of the last rank that still had data (of several, the one with the highest
    /// number). Before each forward pass the ranks tell each other whether they have data, which is one more exchange.
    ///
    /// Only the forward and backward passes of the wrapper are matched. Other collective operations in `body`
    /// (`SyncBatchNorm`, a `ShardedOptimizer`, a group's own) need all ranks.
    ///
    /// - Parameters:
    ///   - dividesByAllRanks: whether the sums of gradients are divided by the number of all ranks, so that every
    ///     sample has the same weight; `false` divides by the number of ranks that still have data, as if
    ///     there were no others. PyTorch's `divide_by_initial_world_size`.
    ///   - throwsOnEarlyEnd: whether it is an error on all ranks if one has no more data while another one has.
    ///   - states: what else the other ranks get from the last one in the end, an optimizer and a scheduler as a rule:
    ///     those of a rank that ended earlier made fewer steps.
    ///   - body: the training of this rank.
    /// - Throws: ``DistributedError`` if a rank does not come, or of kind `mismatch` on all ranks if they do not do the
    ///   same; what `body` throws.
    public func join<Result>(
        dividesByAllRanks: Bool = true, throwsOnEarlyEnd: Bool = false, states: [any Stateful] = [],
        _ body: () throws -> Result
    ) throws -> Result {
        guard unevenInputs == nil else {
            throw group.error(.invalidArgument, "join", "it is called inside another `join` of the same network")
        }
        guard dividesByAllRanks || options.gradientCompression == nil else {
            throw group.error(
                .invalidArgument, "join",
                "compressed gradients are always divided by the number of all ranks: leave out "
                    + "`dividesByAllRanks: false`")
        }
        if !throwsOnEarlyEnd,
            module.namedModules().contains(where: { ($0.module as? BatchNorm)?.isSynchronized == true })
        {
            throw group.error(
                .invalidArgument, "join",
                "a SyncBatchNorm needs all ranks in each forward pass: set `throwsOnEarlyEnd: true`")
        }
        let inputs = UnevenInputs(group, throwsOnEarlyEnd: throwsOnEarlyEnd, dividesByAllRanks: dividesByAllRanks)
        unevenInputs = inputs
        defer { unevenInputs = nil }
        let result = try body()
        while let round = try inputs.meet(exchanges: nil) { try match(round) }
        if !dividesByAllRanks { try reducer.setDivisor(nil) }

        let source = inputs.lastRank
        let network = try module.parameters() + (options.broadcastBuffers ? module.buffers() : [])
        try group.broadcastCoalesced(network, source: source, "join")
        for state in states {
            let newest = try group.broadcastObject(group.rank == source ? state.stateDict() : nil, source: source)
            if group.rank != source { try state.loadStateDict(newest) }
        }
        return result
    }

    /// Tells the other ranks inside `join` what comes.
    ///
    /// - Returns: the rank that has the newest buffers.
    func beginPass(exchanges: Bool) throws -> Int {
        guard let unevenInputs, let round = try unevenInputs.meet(exchanges: exchanges) else { return 0 }
        if exchanges, !unevenInputs.dividesByAllRanks { try reducer.setDivisor(round.active.count) }
        return round.source
    }

    /// Takes part in what the ranks that have data exchange, in the order in which `synchronized` and the backward pass
    /// do.
    private func match(_ round: UnevenInputs.Round) throws {
        if round.exchanges { try group.explainingFailures("join") { try reducer.matchForward() } }
        if sendsBuffers { try sendBuffers(source: round.source) }
        sendsBuffers = round.exchanges
        if round.exchanges { try group.explainingFailures("join") { try reducer.matchBackward() } }
    }
}
