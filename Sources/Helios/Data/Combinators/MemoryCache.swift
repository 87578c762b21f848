import Synchronization

extension Dataset {
    /// Caches samples in memory.
    ///
    /// Cache what is the same in each epoch, and augment afterward. A cached sample gets the random numbers of the
    /// first epoch of seed 0, because it would otherwise depend on when it was created.
    ///
    /// - Parameter byteLimit: the approximate amount of memory for the samples; samples that do not fit are created
    ///   each time. `nil` sets no limit.
    public func cachedInMemory(upTo byteLimit: Int? = nil) -> MemoryCachedDataset<Self> {
        MemoryCachedDataset(self, byteLimit)
    }
}

/// A data set that caches its samples in memory: `Dataset.cachedInMemory`.
public struct MemoryCachedDataset<Source: Dataset>: Dataset {
    private final class Cache: Sendable {
        let contents = Mutex<(samples: [Int: Source.Sample], byteCount: Int)>(([:], 0))
    }

    private let source: Source
    private let byteLimit: Int?
    private let cache = Cache()

    init(_ source: Source, _ byteLimit: Int?) {
        self.source = source
        self.byteLimit = byteLimit
    }

    public var count: Int { source.count }

    public func sample(at index: Int, random: inout SampleRandom) throws -> Source.Sample {
        if let known = cache.contents.withLock({ $0.samples[index] }) { return known }
        var fixed = SampleRandom(seed: 0, epoch: 0, index: index)
        let sample = try source.sample(at: index, random: &fixed)
        let size = byteLimit == nil ? 0 : MemorySize.byteCount(of: sample)
        cache.contents.withLock { contents in
            guard contents.samples[index] == nil, size <= (byteLimit ?? .max) - contents.byteCount else { return }
            contents.samples[index] = sample
            contents.byteCount += size
        }
        return sample
    }

    public func name(ofSample index: Int) -> String? { source.name(ofSample: index) }
}
