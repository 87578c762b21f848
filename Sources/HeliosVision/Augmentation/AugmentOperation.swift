import Foundation
import Helios
import Torch
import TorchNN

/// An operation that automatic augmentation chooses from, with a magnitude whose meaning is its own.
enum AugmentOperation: String, CaseIterable {
    case identity = "Identity"
    case shearX = "ShearX"
    case shearY = "ShearY"
    case translateX = "TranslateX"
    case translateY = "TranslateY"
    case rotate = "Rotate"
    case brightness = "Brightness"
    case color = "Color"
    case contrast = "Contrast"
    case sharpness = "Sharpness"
    case posterize = "Posterize"
    case solarize = "Solarize"
    case autoContrast = "AutoContrast"
    case equalize = "Equalize"
    case invert = "Invert"

    /// Whether the magnitude may be negative as well.
    var isSigned: Bool {
        switch self {
        case .shearX, .shearY, .translateX, .translateY, .rotate, .brightness, .color, .contrast, .sharpness: true
        case .identity, .posterize, .solarize, .autoContrast, .equalize, .invert: false
        }
    }

    /// The image after the operation.
    func apply(
        to image: Tensor, magnitude: Double, interpolation: InterpolationMode, fill: [Double]
    ) throws -> Tensor {
        func affine(
            translation: (x: Double, y: Double) = (0, 0), shear: (x: Double, y: Double) = (0, 0),
            center: (x: Double, y: Double)? = nil
        ) throws -> Tensor {
            try ImageOperations.affine(
                image, translation: translation, shear: shear, center: center, interpolation: interpolation, fill: fill)
        }
        // The papers shear by the tangent of the angle, with the upper left corner in its place.
        let angle = atan(magnitude) * 180 / .pi
        switch self {
        case .identity: return image
        case .shearX: return try affine(shear: (angle, 0), center: (0, 0))
        case .shearY: return try affine(shear: (0, angle), center: (0, 0))
        case .translateX: return try affine(translation: (magnitude.rounded(.towardZero), 0))
        case .translateY: return try affine(translation: (0, magnitude.rounded(.towardZero)))
        case .rotate:
            return try ImageOperations.rotate(image, angle: magnitude, interpolation: interpolation, fill: fill)
        case .brightness: return try ImageOperations.adjustBrightness(image, factor: 1 + magnitude)
        case .color: return try ImageOperations.adjustSaturation(image, factor: 1 + magnitude)
        case .contrast: return try ImageOperations.adjustContrast(image, factor: 1 + magnitude)
        case .sharpness: return try ImageOperations.adjustSharpness(image, factor: 1 + magnitude)
        case .posterize: return try ImageOperations.posterize(image, bits: Int(magnitude))
        case .solarize:
            let bound = try ImageOperations.maximum(of: image.dtype, "solarize")
            return try ImageOperations.solarize(image, threshold: bound * magnitude)
        case .autoContrast: return try ImageOperations.autocontrast(image)
        case .equalize: return try ImageOperations.equalize(image)
        case .invert: return try ImageOperations.invert(image)
        }
    }
}

/// The operations that a method chooses from, and how strong each is.
struct AugmentSpace {
    /// The operations in their order.
    let operations: [AugmentOperation]
    /// The greatest tangent of a shear.
    let shear: Double
    /// The greatest translation in pixels, of a side of the image.
    let translation: @Sendable (_ side: Int) -> Double
    /// The greatest angle of a rotation in degrees.
    let angle: Double
    /// The greatest change of a factor.
    let factor: Double
    /// The bits that posterizing keeps: from the first number down to the second.
    let bits: (most: Double, least: Double)

    /// The magnitude of an operation in a bin; 0 for those that have none.
    ///
    /// - Parameters:
    ///   - bin: from 0 (weak) to `bins - 1` (strong).
    ///   - bins: at least 2.
    func magnitude(of operation: AugmentOperation, bin: Int, bins: Int, size: ImageSize) -> Double {
        let part = Double(bin) / Double(bins - 1)
        switch operation {
        case .identity, .autoContrast, .equalize, .invert: return 0
        case .shearX, .shearY: return shear * part
        case .translateX: return translation(size.width) * part
        case .translateY: return translation(size.height) * part
        case .rotate: return angle * part
        case .brightness, .color, .contrast, .sharpness: return factor * part
        case .posterize: return (bits.most - (bits.most - bits.least) * part).rounded(.toNearestOrEven)
        case .solarize: return 1 - part
        }
    }

    /// The magnitude of an operation in a bin, of either sign if the operation has both.
    func drawMagnitude(
        of operation: AugmentOperation, bin: Int, bins: Int, size: ImageSize, random: inout SampleRandom
    ) -> Double {
        let magnitude = magnitude(of: operation, bin: bin, bins: bins, size: size)
        return operation.isSigned && random.happens(0.5) ? -magnitude : magnitude
    }

    /// One of the operations.
    func drawOperation(random: inout SampleRandom) -> AugmentOperation {
        operations[random.below(operations.count)]
    }

    /// The operations of AutoAugment.
    static let auto = AugmentSpace(
        operations: AugmentOperation.allCases.filter { $0 != .identity }, shear: 0.3,
        translation: { 150.0 / 331 * Double($0) }, angle: 30, factor: 0.9, bits: (8, 4))
    /// The operations of RandAugment.
    static let rand = AugmentSpace(
        operations: AugmentOperation.allCases.filter { $0 != .invert }, shear: 0.3,
        translation: { 150.0 / 331 * Double($0) }, angle: 30, factor: 0.9, bits: (8, 4))
    /// The operations of the wide TrivialAugment.
    static let trivial = AugmentSpace(
        operations: AugmentOperation.allCases.filter { $0 != .invert }, shear: 0.99, translation: { _ in 32 },
        angle: 135, factor: 0.99, bits: (8, 2))
    /// The operations of AugMix.
    static func mix(allOperations: Bool) -> AugmentSpace {
        let others: Set<AugmentOperation> = [.brightness, .color, .contrast, .sharpness]
        return AugmentSpace(
            operations: AugmentOperation.allCases.filter {
                $0 != .invert && $0 != .identity && (allOperations || !others.contains($0))
            }, shear: 0.3, translation: { Double($0) / 3 }, angle: 30, factor: 0.9, bits: (4, 0))
    }
}

/// What the methods of automatic augmentation require of a sample and of their options.
enum AugmentCheck {
    static func requireOptions(_ interpolation: InterpolationMode, bins: Int, _ transform: String) throws {
        try ImageOperations.require(
            interpolation == .nearest || interpolation == .bilinear, transform,
            "interpolation must be nearest or bilinear, not \(interpolation.rawValue)")
        try ImageOperations.require(bins >= 2, transform, "there must be at least 2 magnitudes, not \(bins)")
    }

    static func requireImageOnly(_ sample: ImageSample, _ transform: String) throws {
        guard sample.boxes == nil, sample.masks == nil else {
            throw DataError("\(transform) is for images alone: it cannot take boxes and masks along")
        }
    }
}
