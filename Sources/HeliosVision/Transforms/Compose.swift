import Helios
import Torch

/// Transforms one after another.
///
/// ```swift
/// let transform = Compose([RandomResizedCrop(224), RandomHorizontalFlip(), ToImageTensor(), Normalize.imageNet])
/// ```
/// Resizing, center crops, horizontal flips, conversion to `float32` and normalization that follow one another are done
/// in one pass over the bytes, if there are no boxes and masks. The result is the same to the bit.
public struct Compose: Transform {
    /// The transforms in their order.
    public var transforms: [any Transform]

    /// Puts transforms together.
    public init(_ transforms: [any Transform]) {
        self.transforms = transforms
    }

    public func validate() throws {
        for transform in transforms { try transform.validate() }
    }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try run(sample, from: 0, pending: nil, random: &random, into: nil)
    }

    public func apply(
        to sample: ImageSample, random: inout SampleRandom, into output: Tensor
    ) throws -> ImageSample {
        try run(sample, from: 0, pending: nil, random: &random, into: output)
    }

    public var leadingCrop: (any CroppingTransform)? {
        transforms.first?.leadingCrop.map { ComposedCrop(first: $0, composition: self) }
    }

    /// Applies the transforms from a position on.
    ///
    /// - Parameter pending: what the transforms before have left to the kernel for bytes.
    fileprivate func run(
        _ sample: ImageSample, from start: Int, pending: FusedResizing?, random: inout SampleRandom,
        into output: Tensor?
    ) throws -> ImageSample {
        var sample = sample
        var pending = pending
        var position = start
        while true {
            if pending == nil, position < transforms.count {
                pending = try FusedResizing(beginningWith: transforms[position], sample, random: &random)
                if pending != nil { position += 1 }
            }
            if var fused = pending {
                while position < transforms.count, try fused.absorb(transforms[position], random: &random) {
                    position += 1
                }
                sample.image = try fused.run(into: position == transforms.count ? output : nil)
                pending = nil
                continue
            }
            guard position < transforms.count else { break }
            sample = try transforms[position].apply(to: sample, random: &random)
            position += 1
        }
        guard let output, !output.isSame(as: sample.image) else { return sample }
        return try sample.moved(into: output)
    }
}

/// A composition that begins with a crop.
private struct ComposedCrop: CroppingTransform {
    let first: any CroppingTransform
    let composition: Compose

    var outputSize: ImageSize? { first.outputSize }

    func validate() throws { try composition.validate() }

    func region(of size: ImageSize, random: inout SampleRandom) throws -> ImageRegion {
        try first.region(of: size, random: &random)
    }

    func finish(_ cropped: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try run(cropped, random: &random, into: nil)
    }

    func finish(
        _ cropped: ImageSample, random: inout SampleRandom, into output: Tensor
    ) throws -> ImageSample {
        try run(cropped, random: &random, into: output)
    }

    private func run(_ cropped: ImageSample, random: inout SampleRandom, into output: Tensor?) throws -> ImageSample {
        if let crop = first as? RandomResizedCrop, let fused = try FusedResizing(finishing: crop, cropped) {
            return try composition.run(cropped, from: 1, pending: fused, random: &random, into: output)
        }
        let finished = try first.finish(cropped, random: &random)
        return try composition.run(finished, from: 1, pending: nil, random: &random, into: output)
    }
}
