import Helios
import Torch

/// Resizing that takes in the transforms that follow it, and then does all in one pass.
struct FusedResizing {
    private let image: Tensor
    private var resizing: ByteResizing
    private var numbers: ByteResizing.Numbers?

    /// Begins with a transform that resizes. `nil` if it does not, or if the kernel for bytes cannot do it; nothing is
    /// drawn then.
    init?(beginningWith transform: any Transform, _ sample: ImageSample, random: inout SampleRandom) throws {
        guard let transform = transform as? any ResizingTransform, Self.handles(sample),
            let resizing = try transform.resizing(of: sample.size, random: &random)
        else { return nil }
        (image, self.resizing) = (sample.image, resizing)
    }

    /// Begins with what a random resized crop does to a region that is cut out already.
    init?(finishing crop: RandomResizedCrop, _ cropped: ImageSample) throws {
        try crop.validate()
        guard Self.handles(cropped), crop.interpolation.isSmooth else { return nil }
        let size = try cropped.size
        image = cropped.image
        resizing = ByteResizing(
            region: ImageRegion(top: 0, left: 0, height: size.height, width: size.width), size: crop.size,
            isCubic: crop.interpolation == .bicubic, antialias: crop.antialias)
    }

    private static func handles(_ sample: ImageSample) -> Bool {
        sample.boxes == nil && sample.masks == nil && ByteResizing.handles(sample.image)
    }

    /// Takes in a transform. False if that is not possible; nothing is drawn then.
    mutating func absorb(_ transform: any Transform, random: inout SampleRandom) throws -> Bool {
        switch transform {
        case let flip as RandomHorizontalFlip:
            try flip.validate()
            if random.happens(flip.p) { resizing.flips.toggle() }
        case let crop as CenterCrop:
            try crop.validate()
            let window = resizing.window
            guard !resizing.flips, crop.size.height <= window.height, crop.size.width <= window.width else {
                return false
            }
            let middle = try ImageOperations.centerRegion(
                of: ImageSize(height: window.height, width: window.width), size: crop.size)
            resizing.window = ImageRegion(
                top: window.top + middle.top, left: window.left + middle.left, height: middle.height,
                width: middle.width)
        case let conversion as ToImageTensor:
            guard conversion.dtype == .float32, numbers == nil else { return false }
            numbers = ByteResizing.Numbers(scale: conversion.scale ? Float(1.0 / 255) : 1)
        case let normalization as Normalize:
            try normalization.validate()
            let counts = [1, image.shape[0]]
            guard numbers != nil, numbers?.mean == nil, counts.contains(normalization.mean.count),
                counts.contains(normalization.std.count)
            else { return false }
            numbers?.mean = normalization.mean
            numbers?.std = normalization.std
        default:
            return false
        }
        return true
    }

    /// The image afterwards.
    ///
    /// - Parameter output: where numbers are written, if the result fits there. Otherwise the result is another tensor.
    func run(into output: Tensor?) throws -> Tensor {
        guard let numbers else { return try resizing.bytes(of: image) }
        let shape = resizing.shape(of: image)
        if let output, output.dtype == .float32, output.device == .cpu, output.isContiguous, output.shape == shape {
            try resizing.numbers(numbers, of: image, into: output)
            return output
        }
        let result = try Tensor.empty(shape, dtype: .float32)
        try resizing.numbers(numbers, of: image, into: result)
        return result
    }
}
