import Foundation
import Torch

/// CIFAR-10: images of 32×32 colored pixels in ten classes.
///
/// All images are read into memory: 154 MB for the 50,000 of the training set.
public struct CIFAR10: BatchDataset {
    /// Which of the two sets.
    public enum Part: Sendable {
        case training
        case test
    }

    /// The pixels of all images, `uint8[N, 3, 32, 32]`: red, green and blue.
    public let images: Tensor
    /// The classes of all images, `int64[N]`, from 0 to 9.
    public let labels: Tensor
    /// The names of the classes, if `batches.meta.txt` is there; otherwise none.
    public let classes: [String]
    public let count: Int

    /// Reads one of the two sets in its binary version (A. Krizhevsky, Learning Multiple Layers of Features from Tiny
    /// Images, 2009).
    ///
    /// - Parameters:
    ///   - folder: has `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`, or the folder
    ///     `cifar-10-batches-bin` with them.
    ///   - part: which set.
    /// - Throws: `DataFileError` if a file is missing or damaged.
    public init(folder: URL, part: Part = .training) throws {
        let files = DataFolder(folder, inner: ["cifar-10-batches-bin"])
        let names = part == .training ? (1...5).map { "data_batch_\($0).bin" } : ["test_batch.bin"]
        let records = try CIFARRecords(
            names.map { try files.open([$0], "images of CIFAR-10's binary version (not for Python)") }, labelCount: 1)
        images = records.images
        labels = try records.labels(0, below: 10)
        classes = try files.lines(of: "batches.meta.txt") ?? []
        count = records.count
    }

    public func batch(at indices: [Int], random: BatchRandom) throws -> LabeledBatch {
        let positions = try Tensor(indices)
        return LabeledBatch(
            inputs: try images.indexSelect(dim: 0, index: positions),
            targets: try labels.indexSelect(dim: 0, index: positions))
    }
}

/// CIFAR-100: images of 32×32 colored pixels in a hundred classes, which form twenty groups.
public struct CIFAR100: BatchDataset {
    /// The pixels of all images, `uint8[N, 3, 32, 32]`: red, green and blue.
    public let images: Tensor
    /// The classes of all images, `int64[N]`, from 0 to 99.
    public let labels: Tensor
    /// The groups of the classes of all images, `int64[N]`, from 0 to 19.
    public let coarseLabels: Tensor
    /// The names of the classes, if `fine_label_names.txt` is there; otherwise none.
    public let classes: [String]
    /// The names of the groups, if `coarse_label_names.txt` is there; otherwise none.
    public let coarseClasses: [String]
    public let count: Int

    /// Reads one of the two sets in its binary version.
    ///
    /// - Parameters:
    ///   - folder: has `train.bin` and `test.bin`, or the folder `cifar-100-binary` with them.
    ///   - part: which set.
    /// - Throws: `DataFileError` if a file is missing or damaged.
    public init(folder: URL, part: CIFAR10.Part = .training) throws {
        let files = DataFolder(folder, inner: ["cifar-100-binary"])
        let name = part == .training ? "train.bin" : "test.bin"
        let records = try CIFARRecords(
            [files.open([name], "images of CIFAR-100's binary version (not for Python)")], labelCount: 2)
        images = records.images
        coarseLabels = try records.labels(0, below: 20)
        labels = try records.labels(1, below: 100)
        classes = try files.lines(of: "fine_label_names.txt") ?? []
        coarseClasses = try files.lines(of: "coarse_label_names.txt") ?? []
        count = records.count
    }

    /// Images with their classes, not with the groups.
    public func batch(at indices: [Int], random: BatchRandom) throws -> LabeledBatch {
        let positions = try Tensor(indices)
        return LabeledBatch(
            inputs: try images.indexSelect(dim: 0, index: positions),
            targets: try labels.indexSelect(dim: 0, index: positions))
    }
}

/// The records of some files. A record is a few labels and the planes of an image.
private struct CIFARRecords {
    private static let shape = [3, 32, 32]
    private static let imageSize = 3 * 32 * 32

    let images: Tensor
    let count: Int
    private let labels: [[Int]]
    private let counts: [(path: String, count: Int)]

    init(_ files: [DataFile], labelCount: Int) throws {
        let size = labelCount + CIFARRecords.imageSize
        for file in files where file.size == 0 || !file.size.isMultiple(of: size) {
            throw file.fault(
                "it is damaged or incomplete: its \(file.size) bytes are no multiple of the \(size) of an image with "
                    + "its labels")
        }
        let counts = files.map { (path: $0.path, count: $0.size / size) }
        let total = counts.reduce(0) { $0 + $1.count }
        var labels = [[Int]](repeating: [], count: labelCount)
        images = try Tensor.filled(shape: [total] + CIFARRecords.shape, dtype: .uint8) { images in
            var position = 0
            for file in files {
                // In parts, so that the records and the images are never all in memory at once.
                for offset in stride(from: 0, to: file.size, by: 256 * size) {
                    let part = try file.read(at: offset, count: min(256 * size, file.size - offset))
                    part.withUnsafeBytes { part in
                        for start in stride(from: 0, to: part.count, by: size) {
                            for index in 0..<labelCount { labels[index].append(Int(part[start + index])) }
                            let image = part[(start + labelCount)..<(start + size)]
                            UnsafeMutableRawBufferPointer(rebasing: images[position...])
                                .copyMemory(from: UnsafeRawBufferPointer(rebasing: image))
                            position += image.count
                        }
                    }
                }
            }
        }
        count = total
        self.labels = labels
        self.counts = counts
    }

    /// One kind of labels, `int64[N]`.
    ///
    /// - Throws: for one that is not below the number of classes.
    func labels(_ kind: Int, below classCount: Int) throws -> Tensor {
        var start = 0
        for (path, count) in counts {
            try requireLabels(Array(labels[kind][start..<start + count]), below: classCount, in: path)
            start += count
        }
        return try Tensor(labels[kind])
    }
}
