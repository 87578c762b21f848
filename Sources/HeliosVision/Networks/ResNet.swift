import Torch
import TorchNN

/// Blocks of convolutions with connections around them.
///
/// He and others 2015, "Deep residual learning for image recognition". It takes `[N, inChannels, H, W]`; torchvision's
/// weights are for 224 by 224 pixels, and any size from 33 on works. As in torchvision, the 3 by 3 convolution of a
/// bottleneck has its stride ("ResNet v1.5").
/// ```swift
/// let network = ResNet(.resNet18, numClasses: 10)
/// let scores = try network(images)
/// ```
public final class ResNet: Module, ImageClassifier {
    /// How deep the network is, and which blocks it has.
    public enum Architecture: CaseIterable, Sendable {
        /// 18 layers, in pairs.
        case resNet18
        /// 34 layers, in pairs.
        case resNet34
        /// 50 layers, in bottlenecks of three.
        case resNet50

        /// How many blocks each of the four stages has.
        var blocks: [Int] {
            switch self {
            case .resNet18: [2, 2, 2, 2]
            case .resNet34, .resNet50: [3, 4, 6, 3]
            }
        }

        var hasBottlenecks: Bool { self == .resNet50 }
    }

    let conv1: Conv2d
    let bn1: BatchNorm2d
    let relu = ReLU(inPlace: true)
    let maxpool = MaxPool2d(kernelSize: 3, stride: 2, padding: 1)
    /// The stages. Each gives a smaller image with more channels than the one before.
    public let layer1, layer2, layer3, layer4: Sequential
    let avgpool = AdaptiveAvgPool2d(1)
    /// The last layer, which takes `[N, features]`.
    public var fc: any Layer

    /// The size of what the last layer takes: 512, or 2048 with bottlenecks.
    public let features: Int

    /// Creates a network with random weights, drawn as torchvision draws them.
    ///
    /// - Parameters:
    ///   - numClasses: the number of scores for each image.
    ///   - inChannels: the number of the images' channels.
    public init(_ architecture: Architecture, numClasses: Int = 1000, inChannels: Int = 3) {
        conv1 = Conv2d(inChannels, 64, kernelSize: 7, stride: 2, padding: 3, bias: false)
        bn1 = BatchNorm2d(64)
        let expansion = architecture.hasBottlenecks ? 4 : 1
        func stage(_ number: Int) -> Sequential {
            let width = 64 << number
            let inputs = number == 0 ? 64 : width / 2 * expansion
            return Sequential {
                for position in 0..<architecture.blocks[number] {
                    let channels = position == 0 ? inputs : width * expansion
                    let stride = position == 0 && number > 0 ? 2 : 1
                    if architecture.hasBottlenecks {
                        Bottleneck(channels, width, stride: stride)
                    } else {
                        BasicBlock(channels, width, stride: stride)
                    }
                }
            }
        }
        layer1 = stage(0)
        layer2 = stage(1)
        layer3 = stage(2)
        layer4 = stage(3)
        features = 512 * expansion
        fc = Linear(features, numClasses)
        super.init()
        deferErrors { try drawConvolutions() }
    }

    public var headKey: String { "fc" }

    public func forward(_ input: Tensor) throws -> Tensor {
        var x = try maxpool(relu(bn1(conv1(input))))
        x = try layer1(x)
        x = try layer2(x)
        x = try layer3(x)
        x = try layer4(x)
        return try fc(avgpool(x).flatten(startDim: 1))
    }
}

/// Two convolutions of 3 by 3 with a connection around them.
private final class BasicBlock: Module, Layer {
    let conv1: Conv2d
    let bn1: BatchNorm2d
    let relu = ReLU(inPlace: true)
    let conv2: Conv2d
    let bn2: BatchNorm2d
    let downsample: Sequential?

    init(_ inChannels: Int, _ width: Int, stride: Int) {
        conv1 = Conv2d(inChannels, width, kernelSize: 3, stride: stride, padding: 1, bias: false)
        bn1 = BatchNorm2d(width)
        conv2 = Conv2d(width, width, kernelSize: 3, padding: 1, bias: false)
        bn2 = BatchNorm2d(width)
        downsample = connection(inChannels, width, stride: stride)
    }

    func forward(_ input: Tensor) throws -> Tensor {
        var x = try relu(bn1(conv1(input)))
        x = try bn2(conv2(x))
        return try relu(x + (downsample?(input) ?? input))
    }
}

/// A convolution of 3 by 3 in few channels, between two of one pixel, with a connection around them.
private final class Bottleneck: Module, Layer {
    let conv1: Conv2d
    let bn1: BatchNorm2d
    let conv2: Conv2d
    let bn2: BatchNorm2d
    let conv3: Conv2d
    let bn3: BatchNorm2d
    let relu = ReLU(inPlace: true)
    let downsample: Sequential?

    init(_ inChannels: Int, _ width: Int, stride: Int) {
        conv1 = Conv2d(inChannels, width, kernelSize: 1, bias: false)
        bn1 = BatchNorm2d(width)
        conv2 = Conv2d(width, width, kernelSize: 3, stride: stride, padding: 1, bias: false)
        bn2 = BatchNorm2d(width)
        conv3 = Conv2d(width, 4 * width, kernelSize: 1, bias: false)
        bn3 = BatchNorm2d(4 * width)
        downsample = connection(inChannels, 4 * width, stride: stride)
    }

    func forward(_ input: Tensor) throws -> Tensor {
        var x = try relu(bn1(conv1(input)))
        x = try relu(bn2(conv2(x)))
        x = try bn3(conv3(x))
        return try relu(x + (downsample?(input) ?? input))
    }
}

/// What the connection around a block computes if the block changes the shape; `nil` if it does not.
private func connection(_ inChannels: Int, _ outChannels: Int, stride: Int) -> Sequential? {
    guard stride != 1 || inChannels != outChannels else { return nil }
    return Sequential {
        Conv2d(inChannels, outChannels, kernelSize: 1, stride: stride, bias: false)
        BatchNorm2d(outChannels)
    }
}
