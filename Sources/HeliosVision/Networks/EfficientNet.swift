import Torch
import TorchNN

/// A network whose depth, width and image size were chosen together.
///
/// Tan and Le 2019, "EfficientNet: rethinking model scaling for convolutional neural networks". It takes
/// `[N, inChannels, H, W]`; torchvision's weights are for 224 by 224 pixels.
public final class EfficientNet: Module, ImageClassifier {
    /// How large the network is.
    public enum Architecture: CaseIterable, Sendable {
        /// The smallest of the family, table 1 of the paper.
        case b0
    }

    /// Everything before the average over the image: one layer for each row of the paper's table.
    public let features: Sequential
    let avgpool = AdaptiveAvgPool2d(1)
    /// The last layers, which take the averages `[N, 1280]`.
    public var classifier: any Layer

    /// Creates a network with random weights, drawn as torchvision draws them.
    ///
    /// - Parameters:
    ///   - numClasses: the number of scores for each image.
    ///   - inChannels: the number of the images' channels.
    ///   - dropout: the probability that a value before the last layer is dropped in training.
    ///   - dropProbability: how probable it is in training that a sample skips a block: 0 at the first block, and in
    ///     equal steps up to this number, which the block after the last would have.
    public init(
        _ architecture: Architecture, numClasses: Int = 1000, inChannels: Int = 3, dropout: Double = 0.2,
        dropProbability: Double = 0.2
    ) {
        let count = rows.reduce(0) { $0 + $1.layers }
        var channels = 32
        var number = 0
        func stage(_ row: Row) -> Sequential {
            defer {
                channels = row.channels
                number += row.layers
            }
            return Sequential {
                for position in 0..<row.layers {
                    let inputs = position == 0 ? channels : row.channels
                    let expanded = row.ratio * inputs
                    InvertedResidual(
                        inputs, row.channels, expandedChannels: expanded, kernelSize: row.kernel,
                        stride: position == 0 ? row.stride : 1,
                        squeeze: SqueezeExcitation(expanded, squeezeChannels: inputs / 4, activation: SiLU()),
                        style: style,
                        dropProbability: dropProbability * Double(number + position) / Double(count))
                }
            }
        }
        features = Sequential {
            style.block(inChannels, channels, kernelSize: 3, stride: 2)
            for row in rows { stage(row) }
            style.block(channels, 4 * channels, kernelSize: 1)
        }
        classifier = Sequential {
            Dropout(p: dropout)
            Linear(4 * channels, numClasses)
        }
        super.init()
        deferErrors {
            try drawConvolutions { layer in
                let bound = 1 / Double(layer.outFeatures).squareRoot()
                try Init.uniform_(layer.weight, -bound, bound)
                if let bias = layer.bias { try Init.zeros_(bias) }
            }
        }
    }

    public var headKey: String { "classifier.1" }

    public func forward(_ input: Tensor) throws -> Tensor {
        try classifier(avgpool(features(input)).flatten(startDim: 1))
    }
}

private let style = ConvolutionStyle(norm: { BatchNorm2d($0) }, activation: { SiLU() })

/// A row of the paper's table: how many times as many channels the middle of a block has, the kernel, the first block's
/// stride, the channels afterwards, and the number of blocks.
private typealias Row = (ratio: Int, kernel: Int, stride: Int, channels: Int, layers: Int)

private let rows: [Row] = [
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
]
