import Foundation
import Helios

/// A cross-validation in which rank 0 prints the scores and the number of batches that this run trained.
struct FoldTraining {
    private let ranks: Int
    private let folder: URL
    private let stop: Int

    /// - Parameter arguments: the folder, and the batch of the second fold after which the last rank stops the training (0
    ///   for none).
    init(_ ranks: Int, _ arguments: [String]) {
        self.ranks = ranks
        folder = URL(filePath: arguments[0])
        stop = Int(arguments[1]) ?? 0
    }

    func run() throws {
        var models: [FoldModel] = []
        let result = try KFold(folds: 3, count: 20, seed: 2).run(in: folder, scoring: ["loss"]) { fold in
            let model = FoldModel(stop: fold.number == 2 ? stop : 0)
            models.append(model)
            let trainer = try Trainer(
                .epochs(2), checkpoints: .in(fold.folder, every: 1), device: .cpu,
                processes: .count(ranks, timeout: .seconds(20)), display: .nothing)
            return (trainer, model, FoldParts(fold.samples))
        }
        let found = "\(result.folds.map(\.scores)) \(result.interruption.map { "\($0)" } ?? "complete")"
        let all = try World.current?.group.allGatherObject(["result": .string(found)]) ?? []
        guard try all.allSatisfy({ try $0.string("result") == found }) else {
            throw ConfigurationError("the results of the ranks differ: \(all)")
        }
        guard World.current?.rank ?? 0 == 0 else { return }
        print(found)
        print("trained \(models.map(\.batchCount))")
    }
}

private final class FoldModel: Model<NumberedBatch> {
    private var network: Linear!
    private var optimizer: SGD!
    private let stop: Int
    private(set) var batchCount = 0

    init(stop: Int) {
        self.stop = stop
        super.init(saveName: "fold")
    }

    override func setup(fastInit: Bool) throws {
        network = Linear(4, 3)
        optimizer = try SGD(network.parameters(), learningRate: 0.1)
    }

    override func trainStep(_ batch: NumberedBatch, state: TrainingState) throws {
        batchCount += 1
        try minimize(optimizer) { try crossEntropy(network(batch.inputs), batch.targets) }
    }

    override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) throws {
        try super.onTrainingBatchEnd(state: state, shouldLog: shouldLog)
        if stop == state.globalIteration, rank == (trainer?.world?.size ?? 1) - 1 { trainer?.stop() }
    }

    override func validStep(_ batch: NumberedBatch, step: Int) throws {
        validationScores["loss"] = try crossEntropy(network(batch.inputs), batch.targets).item(Double.self)
    }
}

private final class FoldParts: DataModule<NumberedBatch> {
    private let samples: DataFold

    init(_ samples: DataFold) {
        self.samples = samples
    }

    override func setup() throws {
        let inputs = try Tensor.randn([20, 4], generator: Generator(seed: 3))
        let all = AugmentedSamples(inputs: inputs, count: 20)
        try addTrainPhase(
            all.subset(samples.train).collated { try NumberedBatch($0) }, LoaderOptions(batchSize: 4, shuffle: true))
        try setValidation(
            all.subset(samples.valid).collated { try NumberedBatch($0) }, LoaderOptions(batchSize: 20))
    }
}
