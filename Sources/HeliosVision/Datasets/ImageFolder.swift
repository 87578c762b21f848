import Foundation
import Helios
import Torch
import TorchSerialization

/// How images are distinguished from other files in a folder.
public enum ImageFileSelection: Sendable, Hashable {
    /// By the extension of the name.
    case byExtension
    /// By the first bytes of the file, not by its name. Every file is opened once.
    case byContent
}

/// A folder of classes, each a folder of images, as a data set: torchvision's `ImageFolder`.
///
/// ```
/// animals/cat/0001.jpg
/// animals/cat/more/0002.png
/// animals/dog/0001.jpg
/// ```
/// Classes are numbered in the order of their names' bytes, as torchvision does, and images are in the same order as
/// there. Links are followed. Names that begin with a dot are left out.
public struct ImageFolder: Dataset {
    /// The files with their labels, how they are read, and the transforms.
    public let list: ImageList
    /// The paths of the files below the classes that were left out, since they are no images.
    public let ignoredFiles: [String]

    /// The names of the classes, by their numbers.
    public var classes: [String] { list.classes }

    public var count: Int { list.count }

    /// The classes and images in a folder.
    ///
    /// - Parameters:
    ///   - url: the folder.
    ///   - transforms: what is done to each image, in this order.
    ///   - options: how the files are read: usually as RGB in `uint8`.
    ///   - selection: which files are images.
    ///   - allowsEmptyClasses: whether a class may be without images.
    /// - Throws: `DataError` if the folder cannot be read, has no classes, or a class has no images.
    public init(
        _ url: URL, transforms: [any Transform] = [], options: DecodingOptions = .rgb,
        selection: ImageFileSelection = .byExtension, allowsEmptyClasses: Bool = false
    ) throws {
        let root = url.path
        let shown = VisibleText.of(root)
        let classes = try FolderFiles.names(in: root).filter { SystemPath.isFolder("\(root)/\($0)") }
        guard !classes.isEmpty else {
            throw DataError(
                "the folder \(shown) has no classes: it needs a folder for each class, with the images of that class")
        }
        var (files, labels, ignored, empty): ([String], [Int], [String], [String]) = ([], [], [], [])
        for (label, name) in classes.enumerated() {
            var images = 0
            for file in try FolderFiles.below("\(root)/\(name)") {
                guard ImageFolder.isImage(file, selection) else {
                    ignored.append(file)
                    continue
                }
                files.append(file)
                labels.append(label)
                images += 1
            }
            if images == 0 { empty.append(name) }
        }
        guard allowsEmptyClasses || empty.isEmpty else {
            let what =
                selection == .byExtension ? "files that end in .jpg, .jpeg, .png or .webp" : "JPEG, PNG or WebP files"
            throw DataError(
                "in \(shown) there are no \(what) of the class\(empty.count == 1 ? "" : "es") "
                    + "\(empty.map(VisibleText.of).joined(separator: ", ")): remove the folder, or allow empty classes")
        }
        list = try ImageList(
            files: files, labels: labels, classes: classes, transforms: transforms, options: options)
        ignoredFiles = ignored
    }

    /// The image with this number, transformed, and its label.
    ///
    /// - Throws: `ImageError`, with the file's path, if it cannot be read or a transform fails.
    public func sample(at index: Int, random: inout SampleRandom) throws -> LabeledImage {
        try list.sample(at: index, random: &random)
    }

    /// The path of the file, for messages about a sample.
    public func name(ofSample index: Int) -> String? {
        list.name(ofSample: index)
    }

    private static func isImage(_ path: String, _ selection: ImageFileSelection) -> Bool {
        switch selection {
        case .byExtension: ImageFormat(fileName: path) != nil
        case .byContent:
            (try? RegularFile.start(of: path, count: ImageFormat.signatureSize))
                .flatMap { ImageFormat(bytes: $0) } != nil
        }
    }
}
