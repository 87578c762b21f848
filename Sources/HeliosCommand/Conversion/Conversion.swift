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
        let lost = source.metadata.filter { $0 != ("format", "pt") }
        if format == .pth, !lost.isEmpty {
            let keys = lost.map { VisibleText.of($0.key) }.joined(separator: ", ")
            notes.append("\(sourcePath): its metadata have no place in a .pth file and are left out: \(keys)")
        }
        let value = try source.load()
        // Reading may have taken long.
        try Conversion.requireFree(target, replaces: replaces)
        switch format {
        case .pth: try Progress.during("writing \(target)") { try TorchFile.save(value, to: URL(filePath: target)) }
        case .safetensors: try writeSafetensors(value)
        }
    }

    private static func requireFree(_ path: String, replaces: Bool) throws {
        var status = stat()
        guard !replaces, lstat(path, &status) == 0 else { return }
        throw CommandError("\(path): it is there already; --force replaces it")
    }

    private mutating func writeSafetensors(_ value: StateValue) throws {
        let flat: FlatState
        do {
            flat = try FlatState(value)
        } catch let error as CommandError {
            throw CommandError("\(source.path): it cannot become a safetensors file: \(error)")
        }
        let kept = Dictionary(source.metadata.map { ($0.key, $0.text) }, uniquingKeysWith: { first, _ in first })
        // What libraries of PyTorch look for before they load a file.
        var metadata = ["format": "pt"].merging(kept) { $1 }
        metadata[StateDescription.metadataKey] = flat.description.json.line
        var state = StateDict()
        for (name, tensor) in flat.tensors { state[name] = .tensor(tensor) }
        try Progress.during("writing \(target)") { [metadata, state, target] in
            try SafetensorsFile.save(state, metadata: metadata, to: URL(filePath: target))
        }
        noteSharing(StateTree(value), flat)
    }

    private mutating func noteSharing(_ tree: StateTree, _ flat: FlatState) {
        guard !tree.sharedStorages.isEmpty else { return }
        let isOne = tree.sharedStorages.count == 1
        let size = flat.tensors.reduce(0) { $0 + $1.tensor.count * ($1.tensor.dtype.byteCount ?? 0) }
        notes.append(
            "\(target): the \(isOne ? "storage" : "\(tree.sharedStorages.count) storages") that several tensors share "
                + "\(isOne ? "is" : "are") written for each of them, since safetensors files share nothing "
                + "(\(Quantity.bytes(size)) of tensors, \(Quantity.bytes(tree.totals(of: tree.root).byteCount)) before)"
        )
    }

    var json: JSONValue {
        .object([
            ("source", .string(source.path)), ("sourceFormat", .string(source.format.rawValue)),
            ("target", .string(target)), ("targetFormat", .string(targetFormat.rawValue)),
            ("notes", .array(notes.map { .string($0) })),
        ])
    }
}
