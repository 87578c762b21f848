import Foundation
import HeliosData
import TestSupport
import Testing

@Suite("CIFAR")
struct CIFARTests {
    /// An image whose planes have one value each.
    private func image(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> [UInt8] {
        [red, green, blue].flatMap { [UInt8](repeating: $0, count: 1024) }
    }

    @Test("the records of all five files are read in order")
    func ten() throws {
        try withTemporaryFolder { folder in
            let inner = folder.appending(path: "cifar-10-batches-bin")
            try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
            for number in UInt8(1)...5 {
                _ = try write(
                    [number] + image(number, 10, 20) + [9] + image(0, 0, number), to: "data_batch_\(number).bin",
                    in: inner)
            }
            _ = try write("airplane\nautomobile\n\n".utf8, to: "batches.meta.txt", in: inner)
            let data = try CIFAR10(folder: folder)
            #expect(data.count == 10 && data.images.shape == [10, 3, 32, 32])
            #expect(try data.labels.array(Int.self) == [1, 9, 2, 9, 3, 9, 4, 9, 5, 9])
            #expect(data.classes == ["airplane", "automobile"])
            let batch = try data.batch(at: [2], random: BatchRandom(seed: 0, epoch: 0))
            #expect(try batch.inputs[0, 0, 0, 0].item(Int.self) == 2)
            #expect(try batch.inputs[0, 2, 31, 31].item(Int.self) == 20)
            #expect(
                dataError { _ = try CIFAR10(folder: folder, part: .test) }?.reason.contains("test_batch.bin") == true)
            _ = try write([10] + image(0, 0, 0), to: "data_batch_3.bin", in: inner)
            let error = dataError { _ = try CIFAR10(folder: folder) }
            #expect(
                error?.path.hasSuffix("data_batch_3.bin") == true && error?.reason.contains("label of sample 0") == true
            )
            _ = try write(image(0, 0, 0), to: "data_batch_3.bin", in: inner)
            #expect(dataError { _ = try CIFAR10(folder: folder) }?.reason.contains("3072") == true)
        }
    }

    @Test("CIFAR-100 has both kinds of labels")
    func hundred() throws {
        try withTemporaryFolder { folder in
            _ = try write([19, 99] + image(1, 2, 3) + [0, 1] + image(4, 5, 6), to: "train.bin", in: folder)
            let data = try CIFAR100(folder: folder)
            #expect(try data.coarseLabels.array(Int.self) == [19, 0])
            #expect(try data.labels.array(Int.self) == [99, 1])
            #expect(try data.images[1, 1, 0, 0].item(Int.self) == 5)
            #expect(data.classes.isEmpty)
        }
    }
}
