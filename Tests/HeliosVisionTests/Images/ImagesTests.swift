import Foundation
import HeliosVision
import Testing
import Torch

@Suite("Images")
struct ImagesTests {
    @Test("a path, a URL and the bytes give the same image")
    func sources() throws {
        let file = try ImageFixture.file("png-rgb.png")
        let image = try Images.load(path: file.path)
        #expect(try Images.load(URL(filePath: file.path)).equal(image))
        #expect(try Images.decode(Data(file.bytes)).equal(image))
    }

    @Test("the channels of an image and of a batch go last")
    func channelsLast() throws {
        #expect(try Images.channelsLast(Tensor.zeros([3, 4, 5])).shape == [4, 5, 3])
        #expect(try Images.channelsLast(Tensor.zeros([2, 3, 4, 5])).shape == [2, 4, 5, 3])
        #expect(throws: ImageError.self) { try Images.channelsLast(Tensor.zeros([4, 5])) }
    }
}
