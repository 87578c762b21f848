import Foundation
import Helios

/// What Tests/Fixtures/distributed_training.py trains with PyTorch, with the trainer: the weights and the data come from
/// `start` in its folder, and rank 0 saves the weights into `ours`.
struct ComparedTraining {
    private let ranks: Int
    private let folder: URL

    /// - Parameter arguments: the folder.
    init(_ ranks: Int, _ arguments: [String]) {
        self.ranks = ranks
        folder = URL(filePath: arguments[0])
    }

    func run() throws {
        let start = try TorchFile.loadDictionary(folder.appending(path: "start"))
        let model = try ComparedModel(start.dictionary("network"))
        let data = ComparedData(
            try TensorDataset(inputs: start.tensor("inputs"), targets: start.tensor("targets")))
        let trainer = try Trainer(
            .epochs(1), device: .cpu, processes: .count(ranks, timeout: .seconds(20)), display: .nothing)
        let result = try trainer.fit(model, data)
        guard model.rank == 0 else { return }
        try TorchFile.save(model.network.stateDict(), to: folder.appending(path: "ours"))
        print("steps \(result.state.globalIteration)")
    }
}

private final class ComparedModel: Model<LabeledBatch> {
    fileprivate let network = Sequential(Linear(6, 32), Tanh(), Linear(32, 32), ReLU(), Linear(32, 3))
    private var optimizer: SGD!
    private let start: StateDict

    init(_ start: StateDict) {
        self.start = start
        super.init(saveName: "compared")
    }

    override func setup(fastInit: Bool) throws {
        try network.loadStateDict(start)
        optimizer = try SGD(network.parameters(), learningRate: 0.05, momentum: 0.9)
    }

    override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
        try minimize(optimizer) { try crossEntropy(network(batch.inputs), batch.targets) }
    }
}

private final class ComparedData: DataModule<LabeledBatch> {
    private let dataset: TensorDataset

    init(_ dataset: TensorDataset) {
        self.dataset = dataset
    }

    override func setup() throws {
        try addTrainPhase(dataset, LoaderOptions(batchSize: 8))
    }
}
