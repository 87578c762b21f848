import Foundation
import Helios

/// Points near eight centers on a circle of radius 1, `[N, 2]`, with the number of each point's center, `int64[N]`.
final class RingData: DataModule<LabeledBatch> {
    override func setup() throws {
        let center = try Tensor.randint(high: 8, size: [4096], dtype: .int64)
        let angle = try center * (2 * Double.pi / 8)
        let points = try Tensor.stack([angle.cos(), angle.sin()], dim: 1) + 0.05 * Tensor.randn([4096, 2])
        try addTrainPhase(
            TensorDataset(inputs: points, targets: center), LoaderOptions(batchSize: 128, shuffle: true))
    }
}

final class Perceptron: Module, Layer {
    let hidden1, hidden2, output: Linear

    init(_ inputs: Int, _ outputs: Int) {
        hidden1 = Linear(inputs, 128)
        hidden2 = Linear(128, 128)
        output = Linear(128, outputs)
    }

    func forward(_ input: Tensor) throws -> Tensor {
        var x = try leakyReLU(hidden1(input), negativeSlope: 0.2)
        x = try leakyReLU(hidden2(x), negativeSlope: 0.2)
        return try output(x)
    }
}

/// A generator that turns noise into points, and a discriminator that tells them from those of the data.
final class RingGAN: Model<LabeledBatch> {
    var generator, discriminator: Perceptron!
    var generatorOptimizer, discriminatorOptimizer: Adam!

    override func setup(fastInit: Bool) throws {
        generator = try Perceptron(16, 2).to(device)
        discriminator = try Perceptron(2, 1).to(device)
        if fastInit { return }
        generatorOptimizer = try Adam(generator, learningRate: 1e-3, betas: (0.5, 0.9))
        discriminatorOptimizer = try Adam(discriminator, learningRate: 1e-3, betas: (0.5, 0.9))
    }

    func sample(_ count: Int) throws -> Tensor {
        try generator(Tensor.randn([count, 16], device: device))
    }

    override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
        let fake = try sample(batch.count)
        try minimize(discriminatorOptimizer, as: "discriminator") {
            let real = try softplus(-discriminator(batch.inputs)).mean()
            return try real + softplus(discriminator(fake.detach())).mean()
        }
        try minimize(generatorOptimizer, as: "generator") { try softplus(-discriminator(fake)).mean() }
    }
}

@main
struct Program {
    static func main() {
        guard CommandLine.arguments.count == 1 else {
            print("usage: ring-gan    trains a GAN of points on a ring, with checkpoints in the folder checkpoints")
            exit(CommandLine.arguments.contains("--help") ? 0 : 64)
        }
        do {
            let model = RingGAN(saveName: "ring")
            let trainer = try Trainer(.epochs(60), checkpoints: .in(URL(filePath: "checkpoints"), every: 1))
            try trainer.fit(model, RingData())
            let radius = try noGrad { try model.sample(1000).norm(dim: 1) }
            let (mean, deviation): (Double, Double) = (try radius.mean().item(), try radius.std().item())
            print("distance from the center: \(mean) ± \(deviation)")
        } catch {
            print("ring-gan: \(error)")
            exit(1)
        }
    }
}
