import Torch
import TorchNN

/// A network of convolutions that is built like a transformer.
///
/// Liu and others 2022, "A ConvNet for the 2020s". It takes `[N, inChannels, H, W]`; torchvision's weights are for 224 by
/// 224 pixels, and any size from 32 on works.
public final class ConvNeXt: Module, ImageClassifier {
    /// How large the network is.
    public enum Architecture: CaseIterable, Sendable {
        /// 18 blocks of 96 to 768 channels.
        case tiny

        /// The channels and the number of blocks of each stage.
        var stages: [(channels: Int, blocks: Int)] { [(96, 3), (192, 3), (384, 9), (768, 3)] }
    }

    /// Everything before the average over the image: the stages, and before each a convolution that makes the image
    /// smaller.
    public let features: Sequential
    let avgpool = AdaptiveAvgPool2d(1)
    /// The last layers, which take the averages `[N, 768, 1, 1]`.
    public var classifier: any Layer

    /// Creates a network with random weights, drawn as torchvision draws them.
    ///
    /// - Parameters:
    ///   - numClasses: the number of scores for each image.
    ///   - inChannels: the number of the images' channels.
    ///   - dropProbability: how probable it is in training that a sample skips the last block; 0 at the first block,
    ///     with equal steps between.
    ///   - layerScale: what the outputs of the blocks are multiplied by at first.
    public init(
        _ architecture: Architecture, numClasses: Int = 1000, inChannels: Int = 3, dropProbability: Double = 0.1,
        layerScale: Double = 1e-6
    ) {
        let stages = architecture.stages
        let count = stages.reduce(0) { $0 + $1.blocks }
        let last = stages.reduce(0) { $1.channels }
        features = Sequential {
            for (position, stage) in stages.enumerated() {
                let before = stages[..<position].reduce(0) { $0 + $1.blocks }
                if position == 0 {
                    Sequential {
                        Conv2d(inChannels, stage.channels, kernelSize: 4, stride: 4)
                        LayerNorm2d(stage.channels, eps: 1e-6)
                    }
                } else {
                    Sequential {
                        LayerNorm2d(stages[position - 1].channels, eps: 1e-6)
                        Conv2d(stages[position - 1].channels, stage.channels, kernelSize: 2, stride: 2)
                    }
                }
                Sequential {
                    for block in 0..<stage.blocks {
                        ConvNeXtBlock(
                            stage.channels, layerScale: layerScale,
                            dropProbability: dropProbability * Double(before + block) / Double(count - 1))
                    }
                }
            }
        }
        classifier = Sequential {
            LayerNorm2d(last, eps: 1e-6)
            Flatten()
            Linear(last, numClasses)
        }
        super.init()
        deferErrors { try drawWeights() }
    }

    public var headKey: String { "classifier.2" }

    public func forward(_ input: Tensor) throws -> Tensor {
        try classifier(avgpool(features(input)))
    }

    private func drawWeights() throws {
        try validate()
        func draw(_ weight: Tensor, _ bias: Tensor?) throws {
            try Init.truncNormal_(weight, std: 0.02)
            if let bias { try Init.zeros_(bias) }
        }
        for (_, module) in namedModules() {
            if let layer = module as? Conv2d { try draw(layer.weight, layer.bias) }
            if let layer = module as? Linear { try draw(layer.weight, layer.bias) }
        }
    }
}

/// A convolution for each channel, and a network of two layers for each pixel, with a connection around them.
private final class ConvNeXtBlock: Module, Layer {
    @Parameter("layer_scale") var layerScale: Tensor
    let block: Sequential
    let stochasticDepth: StochasticDepth

    init(_ channels: Int, layerScale: Double, dropProbability: Double) {
        block = Sequential {
            Conv2d(channels, channels, kernelSize: 7, padding: 3, groups: channels)
            Permutation([0, 2, 3, 1])
            LayerNorm(channels, eps: 1e-6)
            Linear(channels, 4 * channels)
            GELU()
            Linear(4 * channels, channels)
            Permutation([0, 3, 1, 2])
        }
        stochasticDepth = StochasticDepth(p: dropProbability)
        super.init()
        deferErrors { self.layerScale = try Tensor.full([channels, 1, 1], layerScale) }
    }

    func forward(_ input: Tensor) throws -> Tensor {
        let output = try layerScale * block(input)
        return try stochasticDepth(output) + input
    }
}

/// Gives a view of its input with the dimensions in another order.
private final class Permutation: Module, Layer {
    let dims: [Int]

    init(_ dims: [Int]) {
        self.dims = dims
    }

    override var extraDescription: String { "\(dims)" }

    func forward(_ input: Tensor) throws -> Tensor { try input.permute(dims) }
}
