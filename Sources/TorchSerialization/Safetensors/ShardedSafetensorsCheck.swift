import Foundation

/// The result of reading an index and all of its files: which of them are broken, and why.
///
/// ```swift
/// for file in ShardedSafetensorsCheck(index).files { print(file.path, file.fault ?? "whole") }
/// ```
/// `OpenShardedSafetensorsFile` stops at the first fault; this continues, and attributes each fault to its file.
public struct ShardedSafetensorsCheck: Sendable {
    /// A file that was read.
    public struct File: Sendable {
        public let path: String
        /// The name of the file, without its folder.
        public var name: String { SystemPath.name(of: path) }
        /// What is wrong with it; `nil` if nothing is.
        public var fault: String? { error?.reason }
        /// What is wrong with it, and what kind of fault it is; `nil` if nothing is.
        public fileprivate(set) var error: TorchFileError?
        /// The tensors that it has, or in case of the index that it names.
        public fileprivate(set) var tensorCount = 0
        /// The size of the file; 0 if it cannot be read.
        public fileprivate(set) var byteCount = 0
    }

    /// The index, followed by the files that it names, in its order; no files if the index cannot be read.
    public let files: [File]

    /// Whether nothing is wrong, which is exactly when `ShardedSafetensorsFile.load` reads everything.
    public var isWhole: Bool { files.allSatisfy { $0.fault == nil } }

    /// Reads all of the files, without keeping anything. The format has no checksums, so a flipped bit among the
    /// elements goes unnoticed.
    ///
    /// - Throws: if the URL does not name a file.
    public init(_ url: URL) throws(TorchFileError) {
        try self.init(path: url.filePath())
    }

    /// - Parameter path: as `SystemPath` has it.
    package init(path: String) {
        var entry = File(path: path)
        do {
            let source = try FileSource(path)
            entry.byteCount = source.size
            let index = try ShardIndex(source)
            entry.tensorCount = index.files.count
            var names: [String: [String]] = [:]
            for (name, file) in index.files { names[file, default: []].append(name) }
            var shards = index.fileNames.map { Shard($0, expecting: names[$0] ?? [], besideIndex: path) }
            entry.error = Self.fault(of: index, shards).map { TorchFileError(path: path, reason: $0) }
            for number in shards.indices { shards[number].readAll() }
            files = [entry] + shards.map(\.result)
        } catch {
            entry.error = TorchFileError(path: path, error)
            files = [entry]
        }
    }

    /// Returns what the index says wrongly about the files.
    private static func fault(of index: ShardIndex, _ shards: [Shard]) -> String? {
        var size = 0
        for shard in shards {
            guard let file = shard.file else { continue }
            if let name = file.names.first(where: { !shard.expected.contains($0) }) {
                return "it is damaged: it does not say that the file '\(shard.name.shortened)' has the tensor "
                    + "'\(name.shortened)'"
            }
            for name in shard.expected {
                let (sum, overflow) = size.addingReportingOverflow(file.byteCount(of: name) ?? 0)
                guard !overflow else { return "it is damaged: its tensors are too large" }
                size = sum
            }
        }
        // The sizes of the tensors in a broken file are not known.
        guard shards.allSatisfy({ $0.result.error == nil }), let totalSize = index.totalSize,
            totalSize != Double(size)
        else { return nil }
        return "it is damaged: its tensors have \(size) bytes, and it says \(totalSize)"
    }
}

/// One of the files that an index names.
private struct Shard {
    let name: String
    /// The tensors that the index says it has.
    let expected: Set<String>
    /// `nil` if it cannot be opened.
    let file: OpenSafetensorsFile?
    var result: ShardedSafetensorsCheck.File

    init(_ name: String, expecting names: [String], besideIndex index: String) {
        self.name = name
        expected = Set(names)
        let path = ShardIndex.path(of: name, besideIndex: index)
        result = ShardedSafetensorsCheck.File(path: path)
        do {
            let file = try OpenSafetensorsFile(path: path)
            self.file = file
            result.tensorCount = file.names.count
            result.byteCount = file.fileByteCount
            if let missing = names.first(where: { file.byteCount(of: $0) == nil }) {
                result.error = TorchFileError(
                    path: path,
                    reason:
                        "it is damaged: it does not have the tensor '\(missing.shortened)', which the index says it has"
                )
            }
        } catch {
            file = nil
            // Missing tensors are a fault of the index, whatever the system says.
            let isMissing = SystemPath.linkStatus(path) == nil && errno == ENOENT
            result.error = isMissing ? TorchFileError(path: path, reason: error.reason) : error
        }
    }

    /// Checks that every byte of it can be read.
    mutating func readAll() {
        guard let file, result.error == nil else { return }
        do {
            try file.verify()
        } catch {
            result.error = error
        }
    }
}
