import Foundation
import Helios

/// A network that is quick to train and has all that a resume must keep: momentum, running statistics, dropout.
class SmallModel: Model<LabeledBatch> {
    var network: Sequential!
    var optimizer: SGD!
    /// The loss of every step.
    private(set) var losses: [Double] = []

    init() {
        super.init(saveName: "small")
    }

    override func setup(fastInit: Bool) throws {
        // The network is so small that a second thread costs more than it does.
        try LibTorch.setThreadCount(1)
        network = Sequential(
            Conv2d(1, 2, kernelSize: 2), BatchNorm2d(2), ReLU(), Flatten(), Dropout(p: 0.25), Linear(8, 3))
        try network.to(device)
        if fastInit { return }
        optimizer = try SGD(network.parameters(), learningRate: 0.05, momentum: 0.9)
    }

    override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
        try optimizer.zeroGrad()
        let loss = try crossEntropy(network(batch.inputs), batch.targets)
        try loss.backward()
        try optimizer.step()
        lossItems["loss"] = loss
    }

    override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) throws {
        try super.onTrainingBatchEnd(state: state, shouldLog: shouldLog)
        try noteLoss(state: state)
    }

    /// Called after each step.
    func noteLoss(state: TrainingState) throws {
        losses.append(lastLosses["loss"] ?? .nan)
    }

    override func validStep(_ batch: LabeledBatch, step: Int) throws {
        validationScores["loss"] = try crossEntropy(network(batch.inputs), batch.targets).item(Double.self)
    }

    override func testStep(_ batch: LabeledBatch, step: Int) throws {
        testScores["loss"] = try crossEntropy(network(batch.inputs), batch.targets).item(Double.self)
    }
}

/// One that is tested with the weights of its setup.
class ReadyModel: SmallModel {
    override func loadForTesting() {}
}

extension URL {
    /// Makes the checkpoints of a model look like those of a training that was killed right before its end.
    func forgetEnd(of saveName: String) throws {
        try FileManager.default.removeItem(at: appending(path: "\(saveName)/.helios-ended"))
    }
}

/// Twenty-two images of 3 by 3 random numbers, in batches of 4.
class SmallData: DataModule<LabeledBatch> {
    var options = LoaderOptions(batchSize: 4, shuffle: true)
    var count = 22
    private(set) var teardownCount = 0

    override func setup() throws {
        let random = try Generator(seed: 1)
        let inputs = try Tensor.randn([count, 1, 3, 3], generator: random)
        let targets = try Tensor.randint(high: 3, size: [count], generator: random, dtype: .int64)
        let dataset = try TensorDataset(inputs: inputs, targets: targets)
        try addTrainPhase(dataset, options)
        try setValidation(dataset, LoaderOptions(batchSize: 11))
        try setTest(dataset, LoaderOptions(batchSize: 11))
    }

    override func teardown() {
        teardownCount += 1
    }
}

extension Trainer {
    /// A trainer that prints nothing.
    static func quiet(
        _ length: TrainerOptions.Length? = .epochs(2), validation: TrainerOptions.Validation? = .never,
        checkpoints: TrainerOptions.Checkpoints? = .none, accumulation: TrainerOptions.Accumulation = .batches(1),
        data: TrainerOptions.DataLimits = .all, logs: TrainerOptions.Logs = .none,
        seed: UInt64 = TrainerOptions.defaultSeed, device: Device = .cpu,
        diagnostics: TrainerOptions.Diagnostics = []
    ) throws -> Trainer {
        try Trainer(
            length, validation: validation, checkpoints: checkpoints, accumulation: accumulation, data: data,
            logs: logs, seed: seed, device: device, display: .nothing, diagnostics: diagnostics)
    }
}

extension TrainerOptions.Length {
    static func of(_ unit: TrainingUnit, _ count: Int?, timeLimit: Duration? = nil) -> Self {
        Self(unit: unit, count: count, timeLimit: timeLimit)
    }
}
