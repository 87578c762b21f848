import Foundation
import Helios

/// A training in which rank 0 prints the samples of each step, from all ranks, and in the end the weights.
///
/// Its sums are in double precision, so that trainings on different numbers of ranks can be told from wrong ones.
struct SampleTraining {
    static let sampleCount = 46
    static let epochs = 3
    static let batchSize = 12
    /// How many batches an epoch has.
    static let batchCount = 4

    private let ranks: Int
    private let folder: URL
    private let stop: Int
    private let mode: String
    private let accumulation: Int

    /// The most samples for which a rank says that it has memory, in the mode `split`.
    static let memory = 2

    /// - Parameter arguments: the folder of checkpoints; the iteration after which the last rank stops the training (0
    ///   for none); `minimize`, `own` for steps that the model makes by hand, `sharded` for an optimizer that the ranks
    ///   share, `frozen` for a part that is trained later, `rates` for one that is trained later with a lower learning
    ///   rate, `sharded-rates` for both, `scheduled` for steps of fewer batches in each epoch, `split` for
    ///   too little memory on the last rank, `shards` for bits that do not depend on the number of ranks, or `buffers` for a network with batch
    ///   normalization; and the number of batches in a step.
    init(_ ranks: Int, _ arguments: [String]) {
        self.ranks = ranks
        folder = URL(filePath: arguments[0])
        stop = Int(arguments[1]) ?? 0
        mode = arguments[2]
        accumulation = Int(arguments[3]) ?? 1
    }

    func run() throws {
        let model = SampleModel(stop: stop, mode: mode)
        let trainer = try Trainer(
            .epochs(SampleTraining.epochs), validation: .every(1), checkpoints: .in(folder, every: 1),
            accumulation: mode == "scheduled" ? .schedule([1: 3, 2: 2, 3: 1]) : .batches(accumulation),
            outOfMemory: mode == "split" ? .splits : .fails, seed: 5,
            deterministic: mode == "shards" ? .acrossRanks : false, device: .cpu,
            processes: .count(ranks, timeout: .seconds(20)), display: .nothing)
        if mode == "frozen" {
            try trainer.register(
                FreezeSchedule([
                    .frozen("network.0", until: .iteration(3)),
                    .frozen("network.2", from: .epoch(3), until: .iteration(11)),
                ]))
        }
        if mode.hasSuffix("rates") {
            try trainer.register(
                FreezeSchedule([
                    .frozen("network.0", until: .iteration(3), learningRateFactor: 0.25),
                    .frozen("network.2", from: .epoch(2), until: .epoch(3), learningRateFactor: 0.5),
                ]))
        }
        let result = try trainer.fit(model, SampleData(isShared: mode != "shards"))
        let state = try model.network.parameters() + model.network.buffers().filter(\.dtype.isFloatingPoint)
        let weights = try state.flatMap { try $0.array(Double.self) }
        let scores = result.validationScores.numbers
        let found = [
            "\(result.outcome)", "\(scores.sorted { $0.key < $1.key })", "\(weights.map(\.bitPattern))",
            trainer.lastCheckpoint?.lastPathComponent ?? "",
        ]
        let all = try World.current?.group.allGatherObject(["result": .string("\(found)")]) ?? []
        guard try all.allSatisfy({ try $0.string("result") == "\(found)" }) else {
            throw ConfigurationError("the results of the ranks differ: \(all)")
        }
        guard model.rank == 0 else { return }
        print("weights \(weights.map { "\($0)" }.joined(separator: " "))")
        print("scores \(scores["mean"] ?? .nan)")
        print("outcome \(result.outcome)")
    }
}

private final class SampleModel: Model<NumberedBatch> {
    fileprivate var network: Sequential!
    private var optimizer: Optimizer!
    private var scheduler: ExponentialLR!
    private let stop: Int
    private let mode: String
    private let mean = MeanMetric()

    init(stop: Int, mode: String) {
        self.stop = stop
        self.mode = mode
        super.init(saveName: "samples")
    }

    override func setup(fastInit: Bool) throws {
        // What a shard draws and counts must not depend on who computes it.
        network =
            ["shards", "buffers"].contains(mode)
            ? Sequential(Linear(4, 5), BatchNorm1d(5), Tanh(), Dropout(p: 0.2), Linear(5, 3))
            : Sequential(Linear(4, 5), Tanh(), Linear(5, 3))
        try network.to(.float64)
        let parameters = try network.parameters()
        let groups =
            mode.hasSuffix("rates")
            ? [ParameterGroup(Array(parameters.prefix(2))), ParameterGroup(Array(parameters.dropFirst(2)))]
            : [ParameterGroup(parameters)]
        let optimizer = try SGD(groups: groups, learningRate: 0.1, momentum: 0.9)
        self.optimizer = try mode.hasPrefix("sharded") ? sharded(optimizer) : optimizer
        scheduler = try ExponentialLR(self.optimizer, gamma: 0.95)
    }

    private var ranks: Int { trainer?.world?.size ?? 1 }

    private func loss(_ batch: NumberedBatch) throws -> Tensor {
        try crossEntropy(network(batch.inputs.to(.float64)), batch.targets)
    }

    override func trainStep(_ batch: NumberedBatch, state: TrainingState) throws {
        let own: StateDict = ["numbers": .list(batch.numbers.map { .int($0) })]
        let all = try trainer?.world?.group.allGatherObject(own) ?? [own]
        let numbers = try all.flatMap { try $0.list("numbers") }.compactMap { value in
            if case .int(let number) = value { number } else { nil }
        }
        // A rank without a sample computes with the first of another rank.
        let seen = numbers.reduce(into: [Int]()) { if !$0.contains($1) { $0.append($1) } }
        if rank == 0 {
            print("batch \(state.globalEpoch) \(state.globalIteration) \(seen.map(String.init).joined(separator: ","))")
        }
        if mode == "split" {
            try minimize(optimizer, on: batch, clip: .norm(0.5), scheduler: scheduler) { part in
                if ranks == 1 || rank == ranks - 1, part.sampleCount > SampleTraining.memory {
                    throw TorchError(kind: .outOfMemory, message: "no memory for \(part.sampleCount)")
                }
                return try loss(part)
            }
        } else if mode != "own" {
            try minimize(optimizer, clip: .norm(0.5), scheduler: scheduler) { try loss(batch) }
        } else {
            let loss = try loss(batch)
            try (loss / Double(batchesPerStep)).backward()
            lossItems["loss"] = loss
            guard isStepDue else { return }
            try clipGradients(optimizer.parameters, optimizer, maxNorm: 0.5)
            try optimizer.step()
            try optimizer.zeroGrad()
            try scheduler.step()
        }
    }

    override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) throws {
        try super.onTrainingBatchEnd(state: state, shouldLog: shouldLog)
        if rank == 0 { print("loss \(state.globalIteration) \(lastLosses["loss"] ?? .nan)") }
        if stop == state.globalIteration, rank == (trainer?.world?.size ?? 1) - 1 { trainer?.stop() }
    }

    override func onValidationStart(validationCycle: Int) throws {
        try super.onValidationStart(validationCycle: validationCycle)
        mean.reset()
        guard let group = trainer?.world?.group else { return }
        for buffer in try network.buffers() where try !group.allGather(buffer).allSatisfy(buffer.equal) {
            throw ConfigurationError("the ranks validate with different buffers")
        }
    }

    override func validStep(_ batch: NumberedBatch, step: Int) throws {
        let losses = try crossEntropy(network(batch.inputs.to(.float64)), batch.targets, reduction: .none)
        try mean.update(losses)
    }

    override func onValidationEnd(validationCycle: Int) throws {
        validationScores["mean"] = try mean.compute()
        try super.onValidationEnd(validationCycle: validationCycle)
    }
}

extension NumberedBatch: SplittableBatch {
    var sampleCount: Int { numbers.count }

    func samples(_ range: Range<Int>) throws -> NumberedBatch {
        NumberedBatch(
            numbers: Array(numbers[range]), inputs: try inputs.samples(range), targets: try targets.samples(range))
    }
}

private final class SampleData: DataModule<NumberedBatch> {
    private let isShared: Bool

    /// - Parameter isShared: whether each rank validates with its part of the data.
    init(isShared: Bool) {
        self.isShared = isShared
    }

    override func setup() throws {
        try addTrainPhase(
            source(SampleTraining.sampleCount),
            LoaderOptions(batchSize: SampleTraining.batchSize, shuffle: true, workers: 1))
        try setValidation(source(17), LoaderOptions(batchSize: 8, isDistributed: isShared))
    }

    private func source(_ count: Int) throws -> CollatedDataset<AugmentedSamples, NumberedBatch> {
        let inputs = try Tensor.randn([count, 4], generator: Generator(seed: UInt64(count)))
        return AugmentedSamples(inputs: inputs, count: count).collated { try NumberedBatch($0) }
    }
}
