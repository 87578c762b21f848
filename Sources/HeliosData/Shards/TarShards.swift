import Foundation
import Helios
import Synchronization
import Torch
import TorchSerialization

/// Samples in tar archives (shards) in the layout of WebDataset: the files of a sample follow one another, and their
/// names are the same up to the first dot.
///
/// ```swift
/// let shards = try TarShards(urls) { sample, random in
///     let image = try ImageFile(bytes: sample.bytes("jpg", "png")).decode()
///     return LabeledImage(image: image, label: try sample.integer("cls"))
/// }
/// let loader = try DataLoader(shards.shuffled(buffer: 5000), …)
/// ```
/// A reader runs through the headers of the shards only; the contents of a sample are read where it is decoded. So a
/// training can stop and resume anywhere, and a shuffle buffer does not hold the contents. Shards that are packed by
/// gzip (`.tar.gz`) are read as well: then contents are unpacked in order, and are kept in the buffer and in
/// checkpoints.
///
/// Folders, links, hidden files and files without a dot in their names are skipped.
public struct TarShards<Sample: Sendable>: StreamDataset {
    /// The paths of the shards.
    public let shards: [URL]
    /// Whether each epoch draws a new order of the shards.
    public let shufflesShards: Bool
    private let decode: @Sendable (TarSample, inout SampleRandom) throws -> Sample
    private let files: ShardFiles

    /// The samples of some shards.
    ///
    /// - Parameters:
    ///   - shards: the archives, in the order of an epoch that draws none. Their number is that of the list, so the
    ///     list must be the same when a training resumes.
    ///   - shufflesShards: draws a new order of the shards for each epoch, from the seed of the loader.
    ///   - decode: makes a sample of the contents of its files. Several threads call it at the same time.
    /// - Throws: `DataError` if there are no shards; `DataFileError` if one does not exist.
    public init(
        _ shards: [URL], shufflesShards: Bool = true,
        decode: @escaping @Sendable (_ sample: TarSample, _ random: inout SampleRandom) throws -> Sample
    ) throws {
        guard !shards.isEmpty else { throw DataError("there are no shards to read: the list is empty") }
        // Better now than in the middle of an epoch.
        for shard in shards where !shard.exists { _ = try DataFile(shard, expecting: ShardFiles.what) }
        self.shards = shards
        self.shufflesShards = shufflesShards
        self.decode = decode
        files = ShardFiles(shards)
    }

    public func elements(
        epoch: Int, seed: UInt64, from position: StateDict?
    ) throws -> any ElementReader<TarReference> {
        let order =
            shufflesShards
            ? try RandomSampler(count: shards.count, seed: seed).order(epoch: epoch).numbers(at: 0..<shards.count)
            : Array(shards.indices)
        return try TarElementReader(files, order: order, from: position)
    }

    public func sample(of element: TarReference, random: inout SampleRandom) throws -> Sample {
        guard shards.indices.contains(element.shard) else {
            throw DataError("a sample is in shard \(element.shard), and there are \(shards.count) shards")
        }
        let path = shards[element.shard].path
        if element.isRestored { try requireUnchanged(element) }
        var fields: [String: [UInt8]] = [:]
        for field in element.fields {
            fields[field.name] = try field.bytes ?? files.file(element.shard).read(at: field.offset, count: field.size)
        }
        return try decode(TarSample(key: element.key, shard: path, fields: fields), &random)
    }

    /// Throws if the shard of a sample that waited in a checkpoint has another file in its place, or other contents.
    private func requireUnchanged(_ element: TarReference) throws {
        let url = shards[element.shard]
        guard url.lastPathComponent == element.shardName else {
            throw DataError(
                "the sample '\(element.key.shortened)' of the checkpoint is in the shard '\(element.shardName.shortened)', and "
                    + "'\(url.lastPathComponent.shortened)' is in its place: resume with the same shards in the same order"
            )
        }
        for field in element.fields where field.bytes == nil {
            let start = field.offset - TarHeader.size
            let file = try files.file(element.shard)
            var isThere = false
            if start >= 0, field.size <= file.size, field.offset <= file.size - field.size {
                let header = try? TarHeader(file.read(at: start, count: TarHeader.size))
                isThere = header.map { field.fits($0, key: element.key) } ?? false
            }
            guard isThere else {
                throw file.fault(
                    "the file '\(field.name.shortened)' of the sample '\(element.key.shortened)', which waited in the "
                        + "checkpoint, is not here: this is not the shard that the checkpoint was made with. Resume with "
                        + "the same shards", at: .byte(max(start, 0)))
            }
        }
    }

    public func name(of element: TarReference) -> String? {
        guard shards.indices.contains(element.shard) else { return element.key }
        return "\(shards[element.shard].path): \(element.key)"
    }
}

/// The shards. Only a few are open at a time.
final class ShardFiles: Sendable {
    static let what = "a shard (a tar archive)"

    let urls: [URL]
    private let open = Mutex<[(shard: Int, file: DataFile)]>([])

    /// Samples in a shuffle buffer are of a few shards; a process may have 256 files open on some systems.
    private static let greatestCount = 64

    init(_ urls: [URL]) {
        self.urls = urls
    }

    /// An open shard.
    func file(_ shard: Int) throws -> DataFile {
        try open.withLock { open in
            if let index = open.lastIndex(where: { $0.shard == shard }) {
                let known = open.remove(at: index)
                open.append(known)
                return known.file
            }
            let file = try DataFile(urls[shard], expecting: ShardFiles.what)
            if open.count == ShardFiles.greatestCount { open.removeFirst() }
            open.append((shard, file))
            return file
        }
    }
}
