import Foundation
import Helios

/// Writes a file's contents in another format, and tells what that changed.
struct Conversion {
    let source: StateFile
    let target: String
    let targetFormat: StateFile.Format
    /// What the new file has otherwise than the old one, in sentences.
    private(set) var notes: [String] = []

    init(from sourcePath: String, to target: String, replaces: Bool) throws {
        guard let format = StateFile.Format(named: target) else {
            throw CommandError("\(target): its name must end in .pth or .safetensors, to say what it is to be")
        }
        self.target = target
        targetFormat = format
        try Conversion.requireFree(target, replaces: replaces)
        source = try StateFile(sourcePath)
        if let note = source.note { notes.append("\(sourcePath): \(note)") }
        // Reading may have taken long.
        try Conversion.requireFree(target, replaces: replaces)
        try Progress.during("writing \(target)") { [source] in
            switch format {
            case .pth: try TorchFile.save(source.value, to: URL(filePath: target))
            case .safetensors: try writeSafetensors(source)
            }
        }
    }

    private static func requireFree(_ path: String, replaces: Bool) throws {
        var status = stat()
        guard !replaces, lstat(path, &status) == 0 else { return }
        throw CommandError("\(path): it is there already; --force replaces it")
    }

    private mutating func writeSafetensors(_ source: StateFile) throws {
        let flat: FlatState
        do {
            flat = try FlatState(source.value)
        } catch let error as CommandError {
            throw CommandError("\(source.path): it cannot become a safetensors file: \(error)")
        }
        try SafetensorsAdapter.write(flat, to: target)
        let tree = StateTree(source.value)
        guard !tree.sharedStorages.isEmpty else { return }
        let more = flat.tensors.reduce(0) { $0 + $1.tensor.count * ($1.tensor.dtype.byteCount ?? 0) }
        notes.append(
            "\(target): \(Quantity.count(tree.sharedStorages.count, "storage")) that several tensors share "
                + "\(tree.sharedStorages.count == 1 ? "is" : "are") written once for each of them, since safetensors "
                + "files share nothing (\(Quantity.bytes(more)) in all)")
    }

    var json: JSONValue {
        .object([
            ("source", .string(source.path)), ("sourceFormat", .string(source.format.rawValue)),
            ("target", .string(target)), ("targetFormat", .string(targetFormat.rawValue)),
            ("notes", .array(notes.map { .string($0) })),
        ])
    }
}
