import Foundation
import Helios
import Torch

/// Image files with the numbers of their classes, as a data set.
///
/// Files are opened when they are needed. If the first transform cuts out a region, only that is decoded.
public struct ImageList: Dataset {
    /// The paths of the files.
    public let files: [String]
    /// The number of each file's class.
    public let labels: [Int]
    /// What is done to each image.
    public let transforms: [any Transform]
    /// How the files are read.
    public let options: DecodingOptions

    public var count: Int { files.count }

    /// Image files with the numbers of their classes.
    ///
    /// - Parameters:
    ///   - files: the paths of the files.
    ///   - labels: as many numbers, from 0.
    ///   - transforms: what is done to each image, in this order.
    ///   - options: how the files are read: usually as RGB in `uint8`.
    /// - Throws: `DataError` if there are not as many labels as files, or one is negative.
    public init(
        files: [String], labels: [Int], transforms: [any Transform] = [], options: DecodingOptions = .rgb
    ) throws {
        guard files.count == labels.count else {
            throw DataError("each image file needs a label: there are \(files.count) files and \(labels.count) labels")
        }
        if let index = labels.firstIndex(where: { $0 < 0 }) {
            throw DataError("the label of \(VisibleText.of(files[index])) is \(labels[index]): classes count from 0")
        }
        self.files = files
        self.labels = labels
        self.transforms = transforms
        self.options = options
    }

    /// The image with this number, transformed, and its label.
    ///
    /// - Throws: `ImageError`, with the file's path, if it cannot be read or a transform fails.
    public func sample(at index: Int, random: inout SampleRandom) throws -> LabeledImage {
        let file = try ImageFile(path: files[index], options)
        return LabeledImage(image: try file.sample(transforms, random: &random).image, label: labels[index])
    }
}
