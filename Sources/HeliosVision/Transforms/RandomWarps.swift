import Helios
import Torch
import TorchNN

/// A point, or a pair of numbers along x and y.
public struct Vector2: Equatable, Sendable {
    /// Along the columns.
    public var x: Double
    /// Along the rows.
    public var y: Double

    /// A pair of numbers.
    public init(x: Double, y: Double) {
        (self.x, self.y) = (x, y)
    }

    var pair: (x: Double, y: Double) { (x, y) }
}

/// Rotates images by random angles.
public struct RandomRotation: Transform {
    /// The angles in degrees, counterclockwise.
    public var degrees: ClosedRange<Double>
    /// `nearest` or `bilinear`. Masks are always rotated with `nearest`.
    public var interpolation: InterpolationMode
    /// Whether the result is as large as all of the image needs.
    public var expand: Bool
    /// What stays in its place, in pixels from the upper left corner; `nil` means the middle.
    public var center: Vector2?
    /// The color around the image: one number or one for each channel. Empty means black. Masks get zeros.
    public var fill: [Double]

    /// Rotates by angles of a range.
    public init(
        degrees: ClosedRange<Double>, interpolation: InterpolationMode = .nearest, expand: Bool = false,
        center: Vector2? = nil, fill: [Double] = []
    ) {
        (self.degrees, self.interpolation, self.expand) = (degrees, interpolation, expand)
        (self.center, self.fill) = (center, fill)
    }

    /// Rotates by angles of up to a number of degrees, in both directions.
    public init(
        degrees: Double, interpolation: InterpolationMode = .nearest, expand: Bool = false, center: Vector2? = nil,
        fill: [Double] = []
    ) {
        self.init(
            degrees: bothDirections(degrees), interpolation: interpolation, expand: expand, center: center, fill: fill)
    }

    public func validate() throws {
        try requireFinite(degrees, "RandomRotation", "degrees")
        try requireWarpInterpolation(interpolation, "RandomRotation")
    }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try validate()
        return try rotate(sample, angle: random.uniform(in: degrees))
    }

    /// The sample rotated by an angle in degrees.
    func rotate(_ sample: ImageSample, angle: Double) throws -> ImageSample {
        let size = try sample.size
        let middle = (x: Double(size.width) / 2, y: Double(size.height) / 2)
        var matrix = AffineMatrix(center: center?.pair ?? middle, angle: -angle)
        if expand {
            // The corner that is leftmost or uppermost afterwards becomes the edge.
            let (width, height) = (Double(size.width), Double(size.height))
            let corners = [(0, 0), (0, height), (width, 0), (width, height)]
            let turned = matrix
            matrix.c -= corners.map { turned.a * $0.0 + turned.b * $0.1 + turned.c }.min() ?? 0
            matrix.f -= corners.map { turned.d * $0.0 + turned.e * $0.1 + turned.f }.min() ?? 0
        }
        return try sample.changed(
            image: {
                try ImageOperations.rotate(
                    $0, angle: angle, expand: expand, center: center?.pair, interpolation: interpolation, fill: fill)
            },
            boxes: { try Boxes.mapped($0, by: matrix) },
            masks: { try ImageOperations.rotate($0, angle: angle, expand: expand, center: center?.pair) })
    }
}

/// Rotates, moves, scales and shears images at random.
public struct RandomAffine: Transform {
    /// The angles of the rotation in degrees, clockwise.
    public var degrees: ClosedRange<Double>
    /// The greatest parts of the width and of the height by which images are moved; `nil` moves none.
    public var translate: Vector2?
    /// The factors of the size; `nil` keeps it.
    public var scale: ClosedRange<Double>?
    /// The angles in degrees by which images are sheared along x; `nil` shears none.
    public var shearX: ClosedRange<Double>?
    /// The same along y.
    public var shearY: ClosedRange<Double>?
    /// `nearest` or `bilinear`. Masks are always changed with `nearest`.
    public var interpolation: InterpolationMode
    /// The color around the image: one number or one for each channel. Empty means black. Masks get zeros.
    public var fill: [Double]
    /// What stays in its place, in pixels from the upper left corner; `nil` means the middle.
    public var center: Vector2?

    /// Changes images by random numbers of these ranges.
    public init(
        degrees: ClosedRange<Double>, translate: Vector2? = nil, scale: ClosedRange<Double>? = nil,
        shearX: ClosedRange<Double>? = nil, shearY: ClosedRange<Double>? = nil,
        interpolation: InterpolationMode = .nearest, fill: [Double] = [], center: Vector2? = nil
    ) {
        (self.degrees, self.translate, self.scale) = (degrees, translate, scale)
        (self.shearX, self.shearY, self.interpolation) = (shearX, shearY, interpolation)
        (self.fill, self.center) = (fill, center)
    }

    /// Changes images by random numbers, and rotates them by up to a number of degrees in both directions.
    public init(
        degrees: Double, translate: Vector2? = nil, scale: ClosedRange<Double>? = nil,
        shearX: ClosedRange<Double>? = nil, shearY: ClosedRange<Double>? = nil,
        interpolation: InterpolationMode = .nearest, fill: [Double] = [], center: Vector2? = nil
    ) {
        self.init(
            degrees: bothDirections(degrees), translate: translate, scale: scale, shearX: shearX, shearY: shearY,
            interpolation: interpolation, fill: fill, center: center)
    }

    public func validate() throws {
        let transform = "RandomAffine"
        try requireFinite(degrees, transform, "degrees")
        try shearX.map { try requireFinite($0, transform, "shearX") }
        try shearY.map { try requireFinite($0, transform, "shearY") }
        try requireWarpInterpolation(interpolation, transform)
        if let translate {
            try ImageOperations.require(
                (0...1).contains(translate.x) && (0...1).contains(translate.y), transform,
                "translate must be from 0 to 1, not \(translate.x), \(translate.y)")
        }
        if let scale {
            try ImageOperations.require(
                scale.lowerBound > 0 && scale.upperBound.isFinite, transform,
                "scale must be greater than 0, not \(scale)")
        }
    }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try validate()
        let size = try sample.size
        let angle = random.uniform(in: degrees)
        var translation = (x: 0.0, y: 0.0)
        if let translate {
            let (x, y) = (translate.x * Double(size.width), translate.y * Double(size.height))
            translation.x = random.uniform(-x, x).rounded(.toNearestOrEven)
            translation.y = random.uniform(-y, y).rounded(.toNearestOrEven)
        }
        let factor = scale.map { random.uniform(in: $0) } ?? 1
        let shear = (x: shearX.map { random.uniform(in: $0) } ?? 0, y: shearY.map { random.uniform(in: $0) } ?? 0)
        return try change(sample, angle: angle, translation: translation, scale: factor, shear: shear)
    }

    /// The sample changed by these numbers.
    func change(
        _ sample: ImageSample, angle: Double, translation: (x: Double, y: Double), scale: Double,
        shear: (x: Double, y: Double)
    ) throws -> ImageSample {
        let size = try sample.size
        let middle = (x: Double(size.width) / 2, y: Double(size.height) / 2)
        let matrix = AffineMatrix(
            center: center?.pair ?? middle, angle: angle, translation: translation, scale: scale, shear: shear)
        return try sample.changed(
            image: {
                try ImageOperations.affine(
                    $0, angle: angle, translation: translation, scale: scale, shear: shear, center: center?.pair,
                    interpolation: interpolation, fill: fill)
            },
            boxes: { try Boxes.mapped($0, by: matrix) },
            masks: {
                try ImageOperations.affine(
                    $0, angle: angle, translation: translation, scale: scale, shear: shear, center: center?.pair)
            })
    }
}

/// Moves the corners of some images inward at random, as if they were seen from another point.
public struct RandomPerspective: Transform {
    /// How far the corners may move: 1 is to the middle.
    public var distortionScale: Double
    /// The probability.
    public var p: Double
    /// `nearest` or `bilinear`. Masks are always changed with `nearest`.
    public var interpolation: InterpolationMode
    /// The color around the image: one number or one for each channel. Empty means black. Masks get zeros.
    public var fill: [Double]

    /// Distorts images with a probability.
    public init(
        distortionScale: Double = 0.5, p: Double = 0.5, interpolation: InterpolationMode = .bilinear,
        fill: [Double] = []
    ) {
        (self.distortionScale, self.p, self.interpolation, self.fill) = (distortionScale, p, interpolation, fill)
    }

    public func validate() throws {
        let transform = "RandomPerspective"
        try requireProbability(p, transform)
        try requireWarpInterpolation(interpolation, transform)
        try ImageOperations.require(
            (0...1).contains(distortionScale), transform,
            "distortionScale must be from 0 to 1, not \(distortionScale)")
    }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try validate()
        guard random.happens(p) else { return sample }
        let size = try sample.size
        let (width, height) = (size.width, size.height)
        let columns = Int(distortionScale * Double(width / 2)) + 1
        let rows = Int(distortionScale * Double(height / 2)) + 1
        func near() -> (Int, Int) { (random.below(columns), random.below(rows)) }
        let offsets = (near(), near(), near(), near())
        let (right, bottom) = (width - 1, height - 1)
        let ends = [
            (offsets.0.0, offsets.0.1), (right - offsets.1.0, offsets.1.1),
            (right - offsets.2.0, bottom - offsets.2.1), (offsets.3.0, bottom - offsets.3.1),
        ].map { (x: Double($0.0), y: Double($0.1)) }
        let starts = [(0, 0), (right, 0), (right, bottom), (0, bottom)].map { (x: Double($0.0), y: Double($0.1)) }
        return try change(sample, starts: starts, ends: ends)
    }

    /// The sample with four points moved.
    func change(
        _ sample: ImageSample, starts: [PerspectiveMap.Point], ends: [PerspectiveMap.Point]
    ) throws -> ImageSample {
        let inverse = try PerspectiveMap(from: ends, to: starts)
        return try sample.changed(
            image: {
                try ImageOperations.perspective($0, inverse: inverse, interpolation: interpolation, fill: fill)
            },
            boxes: { try Boxes.mapped($0, by: inverse.inverse()) },
            masks: { try ImageOperations.perspective($0, inverse: inverse, interpolation: .nearest, fill: []) })
    }
}

private func requireFinite(_ range: ClosedRange<Double>, _ transform: String, _ option: String) throws {
    try ImageOperations.require(
        range.lowerBound.isFinite && range.upperBound.isFinite, transform,
        "\(option) must be finite numbers, not \(range)")
}

private func requireWarpInterpolation(_ interpolation: InterpolationMode, _ transform: String) throws {
    try ImageOperations.require(
        interpolation == .nearest || interpolation == .bilinear, transform,
        "interpolation must be nearest or bilinear, not \(interpolation.rawValue)")
}

/// Angles of up to a number of degrees in both directions. What is no number makes a range that is refused at first use.
private func bothDirections(_ degrees: Double) -> ClosedRange<Double> {
    let most = degrees.isNaN ? .infinity : abs(degrees)
    return -most...most
}
