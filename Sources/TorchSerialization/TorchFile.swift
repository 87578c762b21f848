import Foundation
import Torch

/// PyTorch's own files, as `torch.save` writes them and `torch.load` reads them.
///
/// ```swift
/// try TorchFile.save(network.stateDict(), to: file)           // torch.load(file, weights_only=True) opens it
/// let state = try TorchFile.load(file)
/// ```
/// A file is a zip archive: a description of the value as a Python pickle, and the tensors' bytes beside it. The pickle
/// is read as data. Nothing that a file says is run, and what is not data is an error.
public enum TorchFile {
    /// Writes a value that `torch.load(path, weights_only=True)` opens, also with `mmap=True`.
    ///
    /// The file is there whole or not at all: it is written beside the old one, forced to the disk, and then takes its
    /// name. A failure leaves what was there before.
    ///
    /// Tensors that share memory share it in the file too. As in PyTorch, a tensor that is a view is written with all of
    /// the memory it looks into: to save a small part of a large tensor alone, save a copy (`clone`). Tensors on other
    /// devices are copied to the CPU; gradients, and whether a tensor wants one, are not written.
    ///
    /// - Throws: where the value holds what a file cannot (a quantised tensor, an integer of more than 255 bytes, a list in
    ///   a set, keys that are one in Python, more than 100 levels of nesting), or the file cannot be written.
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

    /// Writes a dictionary; the file is that of a `StateValue.dictionary`.
    public static func save(_ state: StateDict, to url: URL) throws(TorchFileError) {
        try save(.dictionary(state), to: url)
    }

    /// Deletes what saves into a folder left there when their process was killed. None may be at work there.
    package static func removeLeftovers(in folder: URL) {
        guard let path = try? folder.filePath() else { return }
        TemporaryFile.deleteLeftovers(in: path)
    }

    /// Reads what `torch.save` wrote of plain data, in the zip archives of today and in the files from before PyTorch 1.6.
    ///
    /// That is: tensors and parameters, dense or sparse; numbers of any size, strings, bytes, booleans, none, types, devices
    /// and shapes; lists, tuples, sets and dictionaries of them. A dictionary keeps its kind and its attributes (the
    /// `_metadata` of a module's state). What has no value of its own here comes as the nearest: a frozen set as a set, a
    /// `bytearray` as bytes, a `defaultdict` as a dictionary, a path as a string, an array or a number of NumPy as a tensor or
    /// a number; the training state and the keys in checkpoints of Python Helios as dictionaries and strings.
    ///
    /// Tensors come on the CPU, wherever they were saved, and want no gradients. Those that shared memory share it again.
    /// Every record is checked against its checksum, so that a bit that flipped on the disk is an error; PyTorch itself does
    /// not look. Numbers whose bytes are in another order than this machine's are turned.
    ///
    /// - Throws: for a file that is not there, is damaged, or holds anything else (an object of a class, a function, a
    ///   quantised tensor), which the error names. Nothing of the file is run to find out.
    public static func load(_ url: URL) throws(TorchFileError) -> StateValue {
        let path = try url.filePath()
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

    /// Reads a dictionary: the state of a module or an optimiser, a checkpoint.
    ///
    /// - Throws: as `load`, and where the file holds something else.
    public static func loadDictionary(_ url: URL) throws(TorchFileError) -> StateDict {
        let value = try load(url)
        guard case .dictionary(let state) = value else {
            throw TorchFileError(path: try url.filePath(), reason: "it holds a \(value.typeName), not a dictionary")
        }
        return state
    }
}

/// The records of a file that is to be written.
struct FileContents {
    private let pickle: [UInt8]
    private let storages: [TensorStorage]

    /// - Throws: where the value holds what a file cannot.
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
    func filePath() throws(TorchFileError) -> String {
        guard isFileURL else { throw TorchFileError(path: absoluteString, reason: "it is not the URL of a file") }
        let path = path(percentEncoded: false)
        // Foundation cannot decode bytes that are not UTF-8 (`file:///a%FF`), and gives nothing then.
        guard !path.isEmpty else { throw TorchFileError(path: absoluteString, reason: "its path is not UTF-8") }
        guard !path.utf8.contains(0) else {
            throw TorchFileError(path: path.shortened, reason: "a path cannot contain a zero byte")
        }
        return SystemPath.text(of: path.utf8)
    }
}
