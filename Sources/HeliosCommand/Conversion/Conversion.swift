import Foundation
import Helios

/// Writes a file's contents in another format, and tells what that changed.
struct Conversion {
    let source: StateFile
    let target: String
    let targetFormat: StateFile.Format
    /// What the new file has otherwise than the old one, in sentences.
    private(set) var notes: [String] = []
    /// The names of the files that were written beside an index.
    private(set) var shards: [String] = []

    /// - Parameter shardSize: how many bytes of tensors one of several files takes.
    init(
        from sourcePath: String, to target: String, replaces: Bool, shardSize: Int = ShardSize.usual
    ) throws {
        guard let format = StateFile.Format(named: target) else {
            throw CommandError(
                "\(target): its name must end in .pth, .safetensors or \(StateFile.Format.indexSuffix), to say what it is "
                    + "to be")
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
        case .safetensors, .sharded: try writeSafetensors(value, shardSize: shardSize)
        }
    }

    private static func requireFree(_ path: String, replaces: Bool) throws {
        var status = stat()
        guard !replaces else { return }
        let paths = StateFile.Format(named: path) == .sharded ? [path] + shards(beside: path) : [path]
        guard let taken = paths.first(where: { lstat($0, &status) == 0 }) else { return }
        throw CommandError("\(taken): it is there already; --force replaces it")
    }

    /// What is there under the names that the files of an index take.
    private static func shards(beside index: String) -> [String] {
        let folder = (index as NSString).deletingLastPathComponent
        let stem = (index as NSString).lastPathComponent.dropLast(StateFile.Format.indexSuffix.count)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
        return names.sorted().filter { name in
            name.hasPrefix(stem + "-")
                && name.dropFirst(stem.count + 1).wholeMatch(of: /\d{5,}-of-\d{5,}\.safetensors/) != nil
        }.map { StateFile.path(of: $0, beside: index) }
    }

    private mutating func writeSafetensors(_ value: StateValue, shardSize: Int) throws {
        let flat: FlatState
        do {
            flat = try FlatState(value)
        } catch let error as CommandError {
            throw CommandError("\(source.path): it cannot become a safetensors file: \(error)")
        }
        let kept = Dictionary(source.metadata.map { ($0.key, $0.text) }, uniquingKeysWith: { first, _ in first })
        // What libraries of PyTorch look for before they load a file.
        var metadata = ["format": "pt"].merging(kept) { $1 }
        // One of several files could not be read alone with a description of all.
        let description = [StateDescription.metadataKey: flat.description.json.line]
        var state = StateDict()
        for (name, tensor) in flat.tensors { state[name] = .tensor(tensor) }
        metadata[StateDescription.metadataKey] = nil
        let url = URL(filePath: target)
        try Progress.during("writing \(target)") { [metadata, state] in
            if targetFormat == .sharded {
                try ShardedSafetensorsFile.save(
                    state, metadata: metadata, indexMetadata: description, to: url, greatestFileSize: shardSize)
            } else {
                try SafetensorsFile.save(state, metadata: metadata.merging(description) { $1 }, to: url)
            }
        }
        if targetFormat == .sharded { shards = try OpenShardedSafetensorsFile(url).fileNames }
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
            ("shards", .array(shards.map { .string($0) })),
            ("notes", .array(notes.map { .string($0) })),
        ])
    }
}
