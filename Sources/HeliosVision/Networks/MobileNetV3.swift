import Torch
import TorchNN

/// A small network for the processors of phones.
///
/// Howard and others 2019, "Searching for MobileNetV3". It takes `[N, inChannels, H, W]`; torchvision's weights are for
/// 224 by 224 pixels.
public final class MobileNetV3: Module, ImageClassifier {
    /// Which of the paper's two networks.
    public enum Architecture: CaseIterable, Sendable {
        /// Table 1 of the paper.
        case large
        /// Table 2 of the paper.
        case small
    }

    /// Everything before the average over the image: one layer for each row of the paper's table.
    public let features: Sequential
    let avgpool = AdaptiveAvgPool2d(1)
    /// The last layers, which take the averages `[N, 960]` (large) or `[N, 576]` (small).
    public var classifier: any Layer

    /// Creates a network with random weights, drawn as torchvision draws them.
    ///
    /// - Parameters:
    ///   - numClasses: the number of scores for each image.
    ///   - inChannels: the number of the images' channels.
    ///   - dropout: the probability that a value before the last layer is dropped in training.
    public init(_ architecture: Architecture, numClasses: Int = 1000, inChannels: Int = 3, dropout: Double = 0.2) {
        let rows = architecture == .large ? largeRows : smallRows
        let last = rows.reduce(16) { $1.channels }
        features = Sequential {
            hardswishStyle.block(inChannels, 16, kernelSize: 3, stride: 2)
            for (position, row) in rows.enumerated() {
                InvertedResidual(
                    position == 0 ? 16 : rows[position - 1].channels, row.channels, expandedChannels: row.expanded,
                    kernelSize: row.kernel, stride: row.stride,
                    squeeze: row.squeezes
                        ? SqueezeExcitation(
                            row.expanded, squeezeChannels: nearestMultiple(of: 8, to: row.expanded / 4),
                            scaleActivation: Hardsigmoid()) : nil,
                    style: row.activation == .hardswish ? hardswishStyle : reluStyle)
            }
            hardswishStyle.block(last, 6 * last, kernelSize: 1)
        }
        let hidden = architecture == .large ? 1280 : 1024
        classifier = Sequential {
            Linear(6 * last, hidden)
            Hardswish()
            Dropout(p: dropout)
            Linear(hidden, numClasses)
        }
        super.init()
        deferErrors {
            try drawConvolutions { layer in
                try Init.normal_(layer.weight, std: 0.01)
                if let bias = layer.bias { try Init.zeros_(bias) }
            }
        }
    }

    public var headKey: String { "classifier.3" }

    public func forward(_ input: Tensor) throws -> Tensor {
        try classifier(avgpool(features(input)).flatten(startDim: 1))
    }
}

private enum Activation { case relu, hardswish }

private let reluStyle = style { ReLU(inPlace: true) }
private let hardswishStyle = style { Hardswish() }

private func style(_ activation: @escaping @Sendable () -> any Layer) -> ConvolutionStyle {
    ConvolutionStyle(norm: { BatchNorm2d($0, eps: 0.001, momentum: 0.01) }, activation: activation)
}

/// A row of the paper's tables: kernel, channels in the middle, channels afterwards, whether there is squeeze and
/// excitation, the activation, and the stride.
private typealias Row = (
    kernel: Int, expanded: Int, channels: Int, squeezes: Bool, activation: Activation, stride: Int
)

private let largeRows: [Row] = [
    (3, 16, 16, false, .relu, 1),
    (3, 64, 24, false, .relu, 2),
    (3, 72, 24, false, .relu, 1),
    (5, 72, 40, true, .relu, 2),
    (5, 120, 40, true, .relu, 1),
    (5, 120, 40, true, .relu, 1),
    (3, 240, 80, false, .hardswish, 2),
    (3, 200, 80, false, .hardswish, 1),
    (3, 184, 80, false, .hardswish, 1),
    (3, 184, 80, false, .hardswish, 1),
    (3, 480, 112, true, .hardswish, 1),
    (3, 672, 112, true, .hardswish, 1),
    (5, 672, 160, true, .hardswish, 2),
    (5, 960, 160, true, .hardswish, 1),
    (5, 960, 160, true, .hardswish, 1),
]

private let smallRows: [Row] = [
    (3, 16, 16, true, .relu, 2),
    (3, 72, 24, false, .relu, 2),
    (3, 88, 24, false, .relu, 1),
    (5, 96, 40, true, .hardswish, 2),
    (5, 240, 40, true, .hardswish, 1),
    (5, 240, 40, true, .hardswish, 1),
    (5, 120, 48, true, .hardswish, 1),
    (5, 144, 48, true, .hardswish, 1),
    (5, 288, 96, true, .hardswish, 2),
    (5, 576, 96, true, .hardswish, 1),
    (5, 576, 96, true, .hardswish, 1),
]

/// The multiple of `divisor` that is nearest to a number of channels, and not less than 90 % of it: the rule of the
/// networks' authors.
private func nearestMultiple(of divisor: Int, to channels: Int) -> Int {
    let nearest = max(divisor, (channels + divisor / 2) / divisor * divisor)
    return 10 * nearest < 9 * channels ? nearest + divisor : nearest
}
