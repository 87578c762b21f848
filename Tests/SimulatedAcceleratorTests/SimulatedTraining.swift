import Foundation
import Helios

/// A network with what depends on a device: convolution, running statistics, momentum, and dropout if it is asked for.
class DeviceModel: Model<LabeledBatch> {
    var network: Sequential!
    var optimizer: AdamW!
    var scheduler: ExponentialLR!
    /// The loss of every step.
    private(set) var losses: [Double] = []
    /// Where the tensors of the steps were.
    private(set) var devices: Set<String> = []
    let dropout: Double
    let clip: GradientClip?
    let precision: DType?

    init(dropout: Double = 0, clip: GradientClip? = nil, precision: DType? = nil) {
        self.dropout = dropout
        self.clip = clip
        self.precision = precision
        super.init(saveName: "model")
    }

    override func setup(fastInit: Bool) throws {
        network = try Sequential(
            Conv2d(1, 2, kernelSize: 2), BatchNorm2d(2), ReLU(), Flatten(), Dropout(p: dropout), Linear(8, 3)
        ).to(device)
        if fastInit { return }
        optimizer = try AdamW(network, learningRate: 0.05)
        scheduler = try ExponentialLR(optimizer, gamma: 0.99)
        if let precision { try createScaler(dtype: precision) }
    }

    override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
        try minimize(optimizer, clip: clip, scheduler: scheduler) {
            let output = try network(batch.inputs)
            for tensor in [batch.inputs, batch.targets, output] { devices.insert("\(tensor.device)") }
            return try crossEntropy(output, batch.targets)
        }
    }

    override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) throws {
        try super.onTrainingBatchEnd(state: state, shouldLog: shouldLog)
        losses.append(lastLosses["loss"] ?? .nan)
    }

    override func validStep(_ batch: LabeledBatch, step: Int) throws {
        validationScores["loss"] = try crossEntropy(network(batch.inputs), batch.targets).item(Double.self)
    }

    override func testStep(_ batch: LabeledBatch, step: Int) throws {
        testScores["loss"] = try crossEntropy(network(batch.inputs), batch.targets).item(Double.self)
    }

    override func predictStep(_ batch: LabeledBatch, step: Int) throws -> Tensor {
        try network(batch.inputs)
    }
}

/// Twenty-two images of 3 by 3 random numbers, in batches of 4.
final class DeviceData: DataModule<LabeledBatch> {
    private let workers: Int

    init(workers: Int = 0) {
        self.workers = workers
    }

    override func setup() throws {
        let random = try Generator(seed: 1)
        let inputs = try Tensor.randn([22, 1, 3, 3], generator: random)
        let targets = try Tensor.randint(high: 3, size: [22], generator: random, dtype: .int64)
        let dataset = try TensorDataset(inputs: inputs, targets: targets)
        try addTrainPhase(dataset, LoaderOptions(batchSize: 4, shuffle: true, workers: workers))
        try setValidation(dataset, LoaderOptions(batchSize: 11))
        try setTest(dataset, LoaderOptions(batchSize: 11))
        try setPrediction(dataset, LoaderOptions(batchSize: 11))
    }
}

/// What a training does that differs from the usual one.
struct SimulatedTraining {
    var unit = TrainingUnit.epoch
    var count = 2
    var accumulation = 1
    var workers = 0
    var folder: URL?
    var plugins: () throws -> [Plugin] = { [] }

    func trainer(_ device: Device) throws -> Trainer {
        let trainer = try Trainer(
            .init(unit: unit, count: count), validation: .every(unit == .epoch ? 1 : 4),
            checkpoints: folder.map { .in($0, every: unit == .epoch ? 1 : 3) }, accumulation: .batches(accumulation),
            logs: folder.map { .in($0, every: 2) } ?? .none, device: device, display: .nothing)
        for plugin in try plugins() { try trainer.register(plugin) }
        return trainer
    }

    @discardableResult
    func run<Training: DeviceModel>(_ model: Training, on device: Device) throws -> Training {
        try trainer(device).fit(model, DeviceData(workers: workers))
        return model
    }
}
