import Foundation
import Synchronization
import Torch

/// A file of `torch.save` whose contents can be inspected before its tensors are read, and whose tensors are read one
/// by one.
///
/// ```swift
/// let file = try OpenTorchFile(url)
/// let network = try file.contents.dictionary("model").dictionary("net")
/// print(try network.tensor("fc.weight").shape)                  // nothing of it has been read
/// let weight = try file.read(network.tensor("fc.weight"))       // its bytes alone are read
/// ```
/// The file stays open as long as this value exists; if the file is replaced meanwhile, this is still the old one. It
/// can be read from several threads at a time.
public final class OpenTorchFile: Sendable {
    /// What the file holds. Its tensors lie on the device `meta`: they have a shape, a type and strides, but no
    /// elements. Only sparse tensors are read at once, since their elements are needed to describe them.
    public let value: StateValue
    /// The path of the file, as it was given.
    public let path: String
    /// `nil` for a file from before PyTorch 1.6.
    private let archive: ArchiveReader?
    private let storages: [TensorStorage.Identity: StoredStorage]

    /// The storages that have been compared with their checksums, so that parts of them can be read.
    private let checked = Mutex<Set<TensorStorage.Identity>>([])

    /// Opens a file and reads everything except the tensors' bytes.
    ///
    /// - Throws: if `TorchFile.load` would not read the file. Damaged bytes of a tensor are an error when it is read.
    public convenience init(_ url: URL) throws(TorchFileError) {
        try self.init(path: url.filePath())
    }

    /// - Parameter path: as `SystemPath` has it.
    package convenience init(path: String) throws(TorchFileError) {
        do {
            try self.init(FileSource(path), path: path)
        } catch {
            throw TorchFileError(path: path, error)
        }
    }

    init(_ source: FileSource, path: String) throws(TorchFileError) {
        self.path = path
        do {
            let parts = try TorchFileParts(source)
            archive = parts.archive
            let seen = Mutex<[TensorStorage.Identity: StoredStorage]>([:])
            var builder = StateBuilder(graph: parts.graph, source: parts.storages) { contents in
                let storage = try TensorStorage(describing: contents.byteCount)
                guard let identity = storage.identity else { return storage }
                seen.withLock { $0[identity] = StoredStorage(owner: storage, contents: contents) }
                return storage
            }
            value = try builder.value()
            storages = seen.withLock { $0 }
        } catch {
            throw TorchFileError(path: path, error)
        }
    }

    /// The dictionary that the file holds: the state of a module or an optimizer, or a checkpoint.
    ///
    /// - Throws: if it holds something else.
    public var contents: StateDict {
        get throws(TorchFileError) {
            guard case .dictionary(let state) = value else {
                throw TorchFileError(path: path, reason: "it holds a \(value.typeName), not a dictionary")
            }
            return state
        }
    }

    /// Reads one tensor of `value`: all of its memory, into new memory on the CPU, checked against its checksum.
    ///
    /// - Throws: if the tensor is not one of this file, or its bytes are damaged.
    public func read(_ tensor: Tensor) throws(TorchFileError) -> Tensor {
        guard case .tensor(let tensor) = try read(.tensor(tensor)) else { return tensor }
        return tensor
    }

    /// Reads all tensors of a dictionary of `value`. Those that share memory in the file share it here.
    public func read(_ state: StateDict) throws(TorchFileError) -> StateDict {
        guard case .dictionary(let state) = try read(.dictionary(state)) else { return state }
        return state
    }

    /// Reads all tensors of a part of `value`, or of the whole. Those that share memory in the file share it here.
    public func read(_ part: StateValue) throws(TorchFileError) -> StateValue {
        var filled: [TensorStorage.Identity: TensorStorage] = [:]
        do {
            return try fill(part, &filled)
        } catch {
            throw TorchFileError(path: path, error)
        }
    }

    /// Reads some elements of a contiguous tensor of `value`, counted in the order of the indices, as a tensor of one
    /// dimension. No more memory is used than for them.
    ///
    /// A storage is compared with its checksum before the first part of it is read.
    package func read(_ tensor: Tensor, elements: Range<Int>) throws(TorchFileError) -> Tensor {
        do {
            let (dtype, geometry) = (tensor.dtype, TensorGeometry(of: tensor))
            guard let identity = TensorStorage.identity(of: tensor), let stored = storages[identity],
                let size = dtype.byteCount
            else { throw FormatError.foreignTensor }
            let bytes = (geometry.offset + elements.lowerBound) * size..<(geometry.offset + elements.upperBound) * size
            guard tensor.isContiguous, elements.lowerBound >= 0, elements.upperBound <= tensor.count,
                bytes.upperBound <= stored.contents.byteCount
            else { throw FormatError("does not have the elements that are to be read") }
            let isWhole = bytes == 0..<stored.contents.byteCount
            if !isWhole, !checked.withLock({ $0.contains(identity) }) {
                try stored.contents.check()
                checked.withLock { _ = $0.insert(identity) }
            }
            let storage = try TensorStorage(byteCount: bytes.count) { try stored.contents.read(bytes.lowerBound, $0) }
            var part = TensorGeometry(shape: [elements.count], strides: [1], offset: 0)
            (part.isConjugate, part.isNegative) = (geometry.isConjugate, geometry.isNegative)
            return try storage.tensor(part, dtype: dtype)
        } catch {
            throw TorchFileError(path: path, error)
        }
    }

    /// Compares the records of a file that cannot be opened, such as a TorchScript archive, with their checksums.
    /// Compressed records are skipped, and so is a file that is not an archive.
    package static func requireIntactRecords(path: String) throws(TorchFileError) {
        do {
            let file = try FileSource(path)
            guard try ArchiveReader.isArchive(file) else { return }
            try ArchiveReader(file).requireChecksums(skipsCompressed: true)
        } catch {
            throw TorchFileError(path: path, error)
        }
    }

    /// Reads every record of the file once, without keeping it, and compares it with its checksum. Files from before
    /// PyTorch 1.6 have no checksums.
    ///
    /// - Throws: for the first record that differs.
    public func verify() throws(TorchFileError) {
        do {
            try archive?.requireChecksums()
        } catch {
            throw TorchFileError(path: path, error)
        }
    }

    // MARK: Filling

    private func fill(
        _ value: StateValue, _ filled: inout [TensorStorage.Identity: TensorStorage]
    ) throws -> StateValue {
        switch value {
        case .tensor(let tensor): return .tensor(try fill(tensor, &filled))
        case .list(let values): return .list(try values.map { try fill($0, &filled) })
        case .tuple(let values): return .tuple(try values.map { try fill($0, &filled) })
        case .set(let values): return .set(try values.map { try fill($0, &filled) })
        case .dictionary(var state):
            for (key, value) in state { state[key] = try fill(value, &filled) }
            for (key, value) in state.attributes { state.attributes[key] = try fill(value, &filled) }
            return .dictionary(state)
        default: return value
        }
    }

    private func fill(
        _ tensor: Tensor, _ filled: inout [TensorStorage.Identity: TensorStorage]
    ) throws -> Tensor {
        guard let identity = TensorStorage.identity(of: tensor) else { return tensor }  // a sparse tensor
        guard let stored = storages[identity] else {
            throw FormatError.foreignTensor
        }
        let storage = try filled[identity] ?? stored.contents.storage()
        filled[identity] = storage
        return try storage.tensor(TensorGeometry(of: tensor), dtype: tensor.dtype)
    }
}

/// A storage that is only described, and its contents in the file.
private struct StoredStorage: Sendable {
    /// The storage is kept so that no other storage takes its identity.
    let owner: TensorStorage
    let contents: StorageContents
}

extension FormatError {
    fileprivate static let foreignTensor = FormatError(
        "does not have the tensor that is to be read: it is not one of this file's descriptions")
}
