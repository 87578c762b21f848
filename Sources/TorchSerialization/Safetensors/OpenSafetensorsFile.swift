import Foundation
import Torch

/// A safetensors file whose tensors are read one by one.
///
/// ```swift
/// let file = try OpenSafetensorsFile(url)
/// for (name, tensor) in try file.tensors { print(name, tensor.dtype, tensor.shape) }   // nothing of them is read
/// let weight = try file.tensor("fc.weight")
/// ```
/// The file stays open as long as this value exists; if the file is replaced meanwhile, this is still the old one. It
/// can be read from several threads at a time.
public final class OpenSafetensorsFile: Sendable {
    /// The path of the file, as it was given.
    public let path: String
    /// The text that the file holds besides its tensors.
    public let metadata: [String: String]
    /// The names of the tensors, in the order in which they lie in the file.
    public var names: [String] { header.entries.map(\.name) }
    /// Further names of tensors in the file, and the names that they stand for. Python's `safetensors.torch.save_model`
    /// writes a tensor that a model has under several names once, and notes the other names in the metadata.
    ///
    /// `load`, `tensor`, `mappedTensor` and `description` accept them; `names` and `tensors` do not contain them.
    public let aliases: [String: String]

    /// The size of the file, as it was when it was opened.
    var fileByteCount: Int { file.size }

    private let file: FileSource
    private let header: SafetensorsHeader
    private let indices: [String: Int]

    /// Opens a file and reads its header.
    ///
    /// - Throws: if the file does not exist, is damaged, or has a tensor of a type that libtorch does not have.
    public convenience init(_ url: URL) throws(TorchFileError) {
        try self.init(path: url.filePath())
    }

    /// - Parameter path: as `SystemPath` has it.
    package init(path: String) throws(TorchFileError) {
        self.path = path
        do {
            file = try FileSource(path)
            header = try SafetensorsHeader(file)
        } catch {
            throw TorchFileError(path: path, error)
        }
        metadata = header.metadata
        let indices = Dictionary(
            header.entries.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        aliases = Self.aliases(in: header.metadata) { indices[$0] != nil }
        self.indices = indices
    }

    /// Returns the names in the metadata that lead to a tensor, each with the tensor's own name.
    private static func aliases(
        in metadata: [String: String], isTensor: (String) -> Bool
    ) -> [String: String] {
        var aliases: [String: String] = [:]
        // "format" says which library the file is for.
        for (alias, first) in metadata where alias != "format" && !isTensor(alias) {
            var name = first
            // A name may lead to another one, and in a damaged file in a circle.
            for _ in 0..<16 {
                if isTensor(name) {
                    aliases[alias] = name
                    break
                }
                guard let next = metadata[name] else { break }
                name = next
            }
        }
        return aliases
    }

    /// The tensors without their elements. They lie on the device `meta`, and have a shape and a type.
    public var tensors: StateDict {
        get throws(TorchFileError) { try all { try TensorStorage(describing: $0.range.count) } }
    }

    /// Returns one tensor without its elements, on the device `meta`.
    ///
    /// - Throws: if there is no tensor of this name.
    public func description(of name: String) throws(TorchFileError) -> Tensor {
        try make(name) { try TensorStorage(describing: $0.range.count) }
    }

    /// Returns the number of bytes that a tensor takes; `nil` if there is no tensor of this name.
    public func byteCount(of name: String) -> Int? {
        indices[name].map { header.entries[$0].range.count }
    }

    /// Reads one tensor into memory of its own on the CPU, and nothing else of the file.
    ///
    /// - Throws: if there is no tensor of this name.
    public func tensor(_ name: String) throws(TorchFileError) -> Tensor {
        try make(name, storage: read)
    }

    /// Returns one tensor without copying it: its elements lie in the file, and each page is read when it is first
    /// touched.
    ///
    /// Writing into the tensor is safe: it changes the tensor alone, not the file. The file may be deleted, or replaced
    /// as this library does. It must not be written into or made shorter as long as the tensor lives: elements that are
    /// missing when they are first touched end the process, which is why `tensor` reads instead. A tensor that does not
    /// begin at a multiple of its elements' size is read.
    ///
    /// - Throws: if there is no tensor of this name, or the system cannot map the file.
    public func mappedTensor(_ name: String) throws(TorchFileError) -> Tensor {
        try make(name) { [file, header] entry in
            let offset = header.dataOffset + entry.range.lowerBound
            guard !entry.range.isEmpty, offset.isMultiple(of: entry.dtype.byteCount ?? 1) else {
                return try read(entry)
            }
            return try TensorStorage(file.map(at: offset, count: entry.range.count))
        }
    }

    /// Reads all tensors. A tensor that has further names appears under each of them.
    public func load() throws(TorchFileError) -> StateDict {
        file.expectWhole()
        var state = try all(storage: read)
        for (alias, name) in aliases.sorted(by: { $0.key < $1.key }) { state[alias] = state[name] }
        return state
    }

    /// Reads some elements of one tensor, counted in the order of the indices, as a tensor of one dimension. Nothing
    /// else of the file is read, and no more memory is used than for them.
    package func tensor(_ name: String, elements: Range<Int>) throws(TorchFileError) -> Tensor {
        guard let index = indices[name] else {
            throw TorchFileError(path: path, reason: "has no tensor '\(name.shortened)'")
        }
        do {
            let entry = header.entries[index]
            let size = entry.dtype.byteCount ?? 1
            guard elements.lowerBound >= 0, elements.upperBound <= entry.range.count / size else {
                throw FormatError("the tensor '\(name.shortened)' does not have the elements that are to be read")
            }
            let storage = try TensorStorage(byteCount: elements.count * size) {
                try file.read(at: header.dataOffset + entry.range.lowerBound + elements.lowerBound * size, into: $0)
            }
            return try storage.tensor(TensorGeometry(contiguous: [elements.count]), dtype: entry.dtype)
        } catch {
            throw TorchFileError(path: path, error)
        }
    }

    /// Reads the whole file once, a little at a time, without keeping it. The format has no checksums, so a flipped bit
    /// among the elements goes unnoticed.
    ///
    /// - Throws: if a part of the file cannot be read.
    public func verify() throws(TorchFileError) {
        do {
            try file.forEachPart(at: header.dataOffset, count: file.size - header.dataOffset) { _ in }
        } catch {
            throw TorchFileError(path: path, error)
        }
    }

    // MARK: Entries

    private func read(_ entry: SafetensorsHeader.Entry) throws -> TensorStorage {
        try TensorStorage(byteCount: entry.range.count) {
            try file.read(at: header.dataOffset + entry.range.lowerBound, into: $0)
        }
    }

    private func make(
        _ name: String, storage: (SafetensorsHeader.Entry) throws -> TensorStorage
    ) throws(TorchFileError) -> Tensor {
        guard let index = indices[name] ?? aliases[name].flatMap({ indices[$0] }) else {
            throw TorchFileError(path: path, reason: "has no tensor '\(name.shortened)'")
        }
        do {
            return try make(header.entries[index], storage)
        } catch {
            throw TorchFileError(path: path, error)
        }
    }

    private func all(
        storage: (SafetensorsHeader.Entry) throws -> TensorStorage
    ) throws(TorchFileError) -> StateDict {
        do {
            var state = StateDict()
            for entry in header.entries { state[entry.name] = .tensor(try make(entry, storage)) }
            return state
        } catch {
            throw TorchFileError(path: path, error)
        }
    }

    private func make(
        _ entry: SafetensorsHeader.Entry, _ storage: (SafetensorsHeader.Entry) throws -> TensorStorage
    ) throws -> Tensor {
        try storage(entry).tensor(TensorGeometry(contiguous: entry.shape), dtype: entry.dtype)
    }
}
