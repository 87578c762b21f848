import Foundation
import Helios
import HeliosVision

/// A ResNet-18 that learns the classes of images.
final class ImageFolderModel: Model<LabeledBatch> {
    var network: ResNet!
    var optimizer: AdamW!
    let confusion: ConfusionMatrix
    private let classes: [String]
    private let learningRate: Double
    private let weights: URL?
    private let precision: Precision

    /// - Parameters:
    ///   - classes: the names of the classes.
    ///   - weights: a state dictionary of torchvision's resnet18 to begin with; `nil` draws the weights.
    init(classes: [String], learningRate: Double, weights: URL?, precision: Precision) {
        self.classes = classes
        self.learningRate = learningRate
        self.weights = weights
        self.precision = precision
        confusion = ConfusionMatrix(.multiclass(classes: classes.count))
        super.init(saveName: "image-folder")
    }

    override func setup(fastInit: Bool) throws {
        let network = ResNet(.resNet18, numClasses: classes.count)
        if let dtype = precision.dtype { try createScaler(dtype: dtype) }
        if !fastInit, let weights {
            let hasHead = try network.loadWeights(from: weights, allowsOtherHead: true)
            let exception = ", but for the last layer, which is for another number of classes and is new"
            trainer?.logger.info("began with the weights in \(weights.path)\(hasHead ? "" : exception)")
        }
        self.network = try network.to(device)
        if fastInit { return }
        optimizer = try AdamW(network, learningRate: learningRate)
    }

    override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
        try minimize(optimizer) { try crossEntropy(network(batch.inputs), batch.targets) }
    }

    override func onValidationStart(validationCycle: Int) throws {
        try super.onValidationStart(validationCycle: validationCycle)
        confusion.reset()
    }

    override func validStep(_ batch: LabeledBatch, step: Int) throws {
        try confusion.update(autocast { try network(batch.inputs) }, batch.targets)
    }

    override func onValidationEnd(validationCycle: Int) throws {
        let counts = try confusion.compute()
        validationScores["accuracy"] =
            try counts.trace().item(Double.self) / counts.sum().item(Double.self)
        try log("validation/confusion", .confusion(counts, classes: classes))
        try super.onValidationEnd(validationCycle: validationCycle)
    }

    override var scoreModes: [String: MetricMode] { ["accuracy": .max] }
}
