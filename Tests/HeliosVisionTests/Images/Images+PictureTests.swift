import HeliosVision
import TestSupport
import Testing
import Torch

@Suite("Images.picture")
struct ImagesPictureTests {
    @Test("numbers become the bytes that torchvision's save_image writes")
    func unit() throws {
        let expected = try ImageFixture.read().picture
        #expect(try Images.pixels(of: expected.image.tensor) == Array(expected.pixels))
    }

    @Test("ranges map their ends to black and white")
    func ranges() throws {
        let cases: [(PixelRange, [Float])] = [
            (.unit, [-1, 0, 0.5, 1, 2]), (.symmetric, [-2, -1, 0, 1, 3]), (.bytes, [-4, 0, 127.5, 255, 300]),
            (.normalized(mean: [0.5], std: [0.25]), [-9, -2, 0, 2, 9]),
        ]
        for (range, values) in cases {
            let picture = try Images.picture(of: Tensor(values, shape: [1, 5]), range: range)
            #expect(try picture.flatten().array(UInt8.self) == [0, 0, 128, 255, 255], "\(range)")
        }
    }

    @Test("infinity is white and what is not a number is black")
    func unusualNumbers() throws {
        let values: [Float] = [.nan, .infinity, -.infinity]
        #expect(try Images.picture(of: Tensor(values, shape: [1, 3])).flatten().array(UInt8.self) == [0, 255, 0])
    }

    @Test("bytes stay, truth values are black and white, 16 bits are scaled")
    func types() throws {
        let bytes = try noise(channels: 3, height: 3, width: 4)
        #expect(try Images.picture(of: bytes, range: .symmetric).equal(bytes))
        #expect(try Images.picture(of: Tensor([[false, true]])).flatten().array(UInt8.self) == [0, 255])
        let wide = try Tensor([UInt16(0), 128, 129, 32_768, 65_535], shape: [1, 5])
        #expect(try Images.picture(of: wide).flatten().array(UInt8.self) == [0, 0, 1, 128, 255])
        #expect(throws: ImageError.self) { try Images.picture(of: Tensor([[1, 2]])) }
    }

    @Test("shapes that are no picture are errors that say what to do")
    func shapes() throws {
        #expect(try Images.picture(of: Tensor.zeros([1, 3, 4, 5])).shape == [3, 4, 5])
        for (shape, part) in [([10, 5, 3], "permute"), ([2, 3, 4, 5], "grid"), ([5, 4, 4], "1 to 4"), ([7], "[7]")] {
            let error = try #require(throws: ImageError.self) { try Images.picture(of: Tensor.zeros(shape)) }
            #expect(error.description.contains(part), "\(error)")
        }
        #expect(throws: ImageError.self) {
            try Images.picture(of: Tensor.zeros([3, 2, 2]), range: .normalized(mean: [0.5], std: [1]))
        }
    }
}
