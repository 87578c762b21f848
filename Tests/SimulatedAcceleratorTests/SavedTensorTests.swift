import Foundation
import Helios
import TestSupport
import Testing

/// Files keep no devices, so that a resume must bring everything back to where it was.
@Suite("What a resume puts back on a device that is not the CPU") struct SavedTensorTests {
    @Test("tensors of @Saved properties and of plain ones come back to the device, metrics and states carry on")
    func properties() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                let device = try Simulation.device
                try withTemporaryFolder { folder in
                    var training = SimulatedTraining(folder: folder.appending(path: "whole"))
                    let whole = try training.run(CarryingModel(), on: device)
                    training.folder = folder.appending(path: "parts")
                    training.count = 1
                    try training.run(CarryingModel(), on: device)
                    training.count = 2
                    let resumed = try training.run(CarryingModel(), on: device)
                    try TrainerTests.expectSameState(resumed, whole)
                    #expect(resumed.losses == Array(whole.losses.suffix(resumed.losses.count)))
                    #expect(resumed.onCPU?.device == .cpu && resumed.hidden?.hidden.device.kind == .registered)
                }
            }
        }
    }

    @Test("states of optimizers that come from a file are brought to the device of their parameters")
    func optimizers() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                for name in [
                    "Adadelta", "Adagrad", "Adam", "Adamax", "ASGD", "LBFGS", "NAdam", "RAdam", "RMSprop", "Rprop",
                ] {
                    Simulation.expectSame(name, make: { try Tensor.ones([3], device: $0).requiresGrad_() }) { x, _ in
                        var optimizer = try SavedTensorTests.optimizer(name, x)
                        for step in 0..<3 {
                            if step == 2 {
                                try withTemporaryFolder { folder in
                                    let file = folder.appending(path: "optimizer.pth")
                                    try TorchFile.save(optimizer.stateDict(), to: file)
                                    optimizer = try SavedTensorTests.optimizer(name, x)
                                    try optimizer.loadStateDict(TorchFile.loadDictionary(file))
                                }
                            }
                            _ = try optimizer.step {
                                try optimizer.zeroGrad()
                                let loss = try (x * x * x).sum()
                                try loss.backward()
                                return loss
                            }
                        }
                        return [("parameter", x)]
                    }
                }
            }
        }
    }

    private static func optimizer(_ name: String, _ parameter: Tensor) throws -> Optimizer {
        try Registries.optimizers.make(name, [ParameterGroup([parameter])], [:])
    }

    @Test("the shards of a deterministic training, and a data set that lies on the device, work there")
    func shards() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                let losses = try [Device.cpu, Simulation.device].map { device in
                    let trainer = try Trainer(
                        .epochs(2), deterministic: .acrossRanks, device: device, display: .nothing)
                    let model = ShardedModel()
                    try trainer.fit(model, DeviceResidentData(device))
                    return model.losses
                }
                #expect(losses[0] == losses[1] && !losses[0].isEmpty)
            }
        }
    }
}

/// Carries tensors from batch to batch.
private final class CarryingModel: DeviceModel {
    @Saved var hidden: LSTM.State?
    @Saved var rows: [Tensor] = []
    @Saved var onCPU: Tensor?
    var sum: Tensor!
    let accuracy = Accuracy(.multiclass(classes: 3))

    override func setup(fastInit: Bool) throws {
        try super.setup(fastInit: fastInit)
        sum = try Tensor.zeros([2], device: device)
        onCPU = try Tensor.zeros([2])
    }

    override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
        let mean = try batch.inputs.mean()
        // Not without dimensions: a single number on the CPU is taken on any device.
        let none = try Tensor.zeros([2], device: device)
        let previous = hidden ?? (none, none)
        hidden = (try previous.hidden + mean, try previous.cell - mean)
        rows = try rows.suffix(1) + [none + mean + 1]
        try sum.add_(hidden?.cell ?? none)
        for row in rows { _ = try sum.add_(row) }
        onCPU = try onCPU.map { try $0 + sum.to(.cpu) }
        try accuracy.update(network(batch.inputs), batch.targets)
        try super.trainStep(batch, state: state)
    }
}

/// One without running statistics, which shards cannot have.
private final class ShardedModel: DeviceModel {
    override func setup(fastInit: Bool) throws {
        network = try Sequential(Flatten(), Linear(9, 3)).to(device)
        optimizer = try AdamW(network, learningRate: 0.05)
        scheduler = try ExponentialLR(optimizer, gamma: 0.99)
    }
}

/// Images that are on the device before the training begins.
private final class DeviceResidentData: DataModule<LabeledBatch> {
    private let device: Device

    init(_ device: Device) {
        self.device = device
    }

    override func setup() throws {
        let random = try Generator(seed: 1)
        let inputs = try Tensor.randn([24, 1, 3, 3], generator: random).to(device)
        let targets = try Tensor.randint(high: 3, size: [24], generator: random, dtype: .int64).to(device)
        try addTrainPhase(
            TensorDataset(inputs: inputs, targets: targets), LoaderOptions(batchSize: 4, shuffle: true, workers: 1))
    }
}
