import Foundation
import Helios

/// A file of state, whatever its format.
struct StateFile {
    enum Format: String {
        case pth
        case safetensors
        /// Several safetensors files, of which the index is opened.
        case sharded = "sharded-safetensors"

        /// The name of the format for a reader.
        var title: String {
            switch self {
            case .pth: "PyTorch file"
            case .safetensors: "safetensors file"
            case .sharded: "safetensors in several files"
            }
        }
    }

    let path: String
    let format: Format
    /// What the file holds. Its tensors have a type and a shape; `elements(of:)` returns their elements.
    let value: StateValue
    /// The size of the file; for an index, together with the files that it names.
    let byteCount: Int
    /// The files that an index names; empty for any other file.
    let shards: [Shard]
    /// The text besides the tensors of a safetensors file.
    let metadata: [(key: String, text: String)]
    /// A sentence about what the file holds besides the value.
    let note: String?
    /// Whether the value has the levels that it had before conversion; a safetensors file by itself has one level.
    let isTree: Bool
    private let reader: any StateReader

    /// One of several files of tensors.
    struct Shard {
        /// The name, without the folder.
        let name: String
        let byteCount: Int
        let tensorCount: Int
    }

    /// Opens a file and reads everything except the tensors' elements. The format follows from the first bytes, not
    /// from the name, unless an index has that name.
    init(_ path: String) throws {
        self.path = path
        format = try Format(contentsOf: path)
        let size = try StateFile.size(path)
        switch format {
        case .pth:
            let file = try OpenTorchFile(path: path)
            (value, metadata, note, isTree, reader) = (file.value, [], nil, true, file)
            (byteCount, shards) = (size, [])
        case .safetensors:
            let file = try NamedTensors(OpenSafetensorsFile(path: path))
            (value, metadata, note, isTree, reader) = (file.value, file.metadata, file.note, file.isTree, file)
            (byteCount, shards) = (size, [])
        case .sharded:
            let index = try OpenShardedSafetensorsFile(path: path)
            let file = try NamedTensors(index)
            (value, metadata, note, isTree, reader) = (file.value, file.metadata, file.note, file.isTree, file)
            shards = try StateFile.shards(of: index)
            byteCount = shards.reduce(size) { $0 + $1.byteCount }
        }
    }

    private static func shards(of index: OpenShardedSafetensorsFile) throws -> [Shard] {
        var counts: [String: Int] = [:]
        for name in index.names { counts[index.fileName(of: name) ?? "", default: 0] += 1 }
        return try index.fileNames.map { name in
            let byteCount = try size(path(of: name, beside: index.path))
            return Shard(name: name, byteCount: byteCount, tensorCount: counts[name] ?? 0)
        }
    }

    /// Returns the name of the file that has a tensor of `value`, if there are several.
    func shard(of tensor: Tensor) -> String? {
        reader.shard(of: tensor)
    }

    /// Returns the elements of a tensor of `value`, or of a view of one.
    func elements(of tensor: Tensor) throws -> TensorElements {
        // The memory of a sparse tensor cannot be read in parts.
        guard TensorMemory(of: tensor) != nil else { return TensorElements(try reader.read(tensor)) }
        guard tensor.isContiguous else {
            return TensorElements(strided: tensor) { try reader.read($0, elements: 0..<$0.count) }
        }
        return TensorElements(contiguous: tensor) { try reader.read(tensor, elements: $0) }
    }

    /// Returns `value` with all elements. Tensors that share memory in the file share it here.
    func load() throws -> StateValue {
        try Progress.during("reading \(path) (\(Quantity.bytes(byteCount)))") { try reader.read(value) }
    }

    /// Reads the whole file, and compares it with the checksums that it has.
    func verify() throws {
        try reader.verify()
    }

    /// Returns the path of a file in the folder of another.
    static func path(of name: String, beside path: String) -> String {
        let folder = SystemPath.folder(of: path)
        return folder.isEmpty ? name : "\(folder)/\(name)"
    }

    static func size(_ path: String) throws(TorchFileError) -> Int {
        guard let status = SystemPath.status(path) else {
            throw TorchFileError(path: path, reason: "cannot be read: \(lastError())", kind: .access)
        }
        return Int(status.st_size)
    }
}

/// Reads the elements of tensors that a file describes.
protocol StateReader {
    func read(_ tensor: Tensor) throws(TorchFileError) -> Tensor
    func read(_ part: StateValue) throws(TorchFileError) -> StateValue
    /// Returns some elements of a contiguous tensor, counted in the order of the indices, as a tensor of one dimension.
    func read(_ tensor: Tensor, elements: Range<Int>) throws(TorchFileError) -> Tensor
    func verify() throws(TorchFileError)
    /// Returns the name of the file that has a tensor, if there are several.
    func shard(of tensor: Tensor) -> String?
}

extension OpenTorchFile: StateReader {
    func shard(of tensor: Tensor) -> String? { nil }
}

extension StateFile.Format {
    /// The end of an index's name.
    static let indexSuffix = ".safetensors.index.json"

    /// Detects the format of a file: a safetensors file begins with the length of its header and a brace, and an index
    /// with only a brace.
    ///
    /// - Throws: `TorchFileError` if it cannot be read.
    init(contentsOf path: String) throws(TorchFileError) {
        let start: [UInt8]
        do {
            start = try RegularFile.start(of: path, count: 9)
        } catch {
            throw TorchFileError(path: path, reason: "cannot be read: \(error.reason)", kind: .access)
        }
        // Text has no zero bytes, and the length of a header always has some.
        let isText = start.first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "{") && !start.contains(0)
        if isText || path.hasSuffix(StateFile.Format.indexSuffix) {
            self = .sharded
        } else {
            self = start.count == 9 && start.last == UInt8(ascii: "{") ? .safetensors : .pth
        }
    }

    /// The format that a file's name asks for; `nil` if it asks for none.
    init?(named path: String) {
        if path.hasSuffix(StateFile.Format.indexSuffix) {
            self = .sharded
            return
        }
        switch (path as NSString).pathExtension.lowercased() {
        case "pth", "pt", "ckpt", "bin": self = .pth
        case "safetensors": self = .safetensors
        default: return nil
        }
    }
}
