import Foundation
import Helios
import HeliosConfiguration

/// Two convolutions with batch normalization, and a linear layer: `[N, 1, 8, 8]` to `[N, 10]` logits.
final class DigitsNetwork: Module, Layer {
    let conv1 = Conv2d(1, 16, kernelSize: 3, padding: 1)
    let conv2 = Conv2d(16, 32, kernelSize: 3, padding: 1)
    let norm1 = BatchNorm2d(16)
    let norm2 = BatchNorm2d(32)
    let pool = MaxPool2d(kernelSize: 2)
    let fc = Linear(32 * 4 * 4, 10)

    func forward(_ images: Tensor) throws -> Tensor {
        var x = try relu(norm1(conv1(images)))
        x = try pool(relu(norm2(conv2(x))))
        return try fc(x.flatten(startDim: 1))
    }
}

class DigitsModel: Model<LabeledBatch> {
    var network: DigitsNetwork!
    var optimizer: Optimizer!
    var confusion = ConfusionMatrix(classes: 10)
    let optimizerEntry: OptimizerEntry
    let trainedNetwork: URL

    init(optimizer: OptimizerEntry, trainedNetwork: URL) {
        optimizerEntry = optimizer
        self.trainedNetwork = trainedNetwork
        super.init(saveName: "digits")
    }

    override func setup(fastInit: Bool) throws {
        network = try DigitsNetwork().to(device)
        if fastInit { return }
        optimizer = try optimizerEntry.make(network.parameters())
    }

    override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
        try minimize(optimizer) { try crossEntropy(network(batch.inputs), batch.targets) }
    }

    override func validStep(_ batch: LabeledBatch, step: Int) throws {
        if step == 0 { confusion.removeAll() }
        try confusion.add(network(batch.inputs), batch.targets)
        validationScores["accuracy"] = confusion.accuracy
    }

    override var scoreModes: [String: MetricMode] { ["accuracy": .max] }

    override func loadForTesting() throws {
        // Of several processes that have trained it, rank 0 alone has the file; the others have the same weights.
        guard rank == 0 else { return }
        try network.loadStateDict(TorchFile.loadDictionary(trainedNetwork))
    }

    override func testStep(_ batch: LabeledBatch, step: Int) throws {
        if step == 0 { confusion.removeAll() }
        try confusion.add(network(batch.inputs), batch.targets)
        testScores["accuracy"] = confusion.accuracy
    }

    /// The logits `[N, 10]`.
    override func predictStep(_ batch: LabeledBatch, step: Int) throws -> Tensor {
        try network(batch.inputs)
    }

    override func onTestingEnd() throws {
        try super.onTestingEnd()
        trainer?.logger.info("\(ConfusionMatrix.caption)\n\(confusion)")
        try log("test/confusion", .confusion(confusion.tensor()))
    }
}
