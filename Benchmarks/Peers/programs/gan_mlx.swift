import Foundation
import MLX
import MLXNN
import MLXOptimizers
import MLXRandom

func makeRing(_ count: Int) -> MLXArray {
    let angle = 2 * Float.pi * MLXRandom.randInt(0..<8, [count]) / 8
    return stacked([cos(angle), sin(angle)], axis: 1) + 0.05 * MLXRandom.normal([count, 2])
}

class Perceptron: Module, UnaryLayer {
    let hidden1: Linear
    let hidden2: Linear
    let output: Linear

    init(_ inputs: Int, _ outputs: Int) {
        hidden1 = Linear(inputs, 128)
        hidden2 = Linear(128, 128)
        output = Linear(128, outputs)
    }

    func callAsFunction(_ x: MLXArray) -> MLXArray {
        var x = leakyRelu(hidden1(x), negativeSlope: 0.2)
        x = leakyRelu(hidden2(x), negativeSlope: 0.2)
        return output(x)
    }
}

MLXRandom.seed(6691)
let ring = makeRing(4096)
let generator = Perceptron(16, 2)
let discriminator = Perceptron(2, 1)
let generatorOptimizer = Adam(learningRate: 1e-3, betas: (0.5, 0.9))
let discriminatorOptimizer = Adam(learningRate: 1e-3, betas: (0.5, 0.9))

let discriminatorStep = valueAndGrad(model: discriminator) {
    (discriminator: Perceptron, real: MLXArray, fake: MLXArray) in
    mean(softplus(-discriminator(real))) + mean(softplus(discriminator(fake)))
}
let generatorStep = valueAndGrad(model: generator) { (generator: Perceptron, noise: MLXArray, _: MLXArray) in
    mean(softplus(-discriminator(generator(noise))))
}

let files = ["generator": generator, "discriminator": discriminator]
var start = 0
for (name, network) in files where FileManager.default.fileExists(atPath: "\(name).safetensors") {
    let (arrays, metadata) = try loadArraysAndMetadata(url: URL(filePath: "\(name).safetensors"))
    try network.update(parameters: ModuleParameters.unflattened(arrays), verify: .all)
    start = metadata["epoch"].flatMap(Int.init) ?? 0
}

for epoch in start..<60 {
    let order = MLXRandom.permutation(4096)
    var losses = (discriminator: MLXArray(0), generator: MLXArray(0))
    for batch in 0..<32 {
        let real = ring[order[(batch * 128)..<((batch + 1) * 128)]]
        let noise = MLXRandom.normal([128, 16])

        let (discriminatorLoss, discriminatorGradients) = discriminatorStep(discriminator, real, generator(noise))
        discriminatorOptimizer.update(model: discriminator, gradients: discriminatorGradients)

        let (generatorLoss, generatorGradients) = generatorStep(generator, noise, real)
        generatorOptimizer.update(model: generator, gradients: generatorGradients)
        eval(generator, discriminator, generatorOptimizer, discriminatorOptimizer)
        losses = (discriminatorLoss, generatorLoss)
    }
    print("epoch \(epoch + 1): \(losses.discriminator.item(Float.self)) \(losses.generator.item(Float.self))")
    for (name, network) in files {
        try save(
            arrays: Dictionary(uniqueKeysWithValues: network.parameters().flattened()),
            metadata: ["epoch": "\(epoch + 1)"], url: URL(filePath: "\(name).safetensors"))
    }
}

let samples = generator(MLXRandom.normal([1000, 16]))
let radius = sqrt(sum(samples * samples, axis: 1))
print("distance from the center: \(mean(radius).item(Float.self)) ± \(std(radius).item(Float.self))")
