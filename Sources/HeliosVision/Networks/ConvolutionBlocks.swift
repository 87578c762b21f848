import Torch
import TorchNN

/// What the convolutions of a network have around them: a normalization, and an activation.
struct ConvolutionStyle: Sendable {
    let norm: @Sendable (_ channels: Int) -> BatchNorm2d
    let activation: @Sendable () -> any Layer

    /// A convolution that keeps the image's size up to the stride, with its normalization and activation.
    ///
    /// Its keys are `0` for the convolution and `1` for the normalization.
    func block(
        _ inChannels: Int, _ outChannels: Int, kernelSize: Int, stride: Int = 1, groups: Int = 1,
        hasActivation: Bool = true
    ) -> Sequential {
        Sequential {
            Conv2d(
                inChannels, outChannels, kernelSize: kernelSize, stride: stride, padding: (kernelSize - 1) / 2,
                groups: groups, bias: false)
            norm(outChannels)
            if hasActivation { activation() }
        }
    }
}

/// Weights each channel of an image by what all channels contain on average.
///
/// It takes and gives `[N, C, H, W]`. Hu and others 2018, "Squeeze-and-excitation networks".
public final class SqueezeExcitation: Module, Layer {
    let fc1: Conv2d
    let fc2: Conv2d
    let activation: any Layer
    let scaleActivation: any Layer

    /// Creates a layer with random weights.
    ///
    /// - Parameters:
    ///   - inChannels: the number of the image's channels.
    ///   - squeezeChannels: the number of values that the averages are reduced to.
    ///   - activation: what follows the reduction.
    ///   - scaleActivation: what makes the weights of the channels, from 0 to 1.
    public init(
        _ inChannels: Int, squeezeChannels: Int, activation: any Layer = ReLU(),
        scaleActivation: any Layer = Sigmoid()
    ) {
        fc1 = Conv2d(inChannels, squeezeChannels, kernelSize: 1)
        fc2 = Conv2d(squeezeChannels, inChannels, kernelSize: 1)
        self.activation = activation
        self.scaleActivation = scaleActivation
    }

    public func forward(_ input: Tensor) throws -> Tensor {
        let averages = try adaptiveAvgPool2d(input, outputSize: 1)
        return try scaleActivation(fc2(activation(fc1(averages)))) * input
    }
}

/// A block that computes in more channels than it takes and gives: what MobileNetV3 and EfficientNet consist of.
///
/// A convolution of one pixel widens the image, one for each channel filters it, squeeze and excitation weights it, and
/// another convolution of one pixel narrows it again. If the shape stays, the input is added. Sandler and others 2018,
/// "MobileNetV2: inverted residuals and linear bottlenecks".
final class InvertedResidual: Module, Layer {
    let block: Sequential
    let stochasticDepth: StochasticDepth
    private let addsInput: Bool

    /// - Parameters:
    ///   - expandedChannels: how many channels the middle has.
    ///   - squeeze: weights the channels of the middle; `nil` leaves this out.
    ///   - dropProbability: how probable it is in training that a sample skips the block.
    init(
        _ inChannels: Int, _ outChannels: Int, expandedChannels: Int, kernelSize: Int, stride: Int,
        squeeze: SqueezeExcitation?, style: ConvolutionStyle, dropProbability: Double = 0
    ) {
        block = Sequential {
            if expandedChannels != inChannels { style.block(inChannels, expandedChannels, kernelSize: 1) }
            style.block(
                expandedChannels, expandedChannels, kernelSize: kernelSize, stride: stride, groups: expandedChannels)
            if let squeeze { squeeze }
            style.block(expandedChannels, outChannels, kernelSize: 1, hasActivation: false)
        }
        stochasticDepth = StochasticDepth(p: dropProbability)
        addsInput = stride == 1 && inChannels == outChannels
    }

    func forward(_ input: Tensor) throws -> Tensor {
        let output = try block(input)
        return addsInput ? try stochasticDepth(output) + input : output
    }
}
