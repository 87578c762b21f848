import Helios
import Torch

extension ImageSample {
    /// The rows and columns of the image.
    ///
    /// - Throws: `DataError` if the image has fewer than three dimensions.
    public var size: ImageSize { get throws { try ImageOperations.size(of: image, "size") } }

    /// The sample with a region of the image cut out. Boxes and masks are changed in the same way; boxes are clipped.
    ///
    /// - Parameter region: what is outside of the image is black.
    public func cropped(to region: ImageRegion) throws -> ImageSample {
        let size = try size
        if region == ImageRegion(top: 0, left: 0, height: size.height, width: size.width) { return self }
        return try changed(
            image: { try ImageOperations.crop($0, to: region) },
            boxes: { try Boxes.moved($0, x: -Double(region.left), y: -Double(region.top)) },
            masks: { try ImageOperations.crop($0, to: region) })
    }

    /// The sample with everything changed in the same way. Boxes are clipped to the new image.
    func changed(
        image changeImage: (Tensor) throws -> Tensor, boxes changeBoxes: (Tensor) throws -> Tensor,
        masks changeMasks: (Tensor) throws -> Tensor
    ) throws -> ImageSample {
        try validate()
        var changed = self
        changed.image = try changeImage(image)
        let size = try changed.size
        changed.boxes = try boxes.map { try Boxes.clipped(changeBoxes($0), to: size) }
        changed.masks = try masks.map { masks in
            if masks.count > 0 { return try changeMasks(masks) }
            let shape = [masks.shape[0], size.height, size.width]
            return try Tensor.zeros(shape, dtype: masks.dtype, device: masks.device)
        }
        return changed
    }

    /// The sample with only the image changed: for transforms that move no pixel.
    func changed(image changeImage: (Tensor) throws -> Tensor) throws -> ImageSample {
        var changed = self
        changed.image = try changeImage(image)
        return changed
    }

    /// Throws if the boxes or masks are none of this image.
    func validate() throws {
        if let boxes { try Boxes.validate(boxes) }
        guard let masks else { return }
        let size = try size
        guard masks.dimensionCount == 3, masks.shape[1] == size.height, masks.shape[2] == size.width else {
            throw DataError(
                "masks must be [N, \(size.height), \(size.width)], as large as the image, not \(masks.shape)")
        }
    }

    /// Throws that a transform makes several images of one, and has no boxes and masks for them.
    func requireImageOnly(_ transform: String) throws {
        guard boxes == nil, masks == nil else {
            throw DataError("\(transform) makes several images of one: it cannot take boxes and masks along")
        }
    }
}
