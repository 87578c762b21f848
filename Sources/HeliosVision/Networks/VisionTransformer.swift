import Foundation
import Torch
import TorchNN

/// A transformer that reads an image as a sequence of square patches.
///
/// Dosovitskiy and others 2021, "An image is worth 16x16 words: transformers for image recognition at scale". It takes
/// `[N, inChannels, imageSize, imageSize]`.
public final class VisionTransformer: Module, ImageClassifier {
    /// How large the network and its patches are.
    public enum Architecture: CaseIterable, Sendable {
        /// The base model (12 layers of 768 features) with patches of 16 by 16 pixels.
        case b16

        var patchSize: Int { 16 }
        var layers: Int { 12 }
        var heads: Int { 12 }
        var features: Int { 768 }
        var hiddenFeatures: Int { 3072 }
    }

    /// The height and the width of the images in pixels.
    public let imageSize: Int

    /// `[1, 1, features]`: what the sequence begins with. Its place in the output has the answer.
    @Parameter("class_token") public var classToken: Tensor
    let convProj: Conv2d
    let encoder: ImageEncoder
    /// The last layer, which takes `[N, 768]`.
    public var head: any Layer

    /// Creates a network with random weights, drawn as torchvision draws them; those of the last layer are 0.
    ///
    /// - Parameters:
    ///   - numClasses: the number of scores for each image.
    ///   - inChannels: the number of the images' channels.
    ///   - imageSize: the height and the width of the images: a multiple of the patches' size, 16.
    ///   - dropout: the probability that a value is dropped in training.
    public init(
        _ architecture: Architecture, numClasses: Int = 1000, inChannels: Int = 3, imageSize: Int = 224,
        dropout: Double = 0
    ) {
        let (patchSize, features) = (architecture.patchSize, architecture.features)
        self.imageSize = imageSize
        convProj = Conv2d(inChannels, features, kernelSize: patchSize, stride: patchSize)
        // No network is made for a size that is wrong, which is reported below.
        let patches = imageSize > 0 && imageSize.isMultiple(of: patchSize) ? imageSize / patchSize : 1
        let (length, overflows) = patches.multipliedReportingOverflow(by: patches)
        encoder = ImageEncoder(architecture, length: overflows ? 0 : length &+ 1, dropout: dropout)
        head = Linear(features, numClasses)
        super.init()
        deferErrors {
            guard imageSize > 0, imageSize.isMultiple(of: patchSize), !overflows else {
                throw TorchError(
                    kind: .other, operation: "VisionTransformer",
                    message: "imageSize must be a positive multiple of \(patchSize), the size of a patch, "
                        + "not \(imageSize)")
            }
            try validate()
            classToken = try Tensor.zeros([1, 1, features])
            let fanIn = Double(inChannels * patchSize * patchSize)
            try Init.truncNormal_(convProj.weight, std: (1 / fanIn).squareRoot())
            if let bias = convProj.bias { try Init.zeros_(bias) }
            for parameter in try head.parameters() { try Init.zeros_(parameter) }
        }
    }

    public override var childKeys: [String: String] { ["convProj": "conv_proj", "head": "heads.head"] }

    public var headKey: String { "heads.head" }

    public func currentKey(of key: String) -> String {
        // The names before torchvision 0.13, which its files still have.
        key.replacingOccurrences(of: ".mlp.linear_1.", with: ".mlp.0.")
            .replacingOccurrences(of: ".mlp.linear_2.", with: ".mlp.3.")
    }

    public override var extraDescription: String { "image_size=\(imageSize)" }

    public func forward(_ input: Tensor) throws -> Tensor {
        guard input.dimensionCount == 4, input.shape.suffix(2) == [imageSize, imageSize] else {
            throw TorchError(
                kind: .shape, operation: "VisionTransformer", inputs: "\(input.shape)",
                message: "it takes [N, \(convProj.inChannels), \(imageSize), \(imageSize)]: resize the images, or "
                    + "make a network with another imageSize")
        }
        let patches = try convProj(input).flatten(startDim: 2).transpose(1, 2)
        var x = try Tensor.cat([classToken.expand([input.shape[0], -1, -1]), patches], dim: 1)
        x = try encoder(x)
        return try head(x.select(dim: 1, index: 0))
    }
}

/// The layers of a vision transformer, which know where in the image a patch is.
final class ImageEncoder: Module, Layer {
    @Parameter("pos_embedding") var positions: Tensor
    let dropout: Dropout
    let layers: ModuleDict<EncoderBlock>
    let ln: LayerNorm

    /// - Parameter length: the number of patches, and one.
    init(_ architecture: VisionTransformer.Architecture, length: Int, dropout: Double) {
        // Drawn before the layers, as torchvision does.
        let drawn = Result { try Init.normal_(Tensor.empty([1, length, architecture.features]), std: 0.02) }
        self.dropout = Dropout(p: dropout)
        layers = ModuleDict(
            (0..<architecture.layers).map { ("encoder_layer_\($0)", EncoderBlock(architecture, dropout: dropout)) })
        ln = LayerNorm(architecture.features, eps: 1e-6)
        super.init()
        deferErrors { positions = try drawn.get() }
    }

    func forward(_ input: Tensor) throws -> Tensor {
        var x = try dropout(input + positions)
        for (_, layer) in layers { x = try layer(x) }
        return try ln(x)
    }
}

/// Attention and a network of two layers, each with a normalization before it and a connection around it.
final class EncoderBlock: Module, Layer {
    let ln1: LayerNorm
    let selfAttention: MultiheadAttention
    let dropout: Dropout
    let ln2: LayerNorm
    let mlp: Sequential

    init(_ architecture: VisionTransformer.Architecture, dropout: Double) {
        let (features, hidden) = (architecture.features, architecture.hiddenFeatures)
        ln1 = LayerNorm(features, eps: 1e-6)
        selfAttention = MultiheadAttention(features, architecture.heads, batchFirst: true)
        self.dropout = Dropout(p: dropout)
        ln2 = LayerNorm(features, eps: 1e-6)
        let linear = [Linear(features, hidden), Linear(hidden, features)]
        mlp = Sequential {
            linear[0]
            GELU()
            Dropout(p: dropout)
            linear[1]
            Dropout(p: dropout)
        }
        super.init()
        deferErrors {
            try validate()
            for layer in linear {
                try Init.xavierUniform_(layer.weight)
                if let bias = layer.bias { try Init.normal_(bias, std: 1e-6) }
            }
        }
    }

    override var childKeys: [String: String] {
        ["ln1": "ln_1", "selfAttention": "self_attention", "ln2": "ln_2"]
    }

    func forward(_ input: Tensor) throws -> Tensor {
        let normalized = try ln1(input)
        var x = try selfAttention(normalized, normalized, normalized, needWeights: false).output
        x = try dropout(x) + input
        return try x + mlp(ln2(x))
    }
}
