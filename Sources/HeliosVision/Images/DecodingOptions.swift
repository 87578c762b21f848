/// Which channels a decoded image has.
///
/// Gray is computed from red, green and blue with the weights of ITU-R BT.601, as Pillow does; for a JPEG it is the
/// brightness that the file stores. Opacity is dropped if it is not wanted, and missing opacity becomes opaque.
public enum ImageMode: Sendable, Hashable {
    /// Those of the file: gray, gray with opacity, RGB, or RGB with opacity. Palettes and CMYK become RGB.
    case unchanged
    /// One: gray.
    case gray
    /// Two: gray and opacity.
    case grayAlpha
    /// Three: red, green, blue.
    case rgb
    /// Four: red, green, blue, opacity.
    case rgba

    /// The number of channels; `nil` if it depends on the file.
    public var channelCount: Int? {
        switch self {
        case .unchanged: nil
        case .gray: 1
        case .grayAlpha: 2
        case .rgb: 3
        case .rgba: 4
        }
    }
}

/// What samples of 16 bits become, which PNG files may have.
public enum SampleDepth: Sendable, Hashable {
    /// The type is that of the file: `uint16` for 16 bits, else `uint8`.
    case stored
    /// Always `uint8`: 16 bits are scaled from 0...65,535 to 0...255 and rounded.
    case eightBits
}

/// Whether a JPEG may be decoded smaller than it is.
public enum DecodingScale: Sendable, Hashable {
    /// All pixels are decoded.
    case exact
    /// If a smaller image is asked for, a JPEG is decoded at a half, a quarter or an eighth, which is faster. The pixels
    /// differ from those of an exact image that is made smaller, and a region may be off by a part of a pixel.
    case reduced
}

/// Limits that are checked before memory is allocated.
public struct ImageLimits: Sendable, Hashable {
    /// The greatest number of pixels. The usual limit is where Pillow refuses an image: a third of a gigabyte in gray.
    public var pixelCount: Int
    /// The greatest width and height in pixels.
    public var side: Int
    /// The greatest size of a file in bytes.
    public var byteCount: Int

    /// Creates limits, by default 178,956,970 pixels, 1,000,000 pixels to a side and 1 GiB.
    public init(pixelCount: Int = 178_956_970, side: Int = 1_000_000, byteCount: Int = 1 << 30) {
        self.pixelCount = pixelCount
        self.side = side
        self.byteCount = byteCount
    }
}

/// How image files are read.
public struct DecodingOptions: Sendable, Hashable {
    /// Which channels an image gets.
    public var mode: ImageMode
    /// What samples of 16 bits become.
    public var depth: SampleDepth
    /// Whether the orientation of EXIF data is applied, so that the image is upright.
    public var appliesOrientation: Bool
    /// Whether a JPEG or PNG with damaged or missing parts is decoded as far as possible. Missing parts are gray or
    /// black.
    public var acceptsDamage: Bool
    /// Whether a file with the extension of another format is an error. Otherwise only the contents matter.
    public var requiresMatchingName: Bool
    /// Whether a JPEG may be decoded smaller than it is.
    public var scale: DecodingScale
    /// The limits.
    public var limits: ImageLimits

    /// Creates options. By default, images have the file's own channels and depth and are upright, damage is an error,
    /// and names do not matter.
    public init(
        mode: ImageMode = .unchanged, depth: SampleDepth = .stored, appliesOrientation: Bool = true,
        acceptsDamage: Bool = false, requiresMatchingName: Bool = false, scale: DecodingScale = .exact,
        limits: ImageLimits = ImageLimits()
    ) {
        self.mode = mode
        self.depth = depth
        self.appliesOrientation = appliesOrientation
        self.acceptsDamage = acceptsDamage
        self.requiresMatchingName = requiresMatchingName
        self.scale = scale
        self.limits = limits
    }

    /// What a data set needs, whose images go into one batch: three channels of `uint8`.
    public static let rgb = DecodingOptions(mode: .rgb, depth: .eightBits)
    /// One channel of `uint8`.
    public static let gray = DecodingOptions(mode: .gray, depth: .eightBits)
}
