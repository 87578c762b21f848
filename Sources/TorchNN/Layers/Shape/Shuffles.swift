import Torch

/// Rearranges channels into pixels: `[…, C·r², H, W]` becomes `[…, C, H·r, W·r]`.
///
/// Shi and others 2016, "Real-time single image and video super-resolution".
public final class PixelShuffle: Module, Layer {
    public let upscaleFactor: Int

    /// Creates a layer that makes images larger.
    ///
    /// - Parameter upscaleFactor: r, how many times as high and as wide the output is.
    public init(_ upscaleFactor: Int) {
        self.upscaleFactor = upscaleFactor
        super.init()
        deferErrors {
            try requirePositive(["upscaleFactor": upscaleFactor], "PixelShuffle")
        }
    }

    public override var extraDescription: String { "upscale_factor=\(upscaleFactor)" }

    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        return try pixelShuffle(input, upscaleFactor: upscaleFactor)
    }
}

/// Rearranges pixels into channels, the reverse of `PixelShuffle`: `[…, C, H·r, W·r]` becomes `[…, C·r², H, W]`.
public final class PixelUnshuffle: Module, Layer {
    public let downscaleFactor: Int

    /// Creates a layer that makes images smaller.
    ///
    /// - Parameter downscaleFactor: r, how many times as high and as wide the input is.
    public init(_ downscaleFactor: Int) {
        self.downscaleFactor = downscaleFactor
        super.init()
        deferErrors {
            try requirePositive(["downscaleFactor": downscaleFactor], "PixelUnshuffle")
        }
    }

    public override var extraDescription: String { "downscale_factor=\(downscaleFactor)" }

    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        return try pixelUnshuffle(input, downscaleFactor: downscaleFactor)
    }
}

/// Mixes the channels of `[N, C, …]`: the first of each group, then the second of each, and so on.
///
/// Zhang and others 2018, "ShuffleNet".
public final class ChannelShuffle: Module, Layer {
    public let groups: Int

    /// Creates a layer that mixes the channels of groups.
    ///
    /// - Parameter groups: the number of groups, a divisor of the number of channels.
    public init(_ groups: Int) {
        self.groups = groups
        super.init()
        deferErrors {
            try requirePositive(["groups": groups], "ChannelShuffle")
        }
    }

    public override var extraDescription: String { "groups=\(groups)" }

    public func forward(_ input: Tensor) throws -> Tensor {
        try requireInitialized()
        return try channelShuffle(input, groups: groups)
    }
}
