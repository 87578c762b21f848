import Helios
import HeliosVision
import Testing
import Torch

@Suite("LabeledImage")
struct LabeledImageTests {
    @Test("images become a batch with their labels")
    func collates() throws {
        let images = try (0..<3).map { try Tensor.full([3, 4, 5], $0) }
        let batch = try LabeledImage.collate(images.enumerated().map { LabeledImage(image: $1, label: 7 - $0) })
        #expect(batch.inputs.shape == [3, 3, 4, 5])
        #expect(try batch.targets.array(Int.self) == [7, 6, 5])
    }

    @Test("images of several sizes are an error that says what to do")
    func refuses() throws {
        let samples = try [[3, 4, 5], [3, 4, 6]].map { LabeledImage(image: try Tensor.zeros($0), label: 0) }
        let error = try #require(throws: DataError.self) { try LabeledImage.collate(samples) }
        #expect(error.description.contains("resize"))
    }
}
