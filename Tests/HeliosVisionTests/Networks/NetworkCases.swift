// How the tests compare a network with what Tests/Fixtures/vision_networks.py recorded of torchvision's.

import HeliosVision
import TestSupport
import Testing
import Torch
import TorchNN

/// What the fixture says of one network.
struct NetworkCase: Decodable, Sendable {
    /// The keys of the state with their shapes.
    let entries: [String]
    let parameters: Int
    /// The first number of each tensor of the state, as drawn.
    let first: [Double]
    let input: [Int]
    let gain: Double
    let evaluated: FixtureTensor
    let trained: FixtureTensor
    /// The norms of the parameters' gradients.
    let gradients: [Double]
    /// The norms of the running means and variances after one batch.
    let statistics: [Double]

    static let makers: [String: @Sendable () -> any ImageClassifier] = [
        "resnet18": { ResNet(.resNet18) },
        "resnet34": { ResNet(.resNet34) },
        "resnet50": { ResNet(.resNet50) },
        "mobilenet_v3_large": { MobileNetV3(.large) },
        "mobilenet_v3_small": { MobileNetV3(.small) },
        "efficientnet_b0": { EfficientNet(.b0) },
        "vit_b_16": { VisionTransformer(.b16) },
        "convnext_tiny": { ConvNeXt(.tiny) },
    ]

    /// How far numbers may be from the recorded ones; `nil` if they may not be at all.
    struct Tolerances {
        /// Of what is drawn.
        let draws: Double
        /// Of scores, in proportion to the greatest.
        let scores: Double
        /// Of scores in training, in proportion to the greatest. Statistics of 16 pixels amplify a rounding.
        let trainedScores: Double
        /// Of the norms of gradients. A rounding decides whether a ReLU lets a gradient through: in double precision
        /// some norms of the ResNets differ by 1 %.
        let gradients: Double

        static let bits = Tolerances(draws: 0, scores: 0, trainedScores: 0, gradients: 0)
        static let recorded = Tolerances(draws: 1e-6, scores: 1e-5, trainedScores: 1e-3, gradients: 0.05)
    }

    /// Compares the state, the first weights, the outputs, the gradients, and the statistics.
    func expect(_ make: () -> any ImageClassifier, within tolerances: Tolerances) throws {
        try manualSeed(3)
        let network = make()
        let state = try network.stateDict()
        let tensors = try state.names.map { try state.tensor($0) }
        let entries = zip(state.names, tensors).map { name, tensor in
            ([name] + tensor.shape.map(String.init)).joined(separator: " ")
        }
        #expect(entries == self.entries)
        #expect(try network.parameters().reduce(0) { $0 + $1.count } == parameters)
        let drawn = try tensors.map { try $0.flatten()[0].item(Double.self) }
        expectClose(drawn, first, relative: tolerances.draws, absolute: tolerances.draws, "first weights")

        let generator = try Generator(seed: 5)
        try fill(state, generator)
        let images = try squares(generator)
        let probe = try Tensor.rand([input[0], 1000], generator: generator)
        let columns = evaluated.shape[1]
        network.eval()
        try expectClose(
            network(images)[.all, 0..<columns], evaluated, within: tolerances.scores, "scores in evaluation")
        try manualSeed(7)
        network.train()
        let output = try network(images)
        try expectClose(output[.all, 0..<columns], trained, within: tolerances.trainedScores, "scores in training")
        try (output * probe).sum().backward()

        let norms = try network.parameters().map { parameter in
            try #require(parameter.grad).to(.float64).norm().item(Double.self)
        }
        let greatest = gradients.max() ?? 0
        // Some gradients are 0 but for roundings: those of what a normalization removes.
        expectClose(
            norms, gradients, relative: tolerances.gradients, absolute: tolerances.gradients * 1e-4 * greatest,
            "norms of gradients")
        let statistics = try state.names.filter { $0.contains("running") }.map {
            try state.tensor($0).to(.float64).norm().item(Double.self)
        }
        expectClose(
            statistics, self.statistics, relative: tolerances.trainedScores, absolute: tolerances.trainedScores,
            "norms of statistics")
    }

    /// Fills a state as `fill` in vision_networks.py does.
    private func fill(_ state: StateDict, _ generator: Generator) throws {
        try noGrad {
            for name in state.names {
                let tensor = try state.tensor(name)
                guard tensor.dtype == .float32 else { continue }
                let drawn = try Tensor.rand(tensor.shape, generator: generator)
                let isVector = tensor.dimensionCount == 1
                if name.hasSuffix("running_var") || (name.hasSuffix(".weight") && isVector)
                    || name.hasSuffix("layer_scale")
                {
                    try tensor.copy_(drawn + 0.5)
                } else if isVector {
                    try tensor.copy_((drawn - 0.5) * 0.2)
                } else {
                    let inputs = tensor.shape.dropFirst().reduce(1, *)
                    try tensor.copy_((drawn - 0.5) * (gain * (12 / Double(inputs)).squareRoot()))
                }
            }
        }
    }

    /// Images of squares, as `squares` in vision_networks.py draws them.
    private func squares(_ generator: Generator) throws -> Tensor {
        let drawn = try Tensor.rand([input[0], input[1], input[2] / 16, input[3] / 16], generator: generator)
        return try (drawn * 4 - 2).repeatInterleave(16, dim: 2).repeatInterleave(16, dim: 3)
    }
}

private func expectClose(_ actual: Tensor, _ expected: FixtureTensor, within share: Double, _ comment: String) throws {
    guard share > 0 else { return try expectSameBits(actual, expected.tensor, comment) }
    let greatest = expected.values.map(abs).max() ?? 0
    try expectClose(actual, expected.tensor, relative: 0, absolute: share * greatest, comment)
}

private func expectClose(
    _ actual: [Double], _ expected: [Double], relative: Double, absolute: Double, _ comment: String
) {
    #expect(actual.count == expected.count, "\(comment)")
    for (index, (actual, expected)) in zip(actual, expected).enumerated() {
        #expect(
            abs(actual - expected) <= absolute + relative * abs(expected),
            "\(comment): \(actual) instead of \(expected) at \(index)")
    }
}
