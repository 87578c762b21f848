import Torch
import TorchNN

/// Normalizes the channels of each pixel together: (x - mean) / √(variance + eps) · weight + bias.
///
/// It takes and gives `[N, channels, H, W]`.
public final class LayerNorm2d: Module, Layer {
    /// The number of channels.
    public let channels: Int
    /// A small number that keeps the denominator from zero.
    public let eps: Double

    /// `[channels]`, at first 1.
    @Parameter public var weight: Tensor
    /// `[channels]`, at first 0.
    @Parameter public var bias: Tensor

    /// Creates a normalization of the channels.
    ///
    /// - Parameters:
    ///   - channels: the number of channels, at least 1.
    ///   - eps: a small number that keeps the denominator from zero.
    public init(_ channels: Int, eps: Double = 1e-5) {
        self.channels = channels
        self.eps = eps
        super.init()
        deferErrors {
            guard channels > 0 else {
                throw TorchError(
                    kind: .other, operation: "LayerNorm2d", message: "channels must be at least 1, not \(channels)")
            }
            weight = try Tensor.ones([channels])
            bias = try Tensor.zeros([channels])
        }
    }

    public override var extraDescription: String { "\(channels), eps=\(eps)" }

    public func forward(_ input: Tensor) throws -> Tensor {
        guard input.dimensionCount == 4 else {
            throw TorchError(
                kind: .shape, operation: "LayerNorm2d", inputs: "\(input.shape)",
                message: "it takes [N, \(channels), H, W]")
        }
        let pixels = try input.permute([0, 2, 3, 1])
        return try layerNorm(pixels, normalizedShape: [channels], weight: weight, bias: bias, eps: eps)
            .permute([0, 3, 1, 2])
    }
}
