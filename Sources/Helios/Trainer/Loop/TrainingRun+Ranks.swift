import Foundation
import TorchDistributed

// What several processes that train together agree on, so that no rank goes on alone. In a run of one process, these
// are the answers of that process.
extension TrainingRun {
    /// Whether this run has a checkpoint folder. Rank 0 alone has its keeper.
    var savesCheckpoints: Bool { status.options.checkpoints != nil && plan.writesFiles }

    /// Into how many shards each training batch is cut; `nil` if it is not.
    var shardCount: Int? { plan.isProbe ? nil : status.options.deterministic.shardCount }

    /// The part of each batch that this process makes; `nil` for all of it.
    func batchPart() throws -> BatchPart? {
        guard let shardCount else {
            return ranks.areSeveral ? BatchPart(first: ranks.rank, count: ranks.count) : nil
        }
        try GradientShards.check(shardCount, status.options, ranks)
        let ownCount = shardCount / ranks.count
        return BatchPart(first: ranks.rank * ownCount, ownCount: ownCount, count: shardCount)
    }

    // MARK: Random numbers

    /// Gives each rank but the first its own random numbers, after all have set up the model with the same ones.
    func beginRandomNumbersOfRank() throws {
        // With shards, each has random numbers of its own, and all else is the same on all ranks.
        guard !ranks.isFirst, shardCount == nil else { return }
        var random = SampleRandom(seed: status.options.seed, epoch: state.globalIteration, index: ranks.rank)
        try manualSeed(random.next())
    }

    /// Restores the random numbers of a checkpoint: those of this rank, if it was saved by as many ranks; else rank 0
    /// takes those of rank 0, and the others begin their own.
    func restoreRandomNumbers(_ checkpoint: Checkpoint) throws {
        let states = checkpoint.ranks
        guard ranks.areSeveral else { return try checkpoint.random.restore(device: status.options.device) }
        if states.count == ranks.count {
            try states[ranks.rank].random.restore(device: status.options.device)
        } else if ranks.isFirst || shardCount != nil {
            try checkpoint.random.restore(device: status.options.device)
        } else {
            try beginRandomNumbersOfRank()
        }
    }

    /// What the order of an epoch is made from, as rank 0 has drawn it.
    func sharedOrderSeed(_ drawn: UInt64?) throws -> UInt64? {
        guard ranks.areSeveral, let drawn else { return drawn }
        // A number of 64 bits is more than a Double holds.
        let parts = try ranks.exchange(.shared, [Double(drawn >> 32), Double(drawn & 0xFFFF_FFFF)])[0]
        return UInt64(parts[0]) << 32 | UInt64(parts[1])
    }

    // MARK: Batches

    /// Tells the exchange of gradients what this rank's part of the batch is.
    func beginBatchOnRanks() throws {
        guard let exchange = model.gradientExchange, let loader = data.trainDataLoader else { return }
        try exchange.beginBatch(
            loader.part == nil
                ? BatchShare(own: 1, whole: ranks.count) : batches?.share() ?? BatchShare(own: 0, whole: 0))
    }

    /// Trains on a batch shard by shard.
    func train(onShards batches: [Batch], _ shards: GradientShards) throws {
        let shares = (0..<shards.count).map { self.batches?.share(ofPart: $0) ?? BatchShare(own: 0, whole: 0) }
        let first = ranks.rank * shards.ownCount
        try hooks.onTrainingBatchStart(state: state)
        try shards.beginBatch()
        for (position, batch) in batches.enumerated() {
            try shards.beginShard(shares[first + position], iteration: state.globalIteration)
            let batch = try hooks.processTrainingBatch(hooks.batchToDevice(batch, phase: .train), state: state)
            try runStep(batch)
            for (name, loss) in model.lossItems { try LossTable.requireNumber(loss, name) }
            shards.endShard(losses: try model.lossItems.mapValues { try $0.item().double })
        }
        let means = try shards.endBatch(shares: shares)
        for (name, loss) in model.lossItems { model.lossItems[name] = try Tensor(means[name] ?? .nan).to(loss.dtype) }
    }

    /// Puts the mean over the whole batch in the place of each loss.
    func averageLossesOverRanks() throws {
        guard ranks.areSeveral, let exchange = model.gradientExchange else { return }
        if let means = exchange.knownMeans(of: model.lossItems) {
            for (name, loss) in model.lossItems {
                model.lossItems[name] = try Tensor(means[name] ?? .nan).to(loss.dtype)
            }
            return
        }
        let losses = model.lossItems.sorted { $0.key < $1.key }
        for (name, loss) in losses { try LossTable.requireNumber(loss, name) }
        let names = losses.map(\.key)
        let own = [Double(exchange.share.own), hash(names)]
        let rows = try exchangeLosses(own + losses.map { try $0.value.item().double }, exchange)
        try requireSameNames(names, rows.map { $0[1] })
        // A rank without a sample computed with one that another rank has.
        let counted = rows.filter { $0[0] > 0 }
        let whole = counted.reduce(0) { $0 + $1[0] }
        for (position, (name, loss)) in losses.enumerated() {
            let sum = counted.reduce(0) { $0 + $1[0] * $1[2 + position] }
            model.lossItems[name] = try Tensor(sum / whole).to(loss.dtype)
        }
    }

    private func exchangeLosses(_ numbers: [Double], _ exchange: GradientExchange) throws -> [[Double]] {
        do {
            return try ranks.exchange(.losses, numbers)
        } catch let error as DistributedError where error.kind == .timeout && exchange.hasMeans {
            // Losses that came with gradients need no message, so the other ranks may not have sent one.
            throw RanksError(
                "the losses of rank \(ranks.rank) have other names than those of the other ranks, or do not all come from "
                    + "minimize: all ranks must put the same ones into lossItems. (\(error))")
        }
    }

    private func hash(_ names: [String]) -> Double { Double(FNV1a.hash(names.joined(separator: "\n").utf8) >> 12) }

    private func requireSameNames(_ names: [String], _ hashes: [Double]) throws {
        guard let other = hashes.firstIndex(where: { $0 != hashes[0] }) else { return }
        throw RanksError(
            "the losses of rank \(other) have other names than those of rank 0: all ranks must put the same names into "
                + "lossItems, and this rank has '\(VisibleText.of(names.joined(separator: ", ")))'")
    }

    /// Ends a batch: lets all ranks know what asks the training to end on any of them. Most often, it came with the
    /// gradients that nothing does, and the ranks send nothing.
    func agreeOnBatch() throws {
        if let time = model.gradientExchange?.quietIterationTime {
            state.averageIterTime = time
        } else {
            try agreeOnInterruption(.batch)
        }
    }

    /// Lets all ranks know what asks the training to end on any of them, and compares what they have not compared yet.
    func agreeOnInterruption(_ topic: RankTopic) throws {
        guard ranks.areSeveral else { return }
        let names = model.gradientExchange?.knownNames ?? []
        let hashes = try environment.agree(topic, iterationTime: &state.averageIterTime, hash: hash(names))
        try requireSameNames(names, hashes)
        model.gradientExchange?.didCompareNames()
    }

    /// Throws if a network was replaced since the training began, which ranks would not keep the same.
    func requireSameNetworks() throws {
        if ranks.areSeveral { try environment.networks?.requireSame() }
    }

    // MARK: Questions

    /// Why training should stop now, on any rank; `nil` if nothing asks for it, or the minimum is not reached.
    func stopVote() throws -> FitResult.Outcome? {
        try agreedStopVote().flatMap { mayStop($0) ? $0 : nil }
    }

    private func agreedStopVote() throws -> FitResult.Outcome? {
        let vote = try hooks.stopVote()
        guard ranks.areSeveral, !status.plugins.isEmpty || !model.unwrittenHooks.contains(.shouldTrainingStop) else {
            return vote
        }
        let ids = status.plugins.map(\.id)
        let code =
            switch vote {
            case .stoppedByModel: 1
            case .stoppedByPlugin(let id): 2 + (ids.firstIndex(of: id) ?? 0)
            default: 0
            }
        switch try ranks.exchange(.vote, [Double(code)]).first(where: { $0[0] > 0 }).map({ Int($0[0]) }) {
        case nil: return nil
        case 1: return .stoppedByModel
        case let code?: return .stoppedByPlugin(id: ids.indices.contains(code - 2) ? ids[code - 2] : "")
        }
    }

    /// Whether rank 0 advances to the next training phase.
    func shouldAdvanceDatasetPhase() throws -> Bool {
        let answer = try hooks.shouldAdvanceDatasetPhase()
        guard !model.unwrittenHooks.contains(.shouldAdvanceDatasetPhase) else { return answer }
        return try ranks.first(.phase, answer)
    }

    /// Whether the validation is an improvement for rank 0.
    func haveMetricsImproved() throws -> Bool {
        try ranks.first(.validation, hooks.haveMetricsImproved())
    }

    /// Gives all ranks the validation scores of rank 0.
    func shareValidationScores() throws {
        guard ranks.areSeveral else { return }
        guard let scores = try ranks.shareFirst({ model.validationScores.stateDict() }) else { return }
        model.validationScores = try Scores(scores)
    }

    // MARK: Checkpoints

    /// A checkpoint that rank 0 finds and reads, on all ranks: the others need not have its file.
    func shareEntry(_ find: () throws -> CheckpointFolder.Entry?) throws -> CheckpointFolder.Entry? {
        let own = try ranks.onFirst(find) ?? nil
        guard ranks.areSeveral else { return own }
        let shared = try ranks.shareFirst {
            own.map { ["file": .string($0.file.path), "contents": .dictionary($0.contents.stateDict())] }
        }
        guard let shared, !ranks.isFirst else { return own }
        return CheckpointFolder.Entry(
            file: URL(filePath: try shared.string("file")), contents: try Checkpoint(shared.dictionary("contents")))
    }

    /// Tells all ranks which checkpoint is the newest.
    func shareLastCheckpoint() throws {
        guard ranks.areSeveral, savesCheckpoints else { return }
        let shared = try ranks.shareFirst { status.lastCheckpoint.map { ["file": .string($0.path)] } }
        status.lastCheckpoint = try shared.map { URL(filePath: try $0.string("file")) }
    }

    /// How a training ended before that ended at this checkpoint, as rank 0 finds it noted.
    func sharedEnd(at checkpoint: URL) throws -> EndedTraining? {
        let own = keeper?.end(at: checkpoint)
        guard ranks.areSeveral else { return own }
        let shared = try ranks.shareFirst { own.map { ["is_complete": .bool($0.isComplete)] } }
        guard let shared, own == nil else { return own }
        return try EndedTraining(
            checkpoint: checkpoint.lastPathComponent, isComplete: shared.bool("is_complete"), logs: [:])
    }
}
