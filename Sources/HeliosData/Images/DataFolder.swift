import Foundation
import Torch
import TorchSerialization

/// The files of a published data set in a folder, whose names say what they are.
struct DataFolder {
    let url: URL
    /// The folders that are searched, the first one first.
    private let places: [URL]

    /// - Parameter inner: folders in it that archives and other programs make, as in `MNIST/raw`.
    init(_ url: URL, inner: [String]) {
        self.url = url
        places = [url] + inner.map { url.appending(path: $0) }
    }

    /// Opens the first file that is there under one of several names.
    ///
    /// - Parameters:
    ///   - names: the usual name first.
    ///   - what: what the file should be: "the images of MNIST's training set".
    /// - Throws: `DataFileError` that says which file is expected where.
    func open(_ names: [String], _ what: String) throws -> DataFile {
        for place in places {
            for name in names where place.appending(path: name).exists {
                return try DataFile(place.appending(path: name), expecting: what)
            }
        }
        throw DataFileError(
            path: url.path,
            reason: "has no file '\(names.first ?? "")', in which \(what) are expected"
                + (names.count > 1 ? " (or \(names.dropFirst().map { "'\($0)'" }.joined(separator: ", ")))" : "")
                + "; download the data set and name the folder that it is in",
            kind: .access)
    }

    /// The lines of a text that comes with the data, without empty ones; `nil` if there is none of this name.
    func lines(of name: String) throws -> [String]? {
        guard let place = places.first(where: { $0.appending(path: name).exists }) else { return nil }
        let file = try DataFile(place.appending(path: name), expecting: "the names of the classes")
        guard file.size < 1 << 20, let text = String(validating: try file.read(at: 0, count: file.size), as: UTF8.self)
        else { throw file.fault("it is not a list of names") }
        return text.split(whereSeparator: \.isNewline).map(String.init)
    }
}

/// Throws unless all labels are classes.
func requireLabels(_ labels: [Int], below count: Int, in path: String) throws {
    guard let position = labels.firstIndex(where: { !(0..<count).contains($0) }) else { return }
    throw DataFileError(
        path: path,
        reason: "it is damaged: the label of sample \(position) is \(labels[position]), and there are \(count) classes")
}
