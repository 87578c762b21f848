import Torch

extension Dataset {
    /// Returns some of the samples, in the given order. A sample may appear several times.
    ///
    /// - Throws: `DataError` for an index that does not exist in the data set.
    public func subset(_ numbers: [Int]) throws -> Subset<Self> {
        try SubsetNumbers.check(numbers, count)
        return Subset(source: self, numbers: numbers)
    }

    /// Returns a range of the samples.
    ///
    /// - Throws: `DataError` for numbers that the data set does not have.
    public func subset(_ numbers: Range<Int>) throws -> Subset<Self> {
        try SubsetNumbers.check(numbers, count)
        return Subset(source: self, numbers: Array(numbers))
    }

    /// Returns the samples for which a function returns true. This creates each sample once, immediately, with the
    /// random numbers of the first epoch of seed 0.
    ///
    /// - Throws: `SampleError` for a sample that cannot be created, or for which `isIncluded` throws.
    public func filter(_ isIncluded: (_ sample: Sample) throws -> Bool) throws -> Subset<Self> {
        let numbers = try (0..<count).filter { number in
            do {
                var random = SampleRandom(seed: 0, epoch: 0, index: number)
                return try isIncluded(sample(at: number, random: &random))
            } catch {
                throw SampleError(number: number, name: name(ofSample: number), underlying: error)
            }
        }
        return Subset(source: self, numbers: numbers)
    }

    /// Splits the data set at random, for example into training and validation data. Each sample is in one part.
    ///
    /// The parts are those of PyTorch's `random_split` with a generator that has the same seed.
    ///
    /// - Parameters:
    ///   - fractions: the fraction of each part; they add up to 1. Samples that remain after rounding down go to the
    ///     first parts, one to each.
    ///   - seed: the seed of the split.
    /// - Throws: `DataError` for fractions that do not add up to 1.
    public func randomSplit(
        _ fractions: [Double], seed: UInt64 = TrainerOptions.defaultSeed
    ) throws -> [Subset<Self>] {
        try RandomSplit.numbers(count, fractions: fractions, seed: seed).map { Subset(source: self, numbers: $0) }
    }

    /// Splits the data set at random; see `randomSplit(_:seed:)` for fractions.
    ///
    /// - Parameters:
    ///   - counts: the number of samples in each part; they add up to the number of samples.
    ///   - seed: the seed of the split.
    /// - Throws: `DataError` for counts that do not add up to the number of samples.
    public func randomSplit(
        counts: [Int], seed: UInt64 = TrainerOptions.defaultSeed
    ) throws -> [Subset<Self>] {
        try RandomSplit.numbers(count, counts: counts, seed: seed).map { Subset(source: self, numbers: $0) }
    }
}

/// Some samples of a data set: `Dataset.subset`, `filter`, and `randomSplit`.
public struct Subset<Source: Dataset>: Dataset {
    let source: Source
    /// The indices of the samples in the original data set.
    public let numbers: [Int]

    public var count: Int { numbers.count }

    public func sample(at index: Int, random: inout SampleRandom) throws -> Source.Sample {
        try source.sample(at: numbers[index], random: &random)
    }

    public func name(ofSample index: Int) -> String? { source.name(ofSample: numbers[index]) }
}

/// Which samples a subset may have.
enum SubsetNumbers {
    /// - Throws: `DataError` for a number that the data set does not have.
    static func check(_ numbers: [Int], _ count: Int) throws {
        guard let other = numbers.first(where: { !(0..<count).contains($0) }) else { return }
        throw DataError("a subset has sample \(other), and the data set has \(count) samples")
    }

    /// The same without a look at each number, of which there may be too many.
    static func check(_ numbers: Range<Int>, _ count: Int) throws {
        guard !numbers.isEmpty, numbers.lowerBound < 0 || numbers.upperBound > count else { return }
        throw DataError(
            "a subset has the samples \(numbers.lowerBound) to \(numbers.upperBound - 1), and the data set has \(count)"
        )
    }
}

/// Which samples are in which part of a random split.
enum RandomSplit {
    static func numbers(_ count: Int, fractions: [Double], seed: UInt64) throws -> [[Int]] {
        guard fractions.allSatisfy({ (0...1).contains($0) }), abs(fractions.reduce(0, +) - 1) < 1e-9 else {
            throw DataError("the fractions of a split are from 0 to 1 and add up to 1, and these do not: \(fractions)")
        }
        var counts = fractions.map { Int((Double(count) * $0).rounded(.down)) }
        for part in 0..<max(count - counts.reduce(0, +), 0) { counts[part % counts.count] += 1 }
        return try numbers(count, counts: counts, seed: seed)
    }

    static func numbers(_ count: Int, counts: [Int], seed: UInt64) throws -> [[Int]] {
        guard counts.allSatisfy({ $0 >= 0 }), counts.reduce(0, { $0.addingReportingOverflow($1).partialValue }) == count
        else {
            throw DataError("the parts of a split have \(counts) samples, which are not the \(count) of the data set")
        }
        let order = try RandomSampler(count: count, seed: seed).order(epoch: 0)
        var start = 0
        return try counts.map { size in
            defer { start += size }
            return try order.numbers(at: start..<start + size)
        }
    }
}
