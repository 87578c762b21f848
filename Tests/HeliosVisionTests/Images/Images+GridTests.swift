import HeliosVision
import TestSupport
import Testing
import Torch

@Suite("Images.grid")
struct ImagesGridTests {
    @Test("a grid is torchvision's")
    func grids() throws {
        for expected in try ImageFixture.read().grids {
            let grid = try Images.grid(
                expected.images.tensor, columns: expected.nrow ?? 8, padding: expected.padding ?? 2,
                normalizes: expected.normalize ?? false, valueRange: expected.valueRange.map { $0[0]...$0[1] },
                scalesEach: expected.scaleEach ?? false, padValue: expected.padValue ?? 0)
            let reference = try expected.grid.tensor
            #expect(grid.shape == reference.shape)
            // A subtraction and a division.
            #expect(try (grid - reference).abs().max().item(Double.self) <= 4e-7)
        }
    }

    @Test("a list of images is a batch, and gray ones get three channels")
    func lists() throws {
        let images = try (0..<3).map { try noise(channels: 1, height: 4, width: 5, seed: $0) }
        let grid = try Images.grid(images, columns: 2)
        #expect(grid.dtype == .uint8)
        let planes = try images.map { try $0.select(dim: 0, index: 0) }
        #expect(try grid.equal(Images.grid(planes, columns: 2)))
        #expect(grid.shape == [3, 14, 16])
    }

    @Test("images that do not fit are errors")
    func refusals() throws {
        let image = try Tensor.zeros([3, 4, 4])
        #expect(throws: ImageError.self) { try Images.grid([]) }
        #expect(throws: ImageError.self) { try Images.grid([image, Tensor.zeros([3, 4, 5])]) }
        #expect(throws: ImageError.self) { try Images.grid(image, columns: 0) }
        #expect(throws: ImageError.self) { try Images.grid(Tensor.zeros([2, 3, 4, 4, 4])) }
        #expect(throws: ImageError.self) { try Images.grid(image.to(.uint8), normalizes: true) }
    }
}
