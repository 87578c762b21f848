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
    /// The names of the classes, by their numbers; empty if they have none.
    public let classes: [String]
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
    ///   - classes: the names of the classes, by their numbers, if they have names.
    ///   - transforms: what is done to each image, in this order.
    ///   - options: how the files are read: usually as RGB in `uint8`.
    /// - Throws: `DataError` if there are not as many labels as files, or one is no class.
    public init(
        files: [String], labels: [Int], classes: [String] = [], transforms: [any Transform] = [],
        options: DecodingOptions = .rgb
    ) throws {
        guard files.count == labels.count else {
            throw DataError("each image file needs a label: there are \(files.count) files and \(labels.count) labels")
        }
        if let index = labels.firstIndex(where: { $0 < 0 }) {
            throw DataError("the label of \(VisibleText.of(files[index])) is \(labels[index]): classes count from 0")
        }
        if !classes.isEmpty, let index = labels.firstIndex(where: { $0 >= classes.count }) {
            throw DataError(
                "the label of \(VisibleText.of(files[index])) is \(labels[index]), and there are \(classes.count) classes"
            )
        }
        self.classes = classes
        self.files = files
        self.labels = labels
        self.transforms = transforms
        self.options = options
    }

    /// Image files with the names of their classes, which are numbered in the order of their bytes.
    ///
    /// - Parameters:
    ///   - files: the paths of the files.
    ///   - classNames: as many names of classes.
    ///   - transforms: what is done to each image, in this order.
    ///   - options: how the files are read: usually as RGB in `uint8`.
    /// - Throws: `DataError` if there are not as many names as files.
    public init(
        files: [String], classNames: [String], transforms: [any Transform] = [], options: DecodingOptions = .rgb
    ) throws {
        let classes = Set(classNames).sorted(by: FolderFiles.precedes)
        let numbers = Dictionary(uniqueKeysWithValues: Swift.zip(classes, classes.indices))
        try self.init(
            files: files, labels: classNames.compactMap { numbers[$0] }, classes: classes, transforms: transforms,
            options: options)
    }

    /// The image with this number, transformed, and its label.
    ///
    /// - Throws: `ImageError`, with the file's path, if it cannot be read or a transform fails.
    public func sample(at index: Int, random: inout SampleRandom) throws -> LabeledImage {
        let file = try ImageFile(path: files[index], options)
        return LabeledImage(image: try file.sample(transforms, random: &random).image, label: labels[index])
    }

    /// The path of the file, for messages about a sample.
    public func name(ofSample index: Int) -> String? {
        files.indices.contains(index) ? files[index] : nil
    }
}
