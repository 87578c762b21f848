import Torch

/// Makes channels pixels: `[…, C·r², H, W]` becomes `[…, C, H·r, W·r]`.
///
/// Shi and others 2016, "Real-time single image and video super-resolution".
public final class PixelShuffle: Module, Layer {
    public let upscaleFactor: Int

    /// - Throws: `TorchError` where the factor is not positive.
    public init(_ upscaleFactor: Int) throws {
        try requirePositive([upscaleFactor], "PixelShuffle", "factor")
        self.upscaleFactor = upscaleFactor
    }

    public override var extraDescription: String { "upscale_factor=\(upscaleFactor)" }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try pixelShuffle(input, upscaleFactor: upscaleFactor)
        }
    }
}

/// Makes pixels channels, as `PixelShuffle` backwards: `[…, C, H·r, W·r]` becomes `[…, C·r², H, W]`.
public final class PixelUnshuffle: Module, Layer {
    public let downscaleFactor: Int

    /// - Throws: `TorchError` where the factor is not positive.
    public init(_ downscaleFactor: Int) throws {
        try requirePositive([downscaleFactor], "PixelUnshuffle", "factor")
        self.downscaleFactor = downscaleFactor
    }

    public override var extraDescription: String { "downscale_factor=\(downscaleFactor)" }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try pixelUnshuffle(input, downscaleFactor: downscaleFactor)
        }
    }
}

/// Mixes the channels of `[N, C, …]`: the first of each group, then the second of each, and so on.
///
/// Zhang and others 2018, "ShuffleNet".
public final class ChannelShuffle: Module, Layer {
    public let groups: Int

    /// - Throws: `TorchError` where the number of groups is not positive.
    public init(_ groups: Int) throws {
        try requirePositive([groups], "ChannelShuffle", "number of groups")
        self.groups = groups
    }

    public override var extraDescription: String { "groups=\(groups)" }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try channelShuffle(input, groups: groups)
        }
    }
}
