import Helios
import Torch

/// Turns some color images to gray, with as many channels as before.
public struct RandomGrayscale: Transform {
    /// The probability.
    public var p: Double

    /// Makes images gray with a probability.
    public init(p: Double = 0.1) {
        self.p = p
    }

    public func validate() throws { try requireProbability(p, "RandomGrayscale") }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try sometimes(p, sample, &random) { sample in
            let channels = try sample.image.size(-3)
            return try sample.changed { try ImageOperations.grayscale($0, channels: channels) }
        }
    }
}

/// Inverts some images.
public struct RandomInvert: Transform {
    /// The probability.
    public var p: Double

    /// Inverts with a probability.
    public init(p: Double = 0.5) {
        self.p = p
    }

    public func validate() throws { try requireProbability(p, "RandomInvert") }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try sometimes(p, sample, &random) { try $0.changed(image: ImageOperations.invert) }
    }
}

/// Keeps only the upper bits of some images.
public struct RandomPosterize: Transform {
    /// How many bits stay, from 0 to 8.
    public var bits: Int
    /// The probability.
    public var p: Double

    /// Keeps bits with a probability.
    public init(bits: Int, p: Double = 0.5) {
        (self.bits, self.p) = (bits, p)
    }

    public func validate() throws {
        try requireProbability(p, "RandomPosterize")
        try ImageOperations.require(
            (0...8).contains(bits), "RandomPosterize", "bits must be from 0 to 8, not \(bits)")
    }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try sometimes(p, sample, &random) { try $0.changed { try ImageOperations.posterize($0, bits: bits) } }
    }
}

/// Inverts the light pixels of some images.
public struct RandomSolarize: Transform {
    /// From which brightness on: up to 255 for bytes, up to 1 for floating-point numbers.
    public var threshold: Double
    /// The probability.
    public var p: Double

    /// Inverts light pixels with a probability.
    public init(threshold: Double, p: Double = 0.5) {
        (self.threshold, self.p) = (threshold, p)
    }

    public func validate() throws { try requireProbability(p, "RandomSolarize") }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try sometimes(p, sample, &random) {
            try $0.changed { try ImageOperations.solarize($0, threshold: threshold) }
        }
    }
}

/// Stretches the channels of some images from black to white.
public struct RandomAutocontrast: Transform {
    /// The probability.
    public var p: Double

    /// Stretches with a probability.
    public init(p: Double = 0.5) {
        self.p = p
    }

    public func validate() throws { try requireProbability(p, "RandomAutocontrast") }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try sometimes(p, sample, &random) { try $0.changed(image: ImageOperations.autocontrast) }
    }
}

/// Makes all values of each channel about equally frequent in some images.
public struct RandomEqualize: Transform {
    /// The probability.
    public var p: Double

    /// Equalizes with a probability.
    public init(p: Double = 0.5) {
        self.p = p
    }

    public func validate() throws { try requireProbability(p, "RandomEqualize") }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try sometimes(p, sample, &random) { try $0.changed(image: ImageOperations.equalize) }
    }
}

/// Sharpens or blurs some images.
public struct RandomAdjustSharpness: Transform {
    /// Below 1 blurs, above 1 sharpens.
    public var factor: Double
    /// The probability.
    public var p: Double

    /// Changes the sharpness with a probability.
    public init(factor: Double, p: Double = 0.5) {
        (self.factor, self.p) = (factor, p)
    }

    public func validate() throws {
        try requireProbability(p, "RandomAdjustSharpness")
        try ImageOperations.require(
            factor >= 0 && factor.isFinite, "RandomAdjustSharpness",
            "factor must be a number not below 0, not \(factor)")
    }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try sometimes(p, sample, &random) {
            try $0.changed { try ImageOperations.adjustSharpness($0, factor: factor) }
        }
    }
}

/// Blurs images by a random amount.
public struct GaussianBlur: Transform {
    /// The columns of the weights, odd.
    public var kernelWidth: Int
    /// The rows of the weights, odd.
    public var kernelHeight: Int
    /// The standard deviations of the bell curve, in pixels.
    public var sigma: ClosedRange<Double>

    /// Blurs with a square of weights.
    public init(kernelSize: Int, sigma: ClosedRange<Double> = 0.1...2) {
        self.init(kernelWidth: kernelSize, kernelHeight: kernelSize, sigma: sigma)
    }

    /// Blurs with a rectangle of weights.
    public init(kernelWidth: Int, kernelHeight: Int, sigma: ClosedRange<Double> = 0.1...2) {
        (self.kernelWidth, self.kernelHeight, self.sigma) = (kernelWidth, kernelHeight, sigma)
    }

    public func validate() throws {
        try ImageOperations.validateKernel((kernelWidth, kernelHeight), "GaussianBlur")
        try ImageOperations.require(
            sigma.lowerBound > 0 && sigma.upperBound.isFinite, "GaussianBlur",
            "sigma must be greater than 0, not \(sigma)")
    }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try validate()
        let sigma = random.uniform(in: sigma)
        return try sample.changed {
            try ImageOperations.gaussianBlur($0, kernelSize: (kernelWidth, kernelHeight), sigma: (sigma, sigma))
        }
    }
}
