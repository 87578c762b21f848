import Foundation
import Helios

private let characters = Array("0123456789+=;")
private let context = 32

/// Sums such as `07+35=042;`, one after the other, in windows of `context` characters; each window's targets are the
/// characters that follow its own. `int64[N, context]` both.
private func makeSums(_ count: Int, seed: UInt64) throws -> TensorDataset {
    let pairs = try Tensor.randint(high: 100, size: [2 * count], generator: Generator(seed: seed), dtype: .int64).array(
        Int.self)
    var text = ""
    for index in 0..<count {
        let (a, b) = (pairs[2 * index], pairs[2 * index + 1])
        text += String(format: "%02d+%02d=%03d;", a, b, a + b)
    }
    let tokens = try Tensor(text.map { characters.firstIndex(of: $0) ?? 0 })
    let windows = try tokens.unfold(dimension: 0, size: context + 1, step: context)
    return try TensorDataset(inputs: windows[.all, 0..<context], targets: windows[.all, 1..<(context + 1)])
}

final class SumData: DataModule<LabeledBatch> {
    override func setup() throws {
        try addTrainPhase(makeSums(8000, seed: 1), LoaderOptions(batchSize: 64, shuffle: true))
        try setValidation(makeSums(1000, seed: 2), LoaderOptions(batchSize: 250))
    }
}

/// A transformer that predicts the next character: `int64[N, T]` to `[N, T, characters]`.
final class LanguageNetwork: Module, Layer {
    let token, position: Embedding
    let blocks: TransformerEncoder
    let norm: LayerNorm
    let head: Linear

    init(width: Int = 64) {
        token = Embedding(characters.count, width)
        position = Embedding(context, width)
        let layer = TransformerEncoderLayer(width, 4, dimFeedforward: 4 * width, batchFirst: true, normFirst: true)
        blocks = TransformerEncoder(layer, numLayers: 2)
        norm = LayerNorm(width)
        head = Linear(width, characters.count)
    }

    func forward(_ tokens: Tensor) throws -> Tensor {
        let length = tokens.shape[1]
        let x = try token(tokens) + position(Tensor.arange(length, device: tokens.device))
        let mask = try Transformer.generateSquareSubsequentMask(length, device: tokens.device)
        return try head(norm(blocks(x, mask: mask, isCausal: true)))
    }
}

final class LanguageModel: Model<LabeledBatch> {
    var network: LanguageNetwork!
    var optimizer: AdamW!
    var scheduler: OneCycleLR!

    override func setup(fastInit: Bool) throws {
        network = try LanguageNetwork().to(device)
        if fastInit { return }
        optimizer = try AdamW(network, learningRate: 3e-3)
        scheduler = try OneCycleLR(optimizer, maxLearningRate: 3e-3, epochs: 10, stepsPerEpoch: trainStepsPerEpoch())
    }

    private func loss(_ batch: LabeledBatch) throws -> Tensor {
        try crossEntropy(network(batch.inputs).flatten(startDim: 0, endDim: 1), batch.targets.flatten())
    }

    override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
        try minimize(optimizer, clip: .norm(1), scheduler: scheduler) { try loss(batch) }
    }

    override func validStep(_ batch: LabeledBatch, step: Int) throws {
        let loss: Double = try loss(batch).item()
        validationScores["loss"] = ((validationScores["loss"] ?? 0) * Double(step) + loss) / Double(step + 1)
    }
}

@main
struct Program {
    static func main() {
        guard CommandLine.arguments.count == 1 else {
            print(
                "usage: language-model    trains a language model of sums, with checkpoints in the folder checkpoints")
            exit(CommandLine.arguments.contains("--help") ? 0 : 64)
        }
        do {
            let model = LanguageModel(saveName: "sums")
            let trainer = try Trainer(
                .epochs(10), validation: .every(1), checkpoints: .in(URL(filePath: "checkpoints"), every: 1))
            try trainer.fit(model, SumData())
            print("validation loss \(model.validationScores["loss"] ?? .nan)")
        } catch {
            print("language-model: \(error)")
            exit(1)
        }
    }
}
