import Helios
import Torch

extension ImageFile {
    /// Decodes the image and applies transforms to it. If the first of them cuts out a region, only that is decoded.
    ///
    /// - Parameter random: what the transforms draw from.
    /// - Throws: `ImageError` if the file is damaged, or with the file's path what a transform throws.
    public func sample(_ transforms: [any Transform], random: inout SampleRandom) throws -> ImageSample {
        guard let crop = transforms.first as? any CroppingTransform else {
            var sample = ImageSample(image: try decode())
            for transform in transforms { sample = try named { try transform.apply(to: sample, random: &random) } }
            return sample
        }
        let region = try named { try crop.region(of: size, random: &random) }
        let cropped = ImageSample(image: try decode(region: region, atLeast: crop.outputSize))
        var sample = try named { try crop.finish(cropped, random: &random) }
        for transform in transforms.dropFirst() {
            sample = try named { try transform.apply(to: sample, random: &random) }
        }
        return sample
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
