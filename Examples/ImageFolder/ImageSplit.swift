import Foundation
import Helios
import HeliosVision

/// The images of a folder of classes, in two parts: those to train with and those to validate with.
struct ImageSplit {
    /// Files with the numbers of their classes.
    struct Part {
        var files: [String] = []
        var labels: [Int] = []
    }

    let classes: [String]
    let train: Part
    let validation: Part

    /// Reads the folders `train` and `val` if both are there, and else sets a part of each class aside.
    ///
    /// - Parameters:
    ///   - validationFraction: how much of each class validates; `nil` is 0.2, or the folder `val`.
    ///   - seed: what decides which images validate.
    /// - Throws: `DataError` if there are no classes, no images, or not the same classes in both folders.
    init(_ folder: URL, validationFraction: Double?, seed: UInt64) throws {
        let parts = ["train", "val"].map { folder.appending(path: $0) }
        if parts.allSatisfy(\.isFolder) {
            guard validationFraction == nil else {
                throw DataError(
                    "a validation fraction was given, and \(folder.path) has the folder val, whose images validate: "
                        + "leave one out")
            }
            let (train, validation) = (try ImageFolder(parts[0]), try ImageFolder(parts[1]))
            guard train.classes == validation.classes else {
                let different = Set(train.classes).symmetricDifference(validation.classes).sorted()
                throw DataError(
                    "the folders train and val in \(folder.path) must have the same classes; in one of them only: "
                        + different.joined(separator: ", "))
            }
            classes = train.classes
            self.train = Part(files: train.list.files, labels: train.list.labels)
            self.validation = Part(files: validation.list.files, labels: validation.list.labels)
        } else {
            let all = try ImageFolder(folder)
            classes = all.classes
            (train, validation) = try Self.divide(all, fraction: validationFraction ?? 0.2, seed: seed)
        }
        guard !train.files.isEmpty, !validation.files.isEmpty else {
            throw DataError(
                "\(folder.path) has too few images to set some aside for validation: give more, or a greater "
                    + "validation fraction")
        }
    }

    /// Takes the same fraction of each class, but not all of it.
    private static func divide(_ all: ImageFolder, fraction: Double, seed: UInt64) throws -> (Part, Part) {
        let (files, labels) = (all.list.files, all.list.labels)
        let order = try Tensor.randperm(files.count, generator: Generator(seed: seed)).array(Int.self)
        let sizes = Dictionary(grouping: labels, by: \.self).mapValues { images in
            min(Int((fraction * Double(images.count)).rounded()), images.count - 1)
        }
        var taken: [Int: Int] = [:]
        var validates: Set<Int> = []
        for index in order where taken[labels[index], default: 0] < sizes[labels[index], default: 0] {
            taken[labels[index], default: 0] += 1
            validates.insert(index)
        }
        var (train, validation) = (Part(), Part())
        for index in files.indices {
            if validates.contains(index) {
                validation.files.append(files[index])
                validation.labels.append(labels[index])
            } else {
                train.files.append(files[index])
                train.labels.append(labels[index])
            }
        }
        return (train, validation)
    }
}

extension URL {
    fileprivate var isFolder: Bool { (try? resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == true }
}
