import Foundation
import Torch

/// Tensors in several safetensors files with one index, as Hugging Face's libraries read and write them, for state that
/// is too large to be handled easily in one file.
///
/// ```swift
/// let index = folder.appending(path: "model.safetensors.index.json")
/// try ShardedSafetensorsFile.save(network.stateDict(), metadata: ["format": "pt"], to: index)
/// try network.loadStateDict(ShardedSafetensorsFile.load(index))
/// ```
/// `OpenShardedSafetensorsFile` reads one tensor at a time.
public enum ShardedSafetensorsFile {
    /// Writes a dictionary of tensors into files `model-00001-of-00003.safetensors`, and the index last.
    ///
    /// What the index names is always complete: if it replaces another index, the new files get other names
    /// (`model-5b1f6a02-00001-of-00003.safetensors`), and the old ones are deleted once the new index is in place. Only
    /// files that the old index names, or that an interrupted save left, are deleted.
    ///
    /// - Parameters:
    ///   - metadata: text under keys, the same in every file; Python libraries expect `["format": "pt"]`.
    ///   - indexMetadata: text under keys for the index alone.
    ///   - index: a name that ends in `.safetensors.index.json`.
    ///   - greatestFileSize: the most bytes of tensors in a file, by default 5 GB; a larger tensor gets a file of its
    ///     own.
    /// - Throws: as `SafetensorsFile.save` does.
    public static func save(
        _ state: StateDict, metadata: [String: String] = [:], indexMetadata: [String: String] = [:], to index: URL,
        greatestFileSize: Int = 5_000_000_000
    ) throws(TorchFileError) {
        try save(
            state, metadata: metadata, indexMetadata: indexMetadata, toPath: index.filePath(),
            greatestFileSize: greatestFileSize)
    }

    /// - Parameter path: as `SystemPath` has it.
    package static func save(
        _ state: StateDict, metadata: [String: String] = [:], indexMetadata: [String: String] = [:],
        toPath path: String, greatestFileSize: Int = 5_000_000_000
    ) throws(TorchFileError) {
        do {
            let names = try ShardNames(index: path)
            let tensors = try SafetensorsTensor.all(of: state)
            let shards = shards(tensors, greatestSize: greatestFileSize)
            // Everything that cannot be written is found before the first byte is written.
            let contents = try shards.map { try SafetensorsContents($0, metadata: metadata) }
            let old = names.indexedFiles()
            let files = names.free(count: shards.count)

            var fileOfTensor: [String: String] = [:]
            for (shard, file) in zip(shards, files) {
                for tensor in shard { fileOfTensor[tensor.name] = file }
            }
            // The index keeps the order of the keys.
            let map = tensors.map { (name: $0.name, file: fileOfTensor[$0.name] ?? "") }
            let index = try ShardIndex.bytes(
                files: map, totalSize: tensors.reduce(0) { $0 &+ $1.byteCount }, metadata: indexMetadata)
            try write(contents, to: files.map(names.path))
            do {
                try AtomicFile.replace(path) { file in try index.withUnsafeBytes { try file.add($0) } }
            } catch {
                // The index may exist all the same, if only its folder could not be forced to the disk.
                if names.indexedFiles().isDisjoint(with: files) { files.forEach { SystemPath.unlink(names.path($0)) } }
                throw error
            }
            names.removeFiles(of: old, but: Set(files))
        } catch {
            throw TorchFileError(path: path, error)
        }
    }

    /// Returns the name of one of the files that several processes write for one index, each its own. No existing index
    /// names it.
    ///
    /// - Parameters:
    ///   - number: from 1 to `count`.
    ///   - mark: eight hexadecimal digits in lower case that belong to this save alone.
    /// - Throws: unless the name of the index ends in `.safetensors.index.json`.
    package static func fileName(
        number: Int, of count: Int, mark: String, indexPath path: String
    ) throws(TorchFileError) -> String {
        do {
            return try ShardNames(index: path).files(count, mark: mark + "-")[number - 1]
        } catch {
            throw TorchFileError(path: path, error)
        }
    }

    /// Writes the index of files that are already there, in its folder, and deletes those that the old index named.
    package static func saveIndex(
        of files: [(name: String, file: String)], totalSize: Int, metadata: [String: String], toPath path: String
    ) throws(TorchFileError) {
        do {
            let names = try ShardNames(index: path)
            let old = names.indexedFiles()
            let index = try ShardIndex.bytes(files: files, totalSize: totalSize, metadata: metadata)
            try AtomicFile.replace(path) { file in try index.withUnsafeBytes { try file.add($0) } }
            names.removeFiles(of: old, but: Set(files.map(\.file)))
        } catch {
            throw TorchFileError(path: path, error)
        }
    }

    /// Reads all tensors of all files, in the index's order.
    ///
    /// - Throws: if the index is damaged, names a file outside of its folder or a tensor that the file does not have,
    ///   omits one that it has, or states another size; and if a file cannot be read.
    public static func load(_ index: URL) throws(TorchFileError) -> StateDict {
        try OpenShardedSafetensorsFile(index).load()
    }

    /// Returns the names of the files of an index, in the order in which it first names them; none if it cannot be
    /// read.
    public static func fileNames(in index: URL) -> [String] {
        (try? index.filePath()).map { fileNames(inPath: $0) } ?? []
    }

    /// - Parameter path: as `SystemPath` has it.
    package static func fileNames(inPath path: String) -> [String] {
        (try? ShardIndex(FileSource(path)))?.fileNames ?? []
    }

    /// Writes one file after the other. If one fails, none is left.
    private static func write(_ shards: [SafetensorsContents], to paths: [String]) throws {
        for (number, (contents, path)) in zip(shards, paths).enumerated() {
            do {
                try AtomicFile.replace(path) { try contents.write(to: $0) }
            } catch {
                for path in paths.prefix(number) { SystemPath.unlink(path) }
                throw TorchFileError(path: path, error)
            }
        }
    }

    /// Distributes the tensors, filling one file after the other.
    private static func shards(_ tensors: [SafetensorsTensor], greatestSize: Int) -> [[SafetensorsTensor]] {
        var shards: [[SafetensorsTensor]] = [[]]
        var room = greatestSize
        for tensor in tensors {
            if tensor.byteCount > room, shards.last?.isEmpty == false {
                shards.append([])
                room = greatestSize
            }
            shards[shards.count - 1].append(tensor)
            room = max(room, tensor.byteCount) - tensor.byteCount
        }
        return shards
    }
}

/// The names of the files of an index.
private struct ShardNames {
    private let folder: String
    /// The common beginning of the names, as in `model`.
    private let stem: String
    private let index: String

    init(index: String) throws {
        self.index = index
        let name = SystemPath.name(of: index)
        guard name.hasSuffix(ShardIndex.suffix), name.count > ShardIndex.suffix.count else {
            throw FormatError("cannot be written: the name of an index must end in \(ShardIndex.suffix)")
        }
        stem = String(name.dropLast(ShardIndex.suffix.count))
        folder = SystemPath.folder(of: index)
    }

    func path(_ file: String) -> String {
        folder.isEmpty ? file : folder + "/" + file
    }

    /// Returns names that the existing index does not use.
    func free(count: Int) -> [String] {
        let plain = files(count, mark: "")
        // Without an index, files with these names belong to nothing.
        guard exists(index), plain.contains(where: { exists(path($0)) }) else { return plain }
        let mark = String(UInt32.random(in: .min ... .max), radix: 16)
        return files(count, mark: String(repeating: "0", count: 8 - mark.count) + mark + "-")
    }

    func files(_ count: Int, mark: String) -> [String] {
        (1...max(count, 1)).map { "\(stem)-\(mark)\(ShardNames.padded($0))-of-\(ShardNames.padded(count)).safetensors" }
    }

    /// Returns the names in the existing index; none if it cannot be read.
    func indexedFiles() -> Set<String> {
        guard let index = try? ShardIndex(FileSource(index)) else { return [] }
        return Set(index.files.map(\.file))
    }

    /// Deletes the files that an older index named, and marked files of a save that did not finish.
    func removeFiles(of old: Set<String>, but files: Set<String>) {
        let names = (try? SystemPath.names(in: folder)) ?? []
        for name in names where !files.contains(name) {
            guard let marked = isMarked(name), marked || old.contains(name) else { continue }
            SystemPath.unlink(path(name))
        }
    }

    /// Whether a file that this may have written has a mark in its name; `nil` for any other file.
    private func isMarked(_ name: String) -> Bool? {
        guard name.hasPrefix(stem + "-"), name.hasSuffix(".safetensors") else { return nil }
        var parts = name.dropFirst(stem.count + 1).dropLast(".safetensors".count)
            .split(separator: "-", omittingEmptySubsequences: false)
        let isMarked = parts.count == 4
        if isMarked {
            let mark = parts.removeFirst()
            guard mark.utf8.count == 8, mark.allSatisfy({ $0.isHexDigit && !$0.isUppercase }) else { return nil }
        }
        guard parts.count == 3, parts[1] == "of", [parts[0], parts[2]].allSatisfy({ Int($0) != nil && $0.count >= 5 })
        else { return nil }
        return isMarked
    }

    private func exists(_ path: String) -> Bool {
        SystemPath.linkStatus(path) != nil
    }

    private static func padded(_ number: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(5 - text.count, 0)) + text
    }
}
