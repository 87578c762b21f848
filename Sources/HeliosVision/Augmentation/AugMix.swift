import Helios
import Torch
import TorchNN

/// Mixes an image with several augmented forms of it, each made by a chain of random operations.
///
/// Hendrycks and others 2019, "AugMix: A simple data processing method to improve robustness and uncertainty". For
/// bytes with 1 or 3 channels.
public struct AugMix: Transform {
    /// How strong the operations are at most, from 1 to 10.
    public var severity: Int
    /// How many augmented forms are mixed.
    public var mixtureWidth: Int
    /// How many operations make a form; `nil` means 1 to 3, at random.
    public var chainDepth: Int?
    /// The parameter of the distributions that the shares of the mixture are drawn from.
    public var alpha: Double
    /// Whether brightness, contrast, color and sharpness are among the operations.
    public var allOperations: Bool
    /// `nearest` or `bilinear`, for the operations that move pixels.
    public var interpolation: InterpolationMode
    /// The color around the image: one number or one for each channel. Empty means black.
    public var fill: [Double]

    /// Mixes augmented forms of an image.
    public init(
        severity: Int = 3, mixtureWidth: Int = 3, chainDepth: Int? = nil, alpha: Double = 1, allOperations: Bool = true,
        interpolation: InterpolationMode = .bilinear, fill: [Double] = []
    ) {
        (self.severity, self.mixtureWidth, self.chainDepth, self.alpha) = (severity, mixtureWidth, chainDepth, alpha)
        (self.allOperations, self.interpolation, self.fill) = (allOperations, interpolation, fill)
    }

    public func validate() throws {
        let transform = "AugMix"
        try AugmentCheck.requireOptions(interpolation, bins: Self.bins, transform)
        try ImageOperations.require(
            (1...Self.bins).contains(severity), transform, "severity must be from 1 to \(Self.bins), not \(severity)")
        try ImageOperations.require(
            (1...1000).contains(mixtureWidth), transform, "mixtureWidth must be from 1 to 1000, not \(mixtureWidth)")
        try ImageOperations.require(
            chainDepth ?? 1 > 0, transform, "chainDepth must be positive, not \(chainDepth ?? 0)")
        try ImageOperations.require(
            alpha > 0 && alpha.isFinite, transform, "alpha must be greater than 0, not \(alpha)")
    }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try validate()
        try AugmentCheck.requireImageOnly(sample, "AugMix")
        let space = AugmentSpace.mix(allOperations: allOperations)
        let size = try sample.size
        let share = try random.beta(alpha, alpha)
        let weights = try random.dirichlet(alpha, count: mixtureWidth)
        return try sample.changed { image in
            let mixture = try image.mul(1 - share)
            for weight in weights {
                var form = image
                for _ in 0..<(chainDepth ?? 1 + random.below(3)) {
                    let operation = space.drawOperation(random: &random)
                    let magnitude = space.drawMagnitude(
                        of: operation, bin: random.below(severity), bins: Self.bins, size: size, random: &random)
                    form = try operation.apply(
                        to: form, magnitude: magnitude, interpolation: interpolation, fill: fill)
                }
                _ = try mixture.add_(form, alpha: share * weight)
            }
            return try mixture.to(image.dtype)
        }
    }

    private static let bins = 10
}
