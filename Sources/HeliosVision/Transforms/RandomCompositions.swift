import Helios
import Torch

/// A transform that is a function.
public struct Lambda: Transform {
    private let body: @Sendable (ImageSample, inout SampleRandom) throws -> ImageSample

    /// Changes a sample. All random choices must be drawn from the given numbers.
    public init(_ body: @escaping @Sendable (_ sample: ImageSample, _ random: inout SampleRandom) throws -> ImageSample)
    {
        self.body = body
    }

    /// Changes the image only. It must move no pixel if there are boxes or masks.
    public init(image body: @escaping @Sendable (_ image: Tensor) throws -> Tensor) {
        self.init { sample, _ in try sample.changed(image: body) }
    }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try body(sample, &random)
    }
}

/// Applies transforms to some images: all of them or none.
public struct RandomApply: Transform {
    /// The transforms in their order.
    public var transforms: [any Transform]
    /// The probability.
    public var p: Double

    /// Applies transforms with a probability.
    public init(_ transforms: [any Transform], p: Double = 0.5) {
        (self.transforms, self.p) = (transforms, p)
    }

    public func validate() throws {
        try requireProbability(p, "RandomApply")
        for transform in transforms { try transform.validate() }
    }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try requireProbability(p, "RandomApply")
        return random.happens(p) ? try Compose(transforms).apply(to: sample, random: &random) : sample
    }
}

/// Applies one of several transforms.
public struct RandomChoice: Transform {
    /// The transforms to choose from.
    public var transforms: [any Transform]
    /// How likely each is, in relation to the others; `nil` means equally likely.
    public var weights: [Double]?

    /// Applies one of these.
    public init(_ transforms: [any Transform], weights: [Double]? = nil) {
        (self.transforms, self.weights) = (transforms, weights)
    }

    public func validate() throws {
        try validateOptions()
        for transform in transforms { try transform.validate() }
    }

    private func validateOptions() throws {
        let name = "RandomChoice"
        try ImageOperations.require(!transforms.isEmpty, name, "there must be a transform to choose")
        guard let weights else { return }
        try ImageOperations.require(
            weights.count == transforms.count, name,
            "there are \(transforms.count) transforms, and \(weights.count) weights")
        try ImageOperations.require(
            weights.allSatisfy { $0 >= 0 && $0.isFinite } && weights.contains { $0 > 0 }, name,
            "weights must not be negative, nor all be 0; they are \(weights)")
    }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try validateOptions()
        let weights = weights ?? transforms.map { _ in 1 }
        var rest = random.uniform(0, weights.reduce(0, +))
        let chosen = weights.firstIndex { weight in
            rest -= weight
            return rest < 0
        }
        // Rounding may leave a little; the last one that is possible gets it.
        let position = chosen ?? weights.lastIndex { $0 > 0 } ?? 0
        return try transforms[position].apply(to: sample, random: &random)
    }
}

/// Applies transforms in random order.
public struct RandomOrder: Transform {
    /// The transforms.
    public var transforms: [any Transform]

    /// Applies these in random order.
    public init(_ transforms: [any Transform]) {
        self.transforms = transforms
    }

    public func validate() throws {
        for transform in transforms { try transform.validate() }
    }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        let order = random.permutation(of: transforms.count)
        return try Compose(order.map { transforms[$0] }).apply(to: sample, random: &random)
    }
}
