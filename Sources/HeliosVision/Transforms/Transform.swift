import Helios
import Torch

/// An image, with the boxes, masks and labels that change with it.
public struct ImageSample: Sendable {
    /// The image: `uint8[C, H, W]` from 0 to 255, or floating-point numbers. A decoded image is stored pixel by pixel,
    /// as `[H, W, C]`; the tensor is a view of it.
    public var image: Tensor
    /// Boxes `[N, 4]` in pixels of the image (left, top, right, bottom); `nil` if there are none.
    public var boxes: Tensor?
    /// Masks `[N, H, W]` of the image's size; `nil` if there are none.
    public var masks: Tensor?
    /// What belongs to each box, for example its class, `[N, …]`; `nil` if there is nothing. If a box is removed, its
    /// label is removed too.
    public var labels: Tensor?

    /// An image with its boxes, masks and labels.
    public init(image: Tensor, boxes: Tensor? = nil, masks: Tensor? = nil, labels: Tensor? = nil) {
        self.image = image
        self.boxes = boxes
        self.masks = masks
        self.labels = labels
    }
}

/// Something that is done to an image before a network sees it.
///
/// Initializers do not throw: a transform remembers a wrong option and throws when it is applied.
public protocol Transform: Sendable {
    /// Returns the changed image, with its boxes and masks changed in the same way.
    ///
    /// - Parameter random: what all random choices are drawn from, so that they depend on the seed, the epoch and the
    ///   sample's number only.
    /// - Throws: `DataError` for a wrong option, or an image that the transform is not for.
    func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample

    /// Returns the changed image, written into existing memory, such as one image's part of a batch.
    ///
    /// - Parameter output: has the shape and the type of the changed image. It becomes the image of the result.
    /// - Throws: as `apply` without `output`, and `DataError` if `output` has another shape or type.
    func apply(to sample: ImageSample, random: inout SampleRandom, into output: Tensor) throws -> ImageSample

    /// Throws `DataError` if an option is wrong, as `apply` does.
    func validate() throws

    /// The same transform as one that begins by cutting out a region, if it is one: only the region has to be decoded.
    /// For a composition, this depends on its first part.
    var leadingCrop: (any CroppingTransform)? { get }
}

extension Transform {
    public func apply(
        to sample: ImageSample, random: inout SampleRandom, into output: Tensor
    ) throws -> ImageSample {
        try apply(to: sample, random: &random).moved(into: output)
    }

    public func validate() throws {}

    public var leadingCrop: (any CroppingTransform)? { self as? any CroppingTransform }
}

/// A transform that begins by cutting out a region. If it is the first one, only the region is decoded.
public protocol CroppingTransform: Transform {
    /// Chooses the region of an image of this size.
    func region(of size: ImageSize, random: inout SampleRandom) throws -> ImageRegion

    /// What is left to do once the region was cut out.
    ///
    /// - Parameter cropped: the region, or a reduced form of it, with boxes and masks in pixels of this image.
    func finish(_ cropped: ImageSample, random: inout SampleRandom) throws -> ImageSample

    /// What is left to do, with the image written into existing memory.
    ///
    /// - Parameter output: as in `apply(to:random:into:)`.
    func finish(_ cropped: ImageSample, random: inout SampleRandom, into output: Tensor) throws -> ImageSample

    /// The size that the region is reduced to, if it is known: a decoder may then give a smaller image.
    var outputSize: ImageSize? { get }
}

extension CroppingTransform {
    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        let region = try region(of: sample.size, random: &random)
        return try finish(sample.cropped(to: region), random: &random)
    }

    public func apply(
        to sample: ImageSample, random: inout SampleRandom, into output: Tensor
    ) throws -> ImageSample {
        let region = try region(of: sample.size, random: &random)
        return try finish(sample.cropped(to: region), random: &random, into: output)
    }

    public func finish(
        _ cropped: ImageSample, random: inout SampleRandom, into output: Tensor
    ) throws -> ImageSample {
        try finish(cropped, random: &random).moved(into: output)
    }
}

extension ImageSample {
    /// The sample with its image copied to `output`.
    func moved(into output: Tensor) throws -> ImageSample {
        guard output.shape == image.shape, output.dtype == image.dtype else {
            throw DataError(
                "an image of \(image.dtype)\(image.shape) does not fit into \(output.dtype)\(output.shape): make the "
                    + "output of this shape and type")
        }
        var moved = self
        moved.image = try output.copy_(image)
        return moved
    }
}
