import Foundation
import Helios

/// A file of state, whatever its format.
struct StateFile {
    enum Format: String {
        case pth
        case safetensors

        /// What the file is called to a reader.
        var title: String {
            switch self {
            case .pth: "PyTorch file"
            case .safetensors: "safetensors file"
            }
        }
    }

    let path: String
    let format: Format
    /// What the file holds. Its tensors have a type and a shape; `read` gets their elements.
    let value: StateValue
    /// The size of the file.
    let byteCount: Int
    /// The text beside the tensors of a safetensors file.
    let metadata: [(key: String, text: String)]
    /// What of the file is not in the value, in a sentence.
    let note: String?
    private let reader: any StateReader

    /// Opens a file and reads all but the tensors' elements. Which format it has is told from its first bytes, not from its
    /// name.
    init(_ path: String) throws {
        self.path = path
        format = try Format(contentsOf: path)
        byteCount = try StateFile.size(path)
        let url = URL(filePath: path)
        do {
            switch format {
            case .pth:
                let file = try OpenTorchFile(url)
                (value, metadata, note, reader) = (file.value, [], nil, file)
            case .safetensors:
                let file = try NamedTensors(url)
                (value, metadata, note, reader) = (file.value, file.metadata, file.note, file)
            }
        } catch let error as TorchFileError {
            // With the path as the user wrote it.
            throw CommandError("\(path): \(error.reason)")
        }
    }

    /// A tensor of `value` with its elements.
    func read(_ tensor: Tensor) throws -> Tensor {
        try reader.read(tensor)
    }

    /// `value` with all elements. Tensors that share memory in the file share it here.
    func load() throws -> StateValue {
        try Progress.during("reading \(path) (\(Quantity.bytes(byteCount)))") { try reader.read(value) }
    }

    /// Reads the whole file, and compares it with the checksums that it has.
    func verify() throws {
        try reader.verify()
    }

    static func size(_ path: String) throws -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else { throw CommandError("\(path): \(String(cString: strerror(errno)))") }
        return Int(status.st_size)
    }
}

/// Gets the elements of tensors that a file describes.
protocol StateReader {
    func read(_ tensor: Tensor) throws(TorchFileError) -> Tensor
    func read(_ part: StateValue) throws(TorchFileError) -> StateValue
    func verify() throws(TorchFileError)
}

extension OpenTorchFile: StateReader {}

extension StateFile.Format {
    /// The format of a file that is there: safetensors begins with the length of its header and a brace.
    init(contentsOf path: String) throws {
        guard let file = FileHandle(forReadingAtPath: path) else {
            // What the system says of it comes from the reader.
            self = path.hasSuffix(".safetensors") ? .safetensors : .pth
            return
        }
        defer { try? file.close() }
        let start = (try? file.read(upToCount: 9)) ?? Data()
        self = start.count == 9 && start.last == UInt8(ascii: "{") ? .safetensors : .pth
    }

    /// The format that a file's name asks for; nil where it asks for none.
    init?(named path: String) {
        switch URL(filePath: path).pathExtension.lowercased() {
        case "pth", "pt", "ckpt", "bin": self = .pth
        case "safetensors": self = .safetensors
        default: return nil
        }
    }
}
