import HeliosVision
import Torch

extension FuzzTarget {
    /// Decodes an image file as a whole, in parts, and with its damage. The contents alone say which format it is.
    static func readImage(_ bytes: [UInt8]) throws {
        let limits = ImageLimits(pixelCount: 1 << 18)
        let accepting = DecodingOptions(
            mode: .rgba, depth: .eightBits, acceptsDamage: true, scale: .reduced, limits: limits)
        if let file = try? ImageFile(bytes: bytes, accepting) {
            _ = try? file.decode(atLeast: ImageSize(height: 1, width: 1))
        }
        let file = try ImageFile(bytes: bytes, DecodingOptions(limits: limits))
        let region = middle(of: file.size)
        let part = try? file.decode(region: region)
        let whole = try file.decode()
        precondition(whole.shape == [file.channelCount, file.size.height, file.size.width], "another size")
        let expected = try whole.narrow(dim: 1, start: region.top, length: region.height)
            .narrow(dim: 2, start: region.left, length: region.width)
        // If nothing is wrong with the whole, then nothing is with a part.
        guard let part else { preconditionFailure("a region is damaged and the whole is not") }
        let isSame = try part.to(.int32).equal(expected.to(.int32))
        precondition(isSame, "a region differs from the whole")
    }

    private static func middle(of size: ImageSize) -> ImageRegion {
        ImageRegion(
            top: size.height / 3, left: size.width / 3, height: max(1, size.height / 2), width: max(1, size.width / 2))
    }
}
