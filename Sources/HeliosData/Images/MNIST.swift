import Foundation
import Torch

/// Images of 28×28 gray pixels in ten classes: MNIST, and what is published in the same files, such as Fashion-MNIST
/// and KMNIST.
///
/// ```swift
/// let training = try MNIST(folder: url)
/// let test = try MNIST(folder: url, part: .test)
/// ```
/// All images are read into memory: 47 MB for the 60,000 of a training set.
public struct MNIST: BatchDataset {
    /// Which of the two sets.
    public enum Part: String, Sendable {
        case training = "train"
        case test = "t10k"
    }

    /// The pixels of all images, `uint8[N, 1, 28, 28]`.
    public let images: Tensor
    /// The classes of all images, `int64[N]`, from 0 to 9.
    public let labels: Tensor
    public let count: Int

    /// Reads one of the two sets.
    ///
    /// - Parameters:
    ///   - folder: has `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`, or the same with `t10k` for the test;
    ///     as they are published, with `.gz`, or unpacked. The folders `raw`, `MNIST/raw`, `FashionMNIST/raw` and
    ///     `KMNIST/raw`, into which torchvision puts them, are searched as well.
    ///   - part: which set.
    /// - Throws: `DataFileError` if a file is missing or damaged, or the two do not belong together.
    public init(folder: URL, part: Part = .training) throws {
        let files = DataFolder(folder, inner: ["raw", "MNIST/raw", "FashionMNIST/raw", "KMNIST/raw"])
        func names(_ kind: String, _ dimensions: Int) -> [String] {
            ["-", "."].flatMap { dot in
                let name = "\(part.rawValue)-\(kind)\(dot)idx\(dimensions)-ubyte"
                return [name, name + ".gz"]
            }
        }
        let set = part == .training ? "training set" : "test set"
        let imageFile = try files.open(names("images", 3), "the images of the \(set)")
        let labelFile = try files.open(names("labels", 1), "the labels of the \(set)")
        let images = try IDXFile.load(imageFile)
        let labels = try IDXFile.load(labelFile)
        guard images.dtype == .uint8, images.dimensionCount == 3, images.shape[1...] == [28, 28] else {
            throw imageFile.fault("it should hold images uint8[N, 28, 28], and holds \(images.dtype)\(images.shape)")
        }
        guard labels.dtype == .uint8, labels.shape == [images.shape[0]] else {
            throw labelFile.fault(
                "it should hold one label for each of the \(images.shape[0]) images in \(imageFile.path), and holds "
                    + "\(labels.dtype)\(labels.shape)")
        }
        try requireLabels(labels.array(Int.self), below: 10, in: labelFile.path)
        self.images = try images.unsqueeze(dim: 1)
        self.labels = try labels.to(.int64)
        count = images.shape[0]
    }

    public func batch(at indices: [Int], random: BatchRandom) throws -> LabeledBatch {
        let positions = try Tensor(indices)
        return LabeledBatch(
            inputs: try images.indexSelect(dim: 0, index: positions),
            targets: try labels.indexSelect(dim: 0, index: positions))
    }
}
