import Helios
import Torch

/// An image, with what belongs to it and changes with it.
public struct ImageSample: Sendable {
    /// The image: `uint8[C, H, W]` from 0 to 255, or floating-point numbers. A decoded image lies in memory pixel by
    /// pixel, as `[H, W, C]`, of which this is a view.
    public var image: Tensor
    /// Boxes `[N, 4]` in pixels of the image (left, top, right, bottom); `nil` if there are none.
    public var boxes: Tensor?
    /// Masks `[N, H, W]` of the image's size; `nil` if there are none.
    public var masks: Tensor?

    /// An image with its boxes and masks.
    public init(image: Tensor, boxes: Tensor? = nil, masks: Tensor? = nil) {
        self.image = image
        self.boxes = boxes
        self.masks = masks
    }
}

/// Something that is done to an image before a network sees it.
public protocol Transform: Sendable {
    /// The image afterwards; the boxes and masks go along.
    ///
    /// - Parameter random: what all random choices are drawn from, so that they depend on the seed, the epoch and the
    ///   sample's number only.
    func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample
}

/// A transform that begins by cutting out a region. If it is the first one, only the region is decoded.
public protocol CroppingTransform: Transform {
    /// Chooses the region of an image of this size.
    func region(of size: ImageSize, random: inout SampleRandom) throws -> ImageRegion

    /// What is left to do once the region was cut out.
    func finish(_ cropped: ImageSample, random: inout SampleRandom) throws -> ImageSample

    /// The size that the region is reduced to, if it is known: a decoder may then give a smaller image.
    var outputSize: ImageSize? { get }
}
