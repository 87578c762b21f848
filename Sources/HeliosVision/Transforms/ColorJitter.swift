import Helios
import Torch

/// Changes brightness, contrast, saturation and hue by random factors, in random order.
public struct ColorJitter: Transform {
    /// The factors of the brightness; `nil` keeps it.
    public var brightness: ClosedRange<Double>?
    /// The factors of the contrast; `nil` keeps it.
    public var contrast: ClosedRange<Double>?
    /// The factors of the saturation; `nil` keeps it.
    public var saturation: ClosedRange<Double>?
    /// The turns of the hue, from -0.5 to 0.5; `nil` keeps it.
    public var hue: ClosedRange<Double>?

    /// Changes images by factors of these ranges.
    @_disfavoredOverload
    public init(
        brightness: ClosedRange<Double>? = nil, contrast: ClosedRange<Double>? = nil,
        saturation: ClosedRange<Double>? = nil, hue: ClosedRange<Double>? = nil
    ) {
        (self.brightness, self.contrast, self.saturation, self.hue) = (brightness, contrast, saturation, hue)
    }

    /// Changes images by factors around 1 (1 - x to 1 + x, but not below 0), and the hue by -x to x.
    public init(brightness: Double = 0, contrast: Double = 0, saturation: Double = 0, hue: Double = 0) {
        // A negative number gives a range that is refused at first use.
        func around(_ center: Double, _ width: Double) -> ClosedRange<Double>? {
            if width == 0 { return nil }
            guard width > 0 else { return -1 ... -1 }
            return max(center - width, center == 1 ? 0 : -.greatestFiniteMagnitude)...(center + width)
        }
        self.init(
            brightness: around(1, brightness), contrast: around(1, contrast), saturation: around(1, saturation),
            hue: around(0, hue))
    }

    public func validate() throws {
        for (name, range) in [("brightness", brightness), ("contrast", contrast), ("saturation", saturation)] {
            guard let range else { continue }
            try ImageOperations.require(
                range.lowerBound >= 0 && range.upperBound.isFinite, "ColorJitter",
                "\(name) must not be negative, and is \(range)")
        }
        if let hue {
            try ImageOperations.require(
                hue.lowerBound >= -0.5 && hue.upperBound <= 0.5, "ColorJitter",
                "hue must be from -0.5 to 0.5, not \(hue)")
        }
    }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try validate()
        let order = random.permutation(of: 4)
        // All are drawn before the first is used, so that the order changes none of them.
        let factors = [brightness, contrast, saturation, hue].map { $0.map { random.uniform(in: $0) } }
        let changes: [(Tensor, Double) throws -> Tensor] = [
            { try ImageOperations.adjustBrightness($0, factor: $1) },
            { try ImageOperations.adjustContrast($0, factor: $1) },
            { try ImageOperations.adjustSaturation($0, factor: $1) }, { try ImageOperations.adjustHue($0, factor: $1) },
        ]
        return try sample.changed { image in
            try order.reduce(image) { image, part in
                try factors[part].map { try changes[part](image, $0) } ?? image
            }
        }
    }
}
