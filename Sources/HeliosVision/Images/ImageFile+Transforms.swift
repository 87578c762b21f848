import Helios
import Torch

extension ImageFile {
    /// Decodes the image and applies transforms to it. If they begin by cutting out a region, only that is decoded.
    ///
    /// - Parameters:
    ///   - transforms: what is done to the image, in this order.
    ///   - random: what the transforms draw from.
    ///   - output: existing memory, such as one image's part of a batch, with the shape and the type of the changed
    ///     image. It becomes the image of the result.
    /// - Throws: `ImageError` if the file is damaged, or with the file's path what a transform throws.
    public func sample(
        _ transforms: [any Transform], random: inout SampleRandom, into output: Tensor? = nil
    ) throws -> ImageSample {
        let composition = Compose(transforms)
        guard let crop = composition.leadingCrop else {
            let whole = ImageSample(image: try decode())
            return try named {
                guard let output else { return try composition.apply(to: whole, random: &random) }
                return try composition.apply(to: whole, random: &random, into: output)
            }
        }
        let region = try named { try crop.region(of: size, random: &random) }
        let cropped = ImageSample(image: try decode(region: region, atLeast: crop.outputSize))
        return try named {
            guard let output else { return try crop.finish(cropped, random: &random) }
            return try crop.finish(cropped, random: &random, into: output)
        }
    }

    /// Adds the file's path to what `body` throws.
    private func named<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as ImageError where error.path != nil {
            throw error
        } catch {
            throw ImageError(path: path, kind: .transform, reason: "a transform failed: \(error)")
        }
    }
}
