import Foundation
import Helios
import TestSupport
import Testing

@Suite struct LoggedValueTests {
    @Test("an image has the channels of a pixel side by side, and numbers from 0 to 1 become 0 to 255")
    func image() throws {
        let image = try LoggedImage(
            Tensor([[[0.0, 1], [0.5, 2]], [[-1, Double.nan], [0.2, 0.4]], [[1, 1], [0, 0]]]))
        #expect(image.width == 2 && image.height == 2 && image.channels == 3)
        #expect(image.pixels == [0, 0, 255, 255, 0, 255, 128, 51, 0, 255, 102, 0])
        #expect(try LoggedImage(Tensor([[1, 200]], dtype: .uint8)).pixels == [1, 200])
        #expect(try LoggedImage(Tensor([[true, false]])).pixels == [255, 0])
    }

    @Test("an image of another shape or type is an error that says what an image is")
    func wrongImages() throws {
        func message(_ body: () throws -> Void) -> String {
            #expect(throws: LogError.self, performing: body)?.description ?? ""
        }
        #expect(message { _ = try LoggedImage(Tensor.zeros([8, 8, 3])) }.contains("permute(2, 0, 1)"))
        #expect(message { _ = try LoggedImage(Tensor.zeros([1, 3, 4, 4])) }.contains(".images(_:)"))
        #expect(message { _ = try LoggedImage(Tensor.zeros([3])) }.contains("[C, H, W]"))
        #expect(message { _ = try LoggedImage(Tensor.zeros([0, 4])) }.contains("pixels wide and high"))
        #expect(message { _ = try LoggedImage(Tensor.zeros([4, 4], dtype: .int64)) }.contains("not int64"))
        #expect(message { _ = try LoggedValue.images(Tensor.zeros([3, 4, 4])) }.contains("[N, C, H, W]"))
        #expect(
            message { _ = try LoggedImage(pixels: [0], width: 1, height: 1, channels: 5) }.contains("1 to 4 channels"))
        #expect(message { _ = try LoggedImage(pixels: [0], width: 2, height: 1, channels: 1) }.contains("has 2 bytes"))
        #expect(message { _ = try LoggedImage(png: Data("GIF89a".utf8)) }.contains("no PNG file"))
    }

    @Test("a figure is a PNG file, whose size is in its header")
    func figure() throws {
        let header: [UInt8] = [
            0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 1, 2, 0, 0, 0, 3,
            8,
            6, 0, 0, 0, 0, 0, 0, 0,
        ]
        let image = try LoggedImage(png: Data(header))
        #expect(image.width == 258 && image.height == 3 && image.channels == 4 && image.pixels == nil)
        var broken = header
        broken[16] = 0xFF
        #expect(throws: LogError.self) { try LoggedImage(png: Data(broken)) }
    }

    @Test("a histogram counts as NumPy does, and says what is infinite or not a number")
    func histogram() throws {
        // numpy.histogram([1, 2, 2, 3, 5], 4) == ([1, 2, 1, 1], [1, 2, 3, 4, 5])
        let histogram = try Histogram(Tensor([1.0, 2, 2, 3, 5, Double.infinity, Double.nan]), bins: 4)
        #expect(histogram.counts == [1, 2, 1, 1] && histogram.edges == [1, 2, 3, 4, 5])
        #expect(histogram.range == 1...5 && histogram.sum == 13 && histogram.sumOfSquares == 43)
        #expect(histogram.nonFiniteCount == 2)
        // numpy.histogram([7, 7], 2) == ([0, 2], [6.5, 7, 7.5])
        let same = try Histogram(Tensor([7, 7]), bins: 2)
        #expect(same.counts == [0, 2] && same.edges == [6.5, 7, 7.5] && same.range == 7...7)
        #expect(try Histogram(Tensor([Double.nan])).count == 0)
        #expect(throws: LogError.self) { try Histogram(Tensor.zeros([0])) }
        #expect(throws: LogError.self) { try Histogram(Tensor.zeros([2]), bins: 0) }
        #expect(throws: LogError.self) { try Histogram(Tensor.zeros([2], dtype: .complex64)) }
    }

    @Test("a precision-recall curve counts what is at or above each threshold")
    func precisionRecall() throws {
        let curve = try PrecisionRecallCurve(
            labels: Tensor([false, true, true, false]), predictions: Tensor([0.0, 0.5, 1, 0.75]), thresholds: 3)
        #expect(curve.thresholds == [0, 0.5, 1])
        #expect(curve.truePositives == [2, 2, 1] && curve.falsePositives == [2, 1, 0])
        #expect(curve.trueNegatives == [0, 1, 2] && curve.falseNegatives == [0, 0, 1])
        #expect(curve.precision == [0.5, 2.0 / 3, 1] && curve.recall == [1, 1, 0.5])
        #expect(throws: LogError.self) { try PrecisionRecallCurve(labels: Tensor([1]), predictions: Tensor([1.5])) }
        #expect(throws: LogError.self) {
            try PrecisionRecallCurve(labels: Tensor([1]), predictions: Tensor([0.5, 0.5]))
        }
        #expect(throws: LogError.self) {
            try PrecisionRecallCurve(labels: Tensor([1]), predictions: Tensor([Double.nan]))
        }
    }

    @Test("points, labels and pictures of an embedding must be as many")
    func embedding() throws {
        let embedding = try LoggedEmbedding(
            Tensor([[1, 2], [3, 4]]), labels: ["a", "b"], images: Tensor.zeros([2, 1, 4, 4]))
        #expect(embedding.count == 2 && embedding.dimensions == 2 && embedding.values == [1, 2, 3, 4])
        #expect(embedding.images.count == 2)
        #expect(throws: LogError.self) { try LoggedEmbedding(Tensor([[1, 2]]), labels: ["a", "b"]) }
        #expect(throws: LogError.self) { try LoggedEmbedding(Tensor([1, 2])) }
        #expect(throws: LogError.self) { try LoggedEmbedding(Tensor([[1, 2]]), images: Tensor.zeros([2, 1, 4, 4])) }
    }

    @Test("a confusion matrix is square, and has a name for each class")
    func confusion() throws {
        #expect(try LoggedConfusion(Tensor([[1, 2], [3, 4]])).classes == ["0", "1"])
        #expect(throws: LogError.self) { try LoggedConfusion(Tensor([[1, 2]])) }
        #expect(throws: LogError.self) { try LoggedConfusion(Tensor([[1, 2], [3, 4]]), classes: ["a"]) }
    }

    @Test("a setting reads as a person would write it")
    func hyperparameters() {
        let values: [HyperparameterValue] = [64, 1e-3, "adam", true, .number(.nan)]
        #expect(values.map(\.description) == ["64", "0.001", "adam", "true", "nan"])
        #expect(HyperparameterValue.number(64).description == "64")
    }

    @Test("a whole number keeps all its digits, in checkpoints and in JSON")
    func integers() throws {
        for number in [0, -1, (1 << 53) + 1, Int.max, Int.min] {
            let value = HyperparameterValue(number)
            #expect(value == .integer(number) && value.description == "\(number)")
            #expect(HyperparameterValue(value.stateValue) == value)
            #expect(value.json == .int(number))
        }
        // Seeds have one bit more.
        #expect(HyperparameterValue(UInt64.max) == .text("18446744073709551615"))
        #expect(HyperparameterValue(UInt64(Int.max)) == .integer(Int.max))
    }
}
