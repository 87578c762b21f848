import TorchDistributed

/// Computes the gradients of a batch shard by shard and adds them up in an order that the number of ranks does not
/// change: `deterministic: .acrossRanks`.
///
/// The shards of a batch are the leaves of a binary tree, and each rank has those below one node. It adds them up to that
/// node, gets the sums of the other ranks, and adds up the rest of the tree. What is added up is what a shard changes: the
/// gradients, and the networks' buffers, each multiplied by the shard's part of the batch.
final class GradientShards {
    /// How many shards a batch has.
    let count: Int
    /// How many of them this rank computes.
    let ownCount: Int

    private let ranks: Ranks
    private let networks: RunNetworks
    private let seed: UInt64
    private let device: Device

    /// The shards of the batch that are over on this rank: how many, what each of their losses was, and their sums, from
    /// the greatest subtree to the smallest.
    private var doneCount = 0
    private var losses: [[String: Double]] = []
    private var sums: [(leafCount: Int, tensors: [Tensor])] = []
    private var share = BatchShare(own: 1, whole: 1)
    private var buffers: [(buffer: Tensor, before: Tensor)] = []
    private var hasStepped = false
    private var random: RandomState?
    private weak var optimizer: Optimizer?

    init(_ ranks: Ranks, count: Int, seed: UInt64, device: Device, _ networks: RunNetworks) {
        self.ranks = ranks
        self.count = count
        self.seed = seed
        self.device = device
        self.networks = networks
        ownCount = count / ranks.count
    }

    /// Throws if the ranks cannot share the shards.
    static func check(_ count: Int, _ options: TrainerOptions, _ ranks: Ranks) throws {
        guard count.isMultiple(of: ranks.count), ranks.count.nonzeroBitCount == 1 else {
            throw ConfigurationError(
                "deterministic: .acrossRanks(shards: \(count)) needs a number of processes that is a power of two up to "
                    + "\(count), and there are \(ranks.count)")
        }
        if options.accumulation.most > 1 {
            throw ConfigurationError(
                "deterministic: .acrossRanks computes each step from one batch, and accumulation is "
                    + "\(options.accumulation.text): use a greater batch size instead")
        }
    }

    // MARK: A batch

    /// Begins a batch: all of its shards begin with the random numbers and buffers of this moment.
    func beginBatch() throws {
        random = try RandomState.current(seed: seed, device: device)
        doneCount = 0
        losses = []
        sums = []
        hasStepped = false
        optimizer = nil
        buffers = try networks.all.flatMap { try $0.buffers() }.filter(\.isDefined).map { ($0, try $0.clone()) }
    }

    /// Begins the next shard of this rank.
    ///
    /// - Parameter share: how many of the batch's samples it has.
    func beginShard(_ share: BatchShare, iteration: Int) throws {
        self.share = share
        var random = SampleRandom(seed: seed, epoch: iteration, index: ranks.rank * ownCount + doneCount)
        try manualSeed(random.next())
        if doneCount > 0 {
            try noGrad { for (buffer, before) in buffers { try buffer.copy_(before) } }
        }
    }

    /// Ends a shard.
    func endShard(losses: [String: Double]) {
        self.losses.append(losses)
        doneCount += 1
    }

    /// Ends the batch: all ranks continue with the same random numbers.
    ///
    /// - Returns: the mean of each loss over the batch.
    func endBatch(shares: [BatchShare]) throws -> [String: Double] {
        try random?.restore(device: device)
        guard hasStepped else {
            throw ConfigurationError(
                "deterministic: .acrossRanks needs a training step that calls minimize: it adds up the gradients of several "
                    + "parts of the batch")
        }
        let names = (losses.first ?? [:]).keys.sorted()
        let own = losses.flatMap { losses in names.map { losses[$0] ?? .nan } }
        let all = try ranks.exchange(.losses, own).flatMap { $0 }
        var means: [String: Double] = [:]
        for (position, name) in names.enumerated() {
            means[name] = shares.enumerated().reduce(0) { sum, shard in
                shard.element.own == 0 ? sum : sum + shard.element.weight * all[shard.offset * names.count + position]
            }
        }
        return means
    }

    // MARK: Gradients

    /// Whether the shard is the last one of this rank.
    private var isLast: Bool { doneCount == ownCount - 1 }

    /// Takes the gradients that a shard's loss has for an optimizer's parameters.
    ///
    /// - Returns: whether all shards are done; then the gradients are those of the whole batch.
    func collect(_ optimizer: Optimizer) throws -> Bool {
        if let other = self.optimizer, other !== optimizer {
            throw ConfigurationError(
                "deterministic: .acrossRanks trains a model with one optimizer: the loss of a second one would depend on "
                    + "how many shards the first has seen")
        }
        self.optimizer = optimizer
        let parameters = optimizer.parameters
        try noGrad {
            // Which parameters have gradients; then those; then the buffers that are numbers.
            let presence = try Tensor(parameters.map { $0.grad == nil ? Float(0) : 1 })
            let gradients = try parameters.map { try $0.grad ?? Tensor.zerosLike($0) }
            let state = try ([presence] + gradients + averagedBuffers).map { try $0.detach() }
            let weighted = try state.map { try share.own == 0 ? Tensor.zerosLike($0) : $0 * share.weight }
            try add((1, weighted))
        }
        guard isLast else { return false }
        try noGrad { try finish(parameters) }
        hasStepped = true
        return true
    }

    private var averagedBuffers: [Tensor] { buffers.map(\.buffer).filter(\.dtype.isFloatingPoint) }

    /// Adds a sum behind the others, and joins subtrees of the same size.
    private func add(_ sum: (leafCount: Int, tensors: [Tensor])) throws {
        var sum = sum
        while let last = sums.last, last.leafCount == sum.leafCount {
            sums.removeLast()
            sum = (sum.leafCount * 2, try zip(last.tensors, sum.tensors).map { try $0 + $1 })
        }
        sums.append(sum)
    }

    /// Adds up what the ranks have, and puts it in place.
    private func finish(_ parameters: [Tensor]) throws {
        guard let own = sums.popLast()?.tensors, sums.isEmpty else {
            throw RanksError("the \(count) shards of a batch do not add up to one sum on each of \(ranks.count) ranks")
        }
        let all = try ranks.gatherTensors(own)
        for tensors in all { try add((ownCount, tensors)) }
        guard let total = sums.popLast()?.tensors, total.count == 1 + parameters.count + averagedBuffers.count else {
            throw RanksError(
                "the networks of the ranks have different numbers of buffers: all ranks must have the same")
        }
        let presence = try total[0].array(Float.self)
        for (position, parameter) in parameters.enumerated() {
            try parameter.setGrad(presence[position] > 0 ? total[1 + position] : nil)
        }
        for (buffer, value) in zip(averagedBuffers, total.dropFirst(1 + parameters.count)) { try buffer.copy_(value) }
    }
}
