import Foundation
import Synchronization
import Torch
import TorchSerialization

extension Dataset {
    /// Caches samples in files, for data that takes longer to create than to read.
    ///
    /// Each sample is a file in PyTorch's format, which is never written partially. If a file is damaged, has a
    /// different version, belongs to a different sample, or cannot be read for another reason, the sample is created
    /// again. A sample that cannot be written, for example because the disk is full, is created each time.
    ///
    /// Cache what is the same in each epoch, and augment afterward. A cached sample gets the random numbers of the
    /// first epoch of seed 0, because it would otherwise depend on when it was created.
    ///
    /// - Parameters:
    ///   - folder: the folder of the files. It is created if it does not exist, and must belong to this data set alone.
    ///   - version: identifies the data from which samples are created; files with a different version are created
    ///     again. Change it when the data or the code that creates samples changes.
    ///   - byteLimit: the maximum size of all files; samples that do not fit are created each time.
    ///   - encode: converts a sample to plain data.
    ///   - decode: creates a sample from the result of `encode`.
    /// - Throws: `DataError` if the folder does not exist and cannot be created.
    public func cachedOnDisk(
        in folder: URL, version: String, upTo byteLimit: Int,
        encode: @escaping @Sendable (_ sample: Sample) throws -> StateDict,
        decode: @escaping @Sendable (_ state: StateDict) throws -> Sample
    ) throws -> DiskCachedDataset<Self> {
        try DiskCachedDataset(
            self, DiskCache(folder, version: version, byteLimit: byteLimit), encode: encode, decode: decode)
    }
}

extension Dataset where Sample == Tensor {
    /// Caches samples in files; see `cachedOnDisk(in:version:upTo:encode:decode:)`.
    public func cachedOnDisk(in folder: URL, version: String, upTo byteLimit: Int) throws -> DiskCachedDataset<Self> {
        try cachedOnDisk(
            in: folder, version: version, upTo: byteLimit,
            // Writing a view would write the whole storage.
            encode: { ["tensor": .tensor(try $0.detach().clone())] }, decode: { try $0.tensor("tensor") })
    }
}

/// A data set that caches its samples in files: `Dataset.cachedOnDisk`.
public struct DiskCachedDataset<Source: Dataset>: Dataset {
    private let source: Source
    private let cache: DiskCache
    private let encode: @Sendable (Source.Sample) throws -> StateDict
    private let decode: @Sendable (StateDict) throws -> Source.Sample

    init(
        _ source: Source, _ cache: DiskCache, encode: @escaping @Sendable (Source.Sample) throws -> StateDict,
        decode: @escaping @Sendable (StateDict) throws -> Source.Sample
    ) {
        self.source = source
        self.cache = cache
        self.encode = encode
        self.decode = decode
    }

    public var count: Int { source.count }

    public func sample(at index: Int, random: inout SampleRandom) throws -> Source.Sample {
        if let state = cache.read(index), let sample = try? decode(state) { return sample }
        var fixed = SampleRandom(seed: 0, epoch: 0, index: index)
        let sample = try source.sample(at: index, random: &fixed)
        cache.write(try encode(sample), index)
        return sample
    }

    public func name(ofSample index: Int) -> String? { source.name(ofSample: index) }
}

/// Files of samples by their numbers, in folders of a thousand.
final class DiskCache: Sendable {
    private let folder: URL
    private let version: String
    private let byteLimit: Int
    private let byteCount: Mutex<Int>

    init(_ folder: URL, version: String, byteLimit: Int) throws {
        self.folder = folder
        self.version = version
        self.byteLimit = byteLimit
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw DataError("the folder \(folder.path) of a cache cannot be made: \(error.localizedDescription)")
        }
        byteCount = Mutex(DiskCache.byteCount(in: folder))
    }

    private static func byteCount(in folder: URL) -> Int {
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.fileSizeKey])
        var sum = 0
        while let file = files?.nextObject() as? URL { sum += size(of: file) }
        return sum
    }

    private static func size(of file: URL) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
        guard attributes?[.type] as? FileAttributeType == .typeRegular else { return 0 }
        return (attributes?[.size] as? NSNumber)?.intValue ?? 0
    }

    private func file(_ index: Int) -> URL {
        folder.appending(path: "\(index / 1000)/\(index).pth")
    }

    /// What is kept of a sample; `nil` if there is nothing that is whole and of this version.
    func read(_ index: Int) -> StateDict? {
        guard let data = try? Data(contentsOf: file(index)),
            case .dictionary(let entry)? = try? TorchFile.load(bytes: Array(data)),
            entry["version"]?.string == version, entry["index"]?.int == index
        else { return nil }
        return entry["sample"]?.dictionary
    }

    /// Keeps a sample, if there is room for it.
    func write(_ state: StateDict, _ index: Int) {
        let entry: StateDict = [
            "version": .string(version), "index": .int(index), "sample": .dictionary(state),
        ]
        guard let bytes = try? TorchFile.bytes(of: .dictionary(entry)) else { return }
        let file = file(index)
        let old = DiskCache.size(of: file)
        let isThereRoom = byteCount.withLock { count in
            guard bytes.count - old <= byteLimit - count else { return false }
            count += bytes.count - old
            return true
        }
        guard isThereRoom else { return }
        do {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: file, options: .atomic)
        } catch {
            byteCount.withLock { $0 -= bytes.count - old }
        }
    }
}
