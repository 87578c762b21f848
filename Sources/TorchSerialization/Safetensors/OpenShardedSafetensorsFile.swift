import Foundation
import Torch

/// Tensors in several safetensors files beside one index, which are read one by one.
///
/// ```swift
/// let file = try OpenShardedSafetensorsFile(folder.appending(path: "model.safetensors.index.json"))
/// let weight = try file.tensor("layers.0.weight")               // its bytes alone are read
/// ```
/// All files stay open as long as this value exists. They can be read from several threads at a time.
public final class OpenShardedSafetensorsFile: Sendable {
    /// The path of the index, as it was given.
    public let path: String
    /// The names of the tensors, in the index's order.
    public let names: [String]
    /// The text that the files hold besides their tensors; if they differ, the text of the first one.
    public let metadata: [String: String]
    /// The text among the index's own metadata.
    public let indexMetadata: [String: String]
    /// The names of the files, which are in the folder of the index, in the order in which it first names them.
    public let fileNames: [String]

    private let files: [String: OpenSafetensorsFile]
    private let fileNameOfTensor: [String: String]

    /// Opens an index and all of its files, and reads their headers.
    ///
    /// - Throws: if the index is damaged, names a file outside of its folder or a tensor that the file does not have,
    ///   omits one that it has, or states another size; and if a file cannot be opened.
    public convenience init(_ url: URL) throws(TorchFileError) {
        try self.init(path: url.filePath())
    }

    /// - Parameter path: as `SystemPath` has it.
    package init(path: String) throws(TorchFileError) {
        self.path = path
        do {
            let index = try ShardIndex(FileSource(path))
            var opened: [String: OpenSafetensorsFile] = [:]
            var files: [String: OpenSafetensorsFile] = [:]
            var metadata: [String: String] = [:]
            for (name, fileName) in index.files {
                let file: OpenSafetensorsFile
                if let known = opened[fileName] {
                    file = known
                } else {
                    file = try OpenSafetensorsFile(path: ShardIndex.path(of: fileName, besideIndex: path))
                    opened[fileName] = file
                    metadata.merge(file.metadata) { first, _ in first }
                }
                guard file.byteCount(of: name) != nil else {
                    throw FormatError(
                        "it is damaged: the file '\(fileName.shortened)' does not have the tensor '\(name.shortened)'")
                }
                files[name] = file
            }
            try OpenShardedSafetensorsFile.require(index, opened, files)
            names = index.files.map(\.name)
            fileNames = index.fileNames
            indexMetadata = index.metadata
            fileNameOfTensor = Dictionary(
                index.files.map { ($0.name, $0.file) }, uniquingKeysWith: { first, _ in first })
            self.files = files
            self.metadata = metadata
        } catch {
            throw TorchFileError(path: path, error)
        }
    }

    /// Throws unless the index is complete and the sizes are right.
    private static func require(
        _ index: ShardIndex, _ opened: [String: OpenSafetensorsFile], _ files: [String: OpenSafetensorsFile]
    ) throws {
        for (fileName, file) in opened {
            guard let name = file.names.first(where: { files[$0] !== file }) else { continue }
            throw FormatError(
                "it is damaged: it does not say that the file '\(fileName.shortened)' has the tensor '\(name.shortened)'"
            )
        }
        var size = 0
        for (name, file) in files {
            let (sum, overflow) = size.addingReportingOverflow(file.byteCount(of: name) ?? 0)
            guard !overflow else { throw FormatError("it is damaged: its tensors are too large") }
            size = sum
        }
        guard index.totalSize.map({ $0 == Double(size) }) ?? true else {
            throw FormatError("it is damaged: its tensors have \(size) bytes, and it says \(index.totalSize ?? 0)")
        }
    }

    /// The tensors without their elements. They lie on the device `meta`, and have a shape and a type.
    public var tensors: StateDict {
        get throws(TorchFileError) { try all { file, name throws(TorchFileError) in try file.description(of: name) } }
    }

    /// Returns the name of the file that has a tensor; `nil` if there is no tensor of this name.
    public func fileName(of name: String) -> String? {
        fileNameOfTensor[name]
    }

    /// Reads one tensor into memory of its own on the CPU, and nothing else of the files.
    ///
    /// - Throws: if there is no tensor of this name.
    public func tensor(_ name: String) throws(TorchFileError) -> Tensor {
        try file(of: name).tensor(name)
    }

    /// Returns one tensor without copying it, under the conditions of `OpenSafetensorsFile.mappedTensor`.
    ///
    /// - Throws: if there is no tensor of this name, or the system cannot map the file.
    public func mappedTensor(_ name: String) throws(TorchFileError) -> Tensor {
        try file(of: name).mappedTensor(name)
    }

    /// Reads all tensors, in the index's order.
    public func load() throws(TorchFileError) -> StateDict {
        try all { file, name throws(TorchFileError) in try file.tensor(name) }
    }

    /// Reads some elements of one tensor, as `OpenSafetensorsFile` does.
    package func tensor(_ name: String, elements: Range<Int>) throws(TorchFileError) -> Tensor {
        try file(of: name).tensor(name, elements: elements)
    }

    /// Reads all of the files once, a little at a time, without keeping them.
    ///
    /// - Throws: if a part of a file cannot be read.
    public func verify() throws(TorchFileError) {
        var seen: Set<String> = []
        for name in names where seen.insert(fileNameOfTensor[name] ?? "").inserted { try file(of: name).verify() }
    }

    private func file(of name: String) throws(TorchFileError) -> OpenSafetensorsFile {
        guard let file = files[name] else {
            throw TorchFileError(path: path, reason: "has no tensor '\(name.shortened)'")
        }
        return file
    }

    private func all(
        _ tensor: (OpenSafetensorsFile, String) throws(TorchFileError) -> Tensor
    ) throws(TorchFileError) -> StateDict {
        var state = StateDict()
        for name in names { state[name] = .tensor(try tensor(file(of: name), name)) }
        return state
    }
}
