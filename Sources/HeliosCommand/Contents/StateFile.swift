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
    let value: StateValue
    /// The size of the file.
    let byteCount: Int
    /// What of the file is not in the value, in a sentence.
    private(set) var note: String?

    /// Reads a file. Which format it has is told from its first bytes, not from its name.
    init(_ path: String) throws {
        self.path = path
        format = try Format(contentsOf: path)
        byteCount = try StateFile.size(path)
        value = try Progress.during("reading \(path) (\(Quantity.bytes(byteCount)))") { [format] in
            switch format {
            case .pth: try TorchFile.load(URL(filePath: path))
            case .safetensors: throw CommandError("\(path): safetensors files are not read yet")
            }
        }
    }

    static func size(_ path: String) throws -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else { throw CommandError("\(path): \(String(cString: strerror(errno)))") }
        return Int(status.st_size)
    }
}

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
