import Foundation
import Torch

/// PyTorch's own files, as `torch.save` writes them and `torch.load` reads them.
///
/// ```swift
/// try TorchFile.save(network.stateDict(), to: file)           // torch.load(file, weights_only=True) opens it
/// let state = try TorchFile.load(file)
/// ```
/// A file is a zip archive with a description of the value as a Python pickle, and the tensors' bytes. The pickle is
/// read as data: nothing in a file is ever run, and anything that is not data is an error.
public enum TorchFile {
    /// Writes a value so that `torch.load(path, weights_only=True)` opens it, also with `mmap=True`.
    ///
    /// The file is written as a whole or not at all: it is written next to the old one, forced to the disk, and then
    /// takes its name. After a failure the old file is still there.
    ///
    /// Tensors that share memory share it in the file too. As in PyTorch, a view is written with all of the memory
    /// behind it: to save only a small part of a large tensor, save a copy (`clone`). Tensors on other devices are
    /// copied to the CPU. Gradients, and whether a tensor requires one, are not written.
    ///
    /// - Throws: if the value holds what a file cannot (a quantized tensor, an integer of more than 255 bytes, a list
    ///   in a set, keys that are equal in Python, more than 100 levels of nesting), or if the file cannot be written.
    public static func save(_ value: StateValue, to url: URL) throws(TorchFileError) {
        try save(value, toPath: url.filePath())
    }

    /// - Parameter path: as `SystemPath` has it.
    package static func save(_ value: StateValue, toPath path: String) throws(TorchFileError) {
        do {
            let contents = try FileContents(value)
            try AtomicFile.replace(path) { try contents.write(to: $0) }
        } catch {
            throw TorchFileError(path: path, error)
        }
    }

    /// Returns what `save` would write into a file.
    package static func bytes(of value: StateValue) throws(TorchFileError) -> [UInt8] {
        do {
            let sink = MemorySink()
            try FileContents(value).write(to: sink)
            return sink.bytes
        } catch {
            throw TorchFileError(path: "memory", error)
        }
    }

    /// Reads what `bytes(of:)` returned, with all that `load` checks.
    package static func load(bytes: [UInt8]) throws(TorchFileError) -> StateValue {
        do {
            let parts = try TorchFileParts(FileSource(bytes))
            var builder = StateBuilder(graph: parts.graph, source: parts.storages)
            return try builder.value()
        } catch {
            throw TorchFileError(path: "memory", error)
        }
    }

    /// Writes a dictionary, as a `StateValue.dictionary`.
    public static func save(_ state: StateDict, to url: URL) throws(TorchFileError) {
        try save(.dictionary(state), to: url)
    }

    /// Deletes what saves left in a folder when their process was killed. No process may be saving there.
    package static func removeLeftovers(in folder: URL) {
        guard let path = try? folder.filePath() else { return }
        TemporaryFile.deleteLeftovers(in: path)
    }

    /// Reads what `torch.save` wrote of plain data, in the zip archives of today and in the files from before PyTorch
    /// 1.6.
    ///
    /// These are tensors and parameters, dense or sparse; numbers of any size, strings, bytes, booleans, none, types,
    /// devices and shapes; lists, tuples, sets and dictionaries of them. A dictionary keeps its kind and its attributes
    /// (the `_metadata` of a module's state). Values without a counterpart here become the nearest one: a frozen set a
    /// set, a `bytearray` bytes, a `defaultdict` a dictionary, a path a string, an array or a number of NumPy a tensor
    /// or a number, and the training state and the keys in checkpoints of Python Helios dictionaries and strings.
    ///
    /// Tensors are on the CPU, wherever they were saved from, and require no gradients. Tensors that shared memory
    /// share it again. Every record is checked against its checksum, so a bit that flipped on the disk is an error,
    /// which PyTorch itself does not check. Numbers in another byte order than this machine's are converted.
    ///
    /// - Throws: if the file does not exist, is damaged, or holds anything else (an object of a class, a function, a
    ///   quantized tensor), which the error names. Nothing in the file is run to find out.
    public static func load(_ url: URL) throws(TorchFileError) -> StateValue {
        try load(path: url.filePath())
    }

    /// - Parameter path: as `SystemPath` has it.
    package static func load(path: String) throws(TorchFileError) -> StateValue {
        do {
            let file = try FileSource(path)
            file.expectWhole()
            let parts = try TorchFileParts(file)
            var builder = StateBuilder(graph: parts.graph, source: parts.storages)
            return try builder.value()
        } catch {
            throw TorchFileError(path: path, error)
        }
    }

    /// Reads a dictionary: the state of a module or an optimizer, or a checkpoint.
    ///
    /// - Throws: as `load`, and if the file holds something else.
    public static func loadDictionary(_ url: URL) throws(TorchFileError) -> StateDict {
        try loadDictionary(path: url.filePath())
    }

    /// - Parameter path: as `SystemPath` has it.
    package static func loadDictionary(path: String) throws(TorchFileError) -> StateDict {
        let value = try load(path: path)
        guard case .dictionary(let state) = value else {
            throw TorchFileError(path: path, reason: "it holds a \(value.typeName), not a dictionary")
        }
        return state
    }
}

/// The records of a file that is to be written.
struct FileContents {
    private let pickle: [UInt8]
    private let storages: [TensorStorage]

    /// - Throws: if the value holds what a file cannot.
    init(_ value: StateValue) throws {
        var pickler = StatePickler()
        try pickler.write(value)
        storages = pickler.storages
        pickle = pickler.finish()
    }

    /// Writes the records in PyTorch's order: the small ones first, so that a reader finds them without the tensors.
    func write(to file: FileSink) throws {
        let archive = ArchiveWriter(file)
        try archive.add("data.pkl", pickle)
        try archive.add(".format_version", Array("1".utf8))
        try archive.add(".storage_alignment", Array("64".utf8))
        try archive.add("byteorder", Array("little".utf8))
        for (key, storage) in storages.enumerated() {
            try archive.add("data/\(key)", storage)
        }
        try archive.finish()
    }
}

extension URL {
    /// The path of a file, as `SystemPath` has it.
    package func filePath() throws(TorchFileError) -> String {
        guard isFileURL else { throw TorchFileError(path: absoluteString, reason: "it is not the URL of a file") }
        let path = path(percentEncoded: false)
        // Foundation cannot decode bytes that are not UTF-8 (`file:///a%FF`), and returns an empty path.
        guard !path.isEmpty else { throw TorchFileError(path: absoluteString, reason: "its path is not UTF-8") }
        guard !path.utf8.contains(0) else {
            throw TorchFileError(path: path.shortened, reason: "a path cannot contain a zero byte")
        }
        return SystemPath.text(of: path.utf8)
    }
}
