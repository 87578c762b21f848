import Foundation
import Helios

/// Writes a file's contents in another format, and says what that changed.
struct Conversion {
    let source: StateFile
    let target: String
    let targetFormat: StateFile.Format
    /// Sentences about how the new file differs from the old one.
    private(set) var notes: [String] = []
    /// The names of the files that were written with an index.
    private(set) var shards: [String] = []

    /// - Parameters:
    ///   - materializes: whether to write out tensors that share memory, or are expanded, however large the file
    ///     becomes.
    ///   - shardSize: the most bytes of tensors in one of several files.
    init(
        from sourcePath: String, to target: String, replaces: Bool, materializes: Bool = false,
        shardSize: Int = ShardSize.usual
    ) throws {
        guard let format = StateFile.Format(named: target) else {
            throw CommandError(
                "\(target): its name must end in .pth, .safetensors or \(StateFile.Format.indexSuffix), to say what it is "
                    + "to be")
        }
        self.target = target
        targetFormat = format
        try Conversion.requireFree(target, replaces: replaces)
        let folder = SystemPath.folder(of: target)
        let abandoned = TemporaryFile.deleteAbandoned(in: folder)
        notes += abandoned.map { "\($0): deleted, since a process that was killed had left it half written" }
        source = try StateFile(sourcePath)
        if format != .pth, !materializes { try Conversion.requireProportion(source) }
        if let note = source.note { notes.append("\(sourcePath): \(note)") }
        let lost = source.metadata.filter { $0 != ("format", "pt") }
        if format == .pth, !lost.isEmpty {
            let keys = lost.map { VisibleText.of($0.key) }.joined(separator: ", ")
            notes.append("\(sourcePath): its metadata have no place in a .pth file and are left out: \(keys)")
        }
        let value = try source.load()
        // Reading may have taken a long time, in which the file may have been created.
        try Conversion.requireFree(target, replaces: replaces)
        switch format {
        case .pth: try Progress.during("writing \(target)") { try TorchFile.save(value, toPath: target) }
        case .safetensors, .sharded: try writeSafetensors(value, shardSize: shardSize)
        }
    }

    private static func requireFree(_ path: String, replaces: Bool) throws {
        guard !replaces else { return }
        let paths = StateFile.Format(named: path) == .sharded ? [path] + shards(beside: path) : [path]
        guard let taken = paths.first(where: { SystemPath.linkStatus($0) != nil }) else { return }
        throw CommandError("\(taken): it is there already; --force replaces it")
    }

    /// Returns the existing files with names that the files of an index would get.
    private static func shards(beside index: String) -> [String] {
        let folder = SystemPath.folder(of: index)
        let stem = SystemPath.name(of: index).dropLast(StateFile.Format.indexSuffix.count)
        let names = (try? SystemPath.names(in: folder)) ?? []
        return names.filter { name in
            name.hasPrefix(stem + "-")
                && name.dropFirst(stem.count + 1).wholeMatch(of: /\d{5,}-of-\d{5,}\.safetensors/) != nil
        }.map { StateFile.path(of: $0, beside: index) }
    }

    /// A safetensors file has every element of every tensor. A small file whose tensors are expanded, or share memory
    /// many times, must not become a large one without being asked for.
    private static func requireProportion(_ source: StateFile) throws {
        let tree = StateTree(source.value)
        let (written, held) = (tree.writtenByteCount, tree.totals(of: tree.root).byteCount)
        guard written - held > max(held, freeExcess) else { return }
        throw CommandError(
            "\(source.path): its tensors take \(Quantity.bytes(held)), and would take \(Quantity.bytes(written)) in a "
                + "safetensors file, which has no room for tensors that are expanded or share memory: --materialize writes "
                + "all of it")
    }

    /// The number of bytes by which the file may always grow.
    private static let freeExcess = 100_000_000

    private mutating func writeSafetensors(_ value: StateValue, shardSize: Int) throws {
        let flat: FlatState
        do {
            flat = try FlatState(value)
        } catch let error as CommandError {
            throw CommandError("\(source.path): it cannot become a safetensors file: \(error)")
        }
        let kept = Dictionary(source.metadata.map { ($0.key, $0.text) }, uniquingKeysWith: { first, _ in first })
        // Libraries of PyTorch look for this before they load a file.
        var metadata = ["format": "pt"].merging(kept) { $1 }
        // One of several files could not be read by itself with a description of all.
        let description = [StateDescription.metadataKey: flat.description.json.line]
        var state = StateDict()
        for (name, tensor) in flat.tensors { state[name] = .tensor(tensor) }
        metadata[StateDescription.metadataKey] = nil
        try Progress.during("writing \(target)") { [metadata, state] in
            if targetFormat == .sharded {
                try ShardedSafetensorsFile.save(
                    state, metadata: metadata, indexMetadata: description, toPath: target, greatestFileSize: shardSize)
            } else {
                try SafetensorsFile.save(state, metadata: metadata.merging(description) { $1 }, toPath: target)
            }
        }
        if targetFormat == .sharded { shards = try OpenShardedSafetensorsFile(path: target).fileNames }
        noteSharing(StateTree(value))
    }

    private mutating func noteSharing(_ tree: StateTree) {
        guard !tree.sharedStorages.isEmpty else { return }
        let isOne = tree.sharedStorages.count == 1
        notes.append(
            "\(target): the \(isOne ? "storage" : "\(tree.sharedStorages.count) storages") that several tensors share "
                + "\(isOne ? "is" : "are") written for each of them, since safetensors files share nothing "
                + "(\(Quantity.bytes(tree.writtenByteCount)) of tensors, \(Quantity.bytes(tree.totals(of: tree.root).byteCount)) before)"
        )
    }

    var json: JSONValue {
        [
            "source": .path(source.path), "sourceFormat": .string(source.format.rawValue),
            "target": .path(target), "targetFormat": .string(targetFormat.rawValue),
            "shards": .array(shards.map { .path($0) }),
            "notes": .array(notes.map { .path($0) }),
        ]
    }
}
