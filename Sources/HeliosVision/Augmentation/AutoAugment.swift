import Helios
import Torch
import TorchNN

/// Augments images by one of several pairs of operations, which were learned on a data set.
///
/// Cubuk and others 2018, "AutoAugment: Learning augmentation policies from data". For bytes with 1 or 3 channels.
public struct AutoAugment: Transform {
    /// The data set that the pairs were learned on.
    public enum Policy: String, CaseIterable, Sendable {
        case imageNet = "imagenet"
        case cifar10
        case svhn
    }

    /// The pairs to choose from.
    public var policy: Policy
    /// `nearest` or `bilinear`, for the operations that move pixels.
    public var interpolation: InterpolationMode
    /// The color around the image: one number or one for each channel. Empty means black.
    public var fill: [Double]

    /// Augments by a policy.
    public init(policy: Policy = .imageNet, interpolation: InterpolationMode = .nearest, fill: [Double] = []) {
        (self.policy, self.interpolation, self.fill) = (policy, interpolation, fill)
    }

    public func validate() throws {
        try AugmentCheck.requireOptions(interpolation, bins: Self.bins, "AutoAugment")
    }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try validate()
        try AugmentCheck.requireImageOnly(sample, "AutoAugment")
        let size = try sample.size
        let pairs = policy.pairs
        let pair = pairs[random.below(pairs.count)]
        return try sample.changed { image in
            try pair.reduce(image) { image, step in
                guard random.happens(step.probability) else { return image }
                let magnitude = AugmentSpace.auto.drawMagnitude(
                    of: step.operation, bin: step.bin, bins: Self.bins, size: size, random: &random)
                return try step.operation.apply(
                    to: image, magnitude: magnitude, interpolation: interpolation, fill: fill)
            }
        }
    }

    private static let bins = 10
}

extension AutoAugment.Policy {
    /// One operation of a pair.
    struct Step: Equatable {
        let operation: AugmentOperation
        let probability: Double
        /// The magnitude's place, from 0 to 9; 0 for operations without one.
        let bin: Int
    }

    /// The pairs, from the tables in the appendix of the paper.
    var pairs: [[Step]] { table.map { $0.map { Step(operation: $0.0, probability: $0.1, bin: $0.2) } } }

    private var table: [[(AugmentOperation, Double, Int)]] {
        switch self {
        case .imageNet: Self.imageNetTable
        case .cifar10: Self.cifar10Table
        case .svhn: Self.svhnTable
        }
    }

    private static let imageNetTable: [[(AugmentOperation, Double, Int)]] = [
        [(.posterize, 0.4, 8), (.rotate, 0.6, 9)],
        [(.solarize, 0.6, 5), (.autoContrast, 0.6, 0)],
        [(.equalize, 0.8, 0), (.equalize, 0.6, 0)],
        [(.posterize, 0.6, 7), (.posterize, 0.6, 6)],
        [(.equalize, 0.4, 0), (.solarize, 0.2, 4)],
        [(.equalize, 0.4, 0), (.rotate, 0.8, 8)],
        [(.solarize, 0.6, 3), (.equalize, 0.6, 0)],
        [(.posterize, 0.8, 5), (.equalize, 1, 0)],
        [(.rotate, 0.2, 3), (.solarize, 0.6, 8)],
        [(.equalize, 0.6, 0), (.posterize, 0.4, 6)],
        [(.rotate, 0.8, 8), (.color, 0.4, 0)],
        [(.rotate, 0.4, 9), (.equalize, 0.6, 0)],
        [(.equalize, 0, 0), (.equalize, 0.8, 0)],
        [(.invert, 0.6, 0), (.equalize, 1, 0)],
        [(.color, 0.6, 4), (.contrast, 1, 8)],
        [(.rotate, 0.8, 8), (.color, 1, 2)],
        [(.color, 0.8, 8), (.solarize, 0.8, 7)],
        [(.sharpness, 0.4, 7), (.invert, 0.6, 0)],
        [(.shearX, 0.6, 5), (.equalize, 1, 0)],
        [(.color, 0.4, 0), (.equalize, 0.6, 0)],
        [(.equalize, 0.4, 0), (.solarize, 0.2, 4)],
        [(.solarize, 0.6, 5), (.autoContrast, 0.6, 0)],
        [(.invert, 0.6, 0), (.equalize, 1, 0)],
        [(.color, 0.6, 4), (.contrast, 1, 8)],
        [(.equalize, 0.8, 0), (.equalize, 0.6, 0)],
    ]

    private static let cifar10Table: [[(AugmentOperation, Double, Int)]] = [
        [(.invert, 0.1, 0), (.contrast, 0.2, 6)],
        [(.rotate, 0.7, 2), (.translateX, 0.3, 9)],
        [(.sharpness, 0.8, 1), (.sharpness, 0.9, 3)],
        [(.shearY, 0.5, 8), (.translateY, 0.7, 9)],
        [(.autoContrast, 0.5, 0), (.equalize, 0.9, 0)],
        [(.shearY, 0.2, 7), (.posterize, 0.3, 7)],
        [(.color, 0.4, 3), (.brightness, 0.6, 7)],
        [(.sharpness, 0.3, 9), (.brightness, 0.7, 9)],
        [(.equalize, 0.6, 0), (.equalize, 0.5, 0)],
        [(.contrast, 0.6, 7), (.sharpness, 0.6, 5)],
        [(.color, 0.7, 7), (.translateX, 0.5, 8)],
        [(.equalize, 0.3, 0), (.autoContrast, 0.4, 0)],
        [(.translateY, 0.4, 3), (.sharpness, 0.2, 6)],
        [(.brightness, 0.9, 6), (.color, 0.2, 8)],
        [(.solarize, 0.5, 2), (.invert, 0, 0)],
        [(.equalize, 0.2, 0), (.autoContrast, 0.6, 0)],
        [(.equalize, 0.2, 0), (.equalize, 0.6, 0)],
        [(.color, 0.9, 9), (.equalize, 0.6, 0)],
        [(.autoContrast, 0.8, 0), (.solarize, 0.2, 8)],
        [(.brightness, 0.1, 3), (.color, 0.7, 0)],
        [(.solarize, 0.4, 5), (.autoContrast, 0.9, 0)],
        [(.translateY, 0.9, 9), (.translateY, 0.7, 9)],
        [(.autoContrast, 0.9, 0), (.solarize, 0.8, 3)],
        [(.equalize, 0.8, 0), (.invert, 0.1, 0)],
        [(.translateY, 0.7, 9), (.autoContrast, 0.9, 0)],
    ]

    private static let svhnTable: [[(AugmentOperation, Double, Int)]] = [
        [(.shearX, 0.9, 4), (.invert, 0.2, 0)],
        [(.shearY, 0.9, 8), (.invert, 0.7, 0)],
        [(.equalize, 0.6, 0), (.solarize, 0.6, 6)],
        [(.invert, 0.9, 0), (.equalize, 0.6, 0)],
        [(.equalize, 0.6, 0), (.rotate, 0.9, 3)],
        [(.shearX, 0.9, 4), (.autoContrast, 0.8, 0)],
        [(.shearY, 0.9, 8), (.invert, 0.4, 0)],
        [(.shearY, 0.9, 5), (.solarize, 0.2, 6)],
        [(.invert, 0.9, 0), (.autoContrast, 0.8, 0)],
        [(.equalize, 0.6, 0), (.rotate, 0.9, 3)],
        [(.shearX, 0.9, 4), (.solarize, 0.3, 3)],
        [(.shearY, 0.8, 8), (.invert, 0.7, 0)],
        [(.equalize, 0.9, 0), (.translateY, 0.6, 6)],
        [(.invert, 0.9, 0), (.equalize, 0.6, 0)],
        [(.contrast, 0.3, 3), (.rotate, 0.8, 4)],
        [(.invert, 0.8, 0), (.translateY, 0, 2)],
        [(.shearY, 0.7, 6), (.solarize, 0.4, 8)],
        [(.invert, 0.6, 0), (.rotate, 0.8, 4)],
        [(.shearY, 0.3, 7), (.translateX, 0.9, 3)],
        [(.shearX, 0.1, 6), (.invert, 0.6, 0)],
        [(.solarize, 0.7, 2), (.translateY, 0.6, 7)],
        [(.shearY, 0.8, 4), (.invert, 0.8, 0)],
        [(.shearX, 0.7, 9), (.translateY, 0.8, 3)],
        [(.shearY, 0.8, 5), (.autoContrast, 0.7, 0)],
        [(.shearX, 0.7, 2), (.invert, 0.1, 0)],
    ]
}
