import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Helios

@Suite struct CombinatorTests {
    struct Recorded: Decodable {
        struct Split: Decodable {
            let count: Int
            let lengths: [Double]
            let parts: [[Int]]
        }
        let seed: UInt64
        let splits: [Split]
    }

    @Test("map applies a function to each sample, whose random numbers go on where the sample's ended")
    func map() throws {
        struct Noise: Dataset {
            let count = 3
            func sample(at index: Int, random: inout SampleRandom) -> UInt64 { random.next() }
        }
        let mapped = Noise().map { sample, random in [sample, random.next()] }
        var (random, expected) = (SampleRandom(seed: 1, epoch: 2, index: 1), SampleRandom(seed: 1, epoch: 2, index: 1))
        #expect(try mapped.sample(at: 1, random: &random) == [expected.next(), expected.next()])
        #expect(NamedNumbers(count: 2).map { sample, _ in sample }.name(ofSample: 1) == "number 1")
    }

    @Test("filter and subset have the samples that were asked for, under their names")
    func subset() throws {
        let even = try NamedNumbers(count: 7).filter { $0 % 2 == 0 }
        #expect(try all(even) == [0, 2, 4, 6] && even.name(ofSample: 2) == "number 4")
        #expect(try all(even.subset([3, 0, 3])) == [6, 0, 6])
        #expect(try all(NamedNumbers(count: 7).subset(2..<4)) == [2, 3])
        #expect(throws: DataError.self) { try NamedNumbers(count: 7).subset([7]) }
        #expect(throws: DataError.self) { try NamedNumbers(count: 7).subset([-1]) }
        struct Trouble: Error {}
        let error = #expect(throws: SampleError.self) {
            try NamedNumbers(count: 7).filter { if $0 == 3 { throw Trouble() } else { true } }
        }
        #expect(error?.number == 3 && error?.underlying is Trouble)
    }

    @Test("a random split is that of PyTorch's random_split")
    func randomSplit() throws {
        let recorded = try fixture("samplers", as: Recorded.self)
        for split in recorded.splits {
            let data = NamedNumbers(count: split.count)
            let isOfFractions = split.lengths.allSatisfy { $0 <= 1 }
            let parts =
                isOfFractions
                ? try data.randomSplit(split.lengths, seed: recorded.seed)
                : try data.randomSplit(counts: split.lengths.map { Int($0) }, seed: recorded.seed)
            #expect(try parts.map { try all($0) } == split.parts)
        }
        #expect(throws: DataError.self) { try NamedNumbers(count: 5).randomSplit([0.5, 0.6]) }
        #expect(throws: DataError.self) { try NamedNumbers(count: 5).randomSplit([1.5, -0.5]) }
        #expect(throws: DataError.self) { try NamedNumbers(count: 5).randomSplit(counts: [2, 2]) }
    }

    @Test("data that makes batches is split and cut in the same way")
    func batchSubset() throws {
        let data = try TensorDataset(inputs: Tensor.arange(6), targets: Tensor.arange(6))
        let loader = try DataLoader(data.subset([5, 1, 3]), LoaderOptions(batchSize: 2))
        #expect(try loader.batches(epoch: 0).next()?.inputs.array(Int.self) == [5, 1])
        #expect(try data.randomSplit([0.5, 0.5]).flatMap(\.numbers).sorted() == Array(0..<6))
        #expect(throws: DataError.self) { try data.subset([6]) }
        #expect(try data.subset(2..<5).numbers == [2, 3, 4])
        // The parts are those of single samples.
        let parts = try data.randomSplit(counts: [1, 5], seed: 3)
        #expect(try parts.map(\.numbers) == NamedNumbers(count: 6).randomSplit(counts: [1, 5], seed: 3).map(\.numbers))
        #expect(throws: DataError.self) { try data.randomSplit(counts: [1, 4]) }
    }

    @Test("a range of samples that the data set does not have is an error, however long it is")
    func longRange() throws {
        let data = try TensorDataset(inputs: Tensor.arange(6), targets: Tensor.arange(6))
        for range in [0..<7, -1..<3, 0..<Int.max, Int.min..<0] {
            #expect(throws: DataError.self) { try data.subset(range) }
            #expect(throws: DataError.self) { try NamedNumbers(count: 6).subset(range) }
        }
        #expect(try data.subset(9..<9).count == 0)
    }

    @Test("concatenated data sets come one after the other, empty ones too")
    func concatenated() throws {
        let data = NamedNumbers(count: 2).concatenated(
            with: NamedNumbers(count: 0), NamedNumbers(count: 3).map { number, _ in -number })
        #expect(try all(data) == [0, 1, 0, -1, -2])
        #expect(data.name(ofSample: 4) == "number 2" && data.sourceNumbers == [0, 0, 2, 2, 2])
    }

    @Test("zipped data sets come in pairs, and must have as many samples")
    func zipped() throws {
        let pairs = try NamedNumbers(count: 3).zip(with: NamedNumbers(count: 3).map { number, _ in "\(number)" })
        #expect(try all(pairs).map { "\($0.0) \($0.1)" } == ["0 0", "1 1", "2 2"])
        #expect(pairs.name(ofSample: 1) == "number 1, number 1")
        #expect(throws: DataError.self) { try NamedNumbers(count: 3).zip(with: NamedNumbers(count: 4)) }
    }

    @Test("interleaved data sets have their shares in every stretch, until the first or the last is over")
    func interleaved() throws {
        let other = NamedNumbers(count: 4).map { number, _ in 100 + number }
        let first = try NamedNumbers(count: 30).interleaved(with: other, weights: [3, 1])
        let samples = try all(first)
        #expect(samples.filter { $0 >= 100 } == [100, 101, 102, 103])
        #expect(samples.filter { $0 < 100 } == Array(0..<samples.count - 4))
        for start in stride(from: 0, through: samples.count - 4, by: 4) {
            #expect(samples[start..<start + 4].count { $0 >= 100 } == 1)
        }
        let last = try all(
            NamedNumbers(count: 3).interleaved(
                with: NamedNumbers(count: 5).map { number, _ in 10 + number }, until: .last))
        #expect(last == [0, 10, 1, 11, 2, 12, 0, 13, 1, 14])
        #expect(throws: DataError.self) { try NamedNumbers(count: 3).interleaved(with: NamedNumbers(count: 0)) }
        #expect(throws: DataError.self) {
            try NamedNumbers(count: 3).interleaved(with: NamedNumbers(count: 3), weights: [1, 0])
        }
        #expect(throws: DataError.self) {
            try NamedNumbers(count: 3).interleaved(with: NamedNumbers(count: 3), weights: [1])
        }
        #expect(throws: DataError.self) {
            try NamedNumbers(count: 3).interleaved(with: NamedNumbers(count: 3), weights: [1, 1e-30], until: .last)
        }
    }

    /// Counts how often each sample was made.
    private final class Counted: Dataset {
        let count: Int
        let made = Mutex<[Int: Int]>([:])

        init(count: Int) { self.count = count }

        func sample(at index: Int, random: inout SampleRandom) throws -> Tensor {
            made.withLock { $0[index, default: 0] += 1 }
            return try Tensor([Double(index), Double(random.next() % 1000)])
        }
    }

    @Test("a cache in memory makes each sample once, the same in each epoch, as far as there is room")
    func memory() throws {
        let source = Counted(count: 6)
        let cached = source.cachedInMemory()
        let first = try values(cached, epoch: 0)
        #expect(try values(cached, epoch: 1) == first)
        #expect(source.made.withLock { $0.values.allSatisfy { $0 == 1 } })

        let other = Counted(count: 6)
        let limited = other.cachedInMemory(upTo: 3 * 16)
        for epoch in 0..<3 { #expect(try values(limited, epoch: epoch) == first) }
        #expect(other.made.withLock { $0.values.sorted() } == [1, 1, 1, 3, 3, 3])
    }

    @Test("a cache on the disk makes each sample once, in all runs, and what is damaged or of another version again")
    func disk() throws {
        try withTemporaryFolder { folder in
            let source = Counted(count: 4)
            func made() -> [Int] { source.made.withLock { made in (0..<4).map { made[$0] ?? 0 } } }
            func cached(_ version: String, upTo limit: Int = 1 << 20) throws -> DiskCachedDataset<Counted> {
                try source.cachedOnDisk(in: folder.appending(path: "cache"), version: version, upTo: limit)
            }
            let first = try values(cached("1"), epoch: 0)
            #expect(try values(cached("1"), epoch: 5) == first && made() == [1, 1, 1, 1])
            // Truncated, of another sample, and gone.
            let files = (0..<4).map { folder.appending(path: "cache/0/\($0).pth") }
            let bytes = try Data(contentsOf: files[0])
            try bytes.prefix(bytes.count / 2).write(to: files[0])
            try Data(contentsOf: files[3]).write(to: files[1])
            try FileManager.default.removeItem(at: files[2])
            #expect(try values(cached("1"), epoch: 0) == first && made() == [2, 2, 2, 1])
            #expect(try values(cached("1"), epoch: 0) == first && made() == [2, 2, 2, 1])
            _ = try values(cached("2"), epoch: 0)
            #expect(made() == [3, 3, 3, 2])
            // All are there, so another version takes their place, however little room there is for more.
            let size = try files.reduce(0) { try $0 + Data(contentsOf: $1).count }
            _ = try values(cached("3", upTo: size), epoch: 0)
            #expect(try values(cached("3", upTo: size), epoch: 0) == first && made() == [4, 4, 4, 3])
        }
        try withTemporaryFolder { folder in
            let source = Counted(count: 4)
            let cached = try source.cachedOnDisk(in: folder, version: "1", upTo: 1)
            for _ in 0..<2 { _ = try values(cached, epoch: 0) }
            #expect(source.made.withLock { $0.values.allSatisfy { $0 == 2 } })
        }
    }

    private func all<Data: Dataset>(_ data: Data) throws -> [Data.Sample] {
        try (0..<data.count).map { index in
            var random = SampleRandom(seed: 0, epoch: 0, index: index)
            return try data.sample(at: index, random: &random)
        }
    }

    private func values<Data: Dataset>(_ data: Data, epoch: Int) throws -> [[Double]] where Data.Sample == Tensor {
        try (0..<data.count).map { index in
            var random = SampleRandom(seed: 0, epoch: epoch, index: index)
            return try data.sample(at: index, random: &random).array(Double.self)
        }
    }
}
