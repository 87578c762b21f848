import Foundation
import HeliosData
import TestSupport
import Testing

@Suite("MNIST")
struct MNISTTests {
    @Test("packed images and labels are those that were written")
    func packed() throws {
        let expected = try DataFiles.read().mnist
        let data = try MNIST(folder: DataFiles.url("mnist"))
        #expect(data.images.shape == [7, 1, 28, 28] && data.images.dtype == .uint8)
        #expect(data.labels.dtype == .int64)
        #expect(try data.labels.array(Int.self) == expected.labels)
        #expect(try data.images.to(.int64).sum(dims: [1, 2, 3]).array(Int.self) == expected.sums)
        let batch = try data.batch(at: [6, 2], random: BatchRandom(seed: 0, epoch: 0))
        #expect(batch.inputs.shape == [2, 1, 28, 28])
        #expect(try batch.targets.array(Int.self) == [expected.labels[6], expected.labels[2]])
    }

    @Test("a missing file is named, with where it should be")
    func missing() throws {
        let error = dataError { _ = try MNIST(folder: DataFiles.url("mnist"), part: .test) }
        #expect(error?.kind == .access)
        #expect(error?.description.contains("t10k-images-idx3-ubyte") == true)
        #expect(error?.description.contains("mnist") == true)
    }

    @Test("files that do not belong together are errors")
    func contradictions() throws {
        let names = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"]
        let images = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 28, 0, 0, 0, 28] + [UInt8](repeating: 1, count: 784)
        let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 1, 9]
        try withTemporaryFolder { (folder: URL) throws in
            func load(_ images: [UInt8], _ labels: [UInt8]) throws -> MNIST {
                _ = try write(images, to: names[0], in: folder)
                _ = try write(labels, to: names[1], in: folder)
                return try MNIST(folder: folder)
            }
            #expect(try load(images, labels).count == 1)
            #expect(dataError { _ = try load(images, [0, 0, 8, 1, 0, 0, 0, 1, 10]) }?.reason.contains("label") == true)
            #expect(dataError { _ = try load(images, [0, 0, 8, 1, 0, 0, 0, 2, 9, 9]) } != nil)
            #expect(dataError { _ = try load(images + [0], labels) } != nil)
            #expect(dataError { _ = try load(images.dropLast(), labels) } != nil)
            #expect(dataError { _ = try load(labels, labels) } != nil)
            var huge = images
            huge[4] = 0xFF
            #expect(dataError { _ = try load(huge, labels) } != nil)
        }
    }
}
