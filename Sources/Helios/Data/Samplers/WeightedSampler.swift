import Torch

/// Draws samples by their weights, again in each epoch, so that rare classes can appear as often as others.
///
/// The draws are `torch.multinomial` from a generator seeded with `seed + epoch`, as in PyTorch's
/// `WeightedRandomSampler` with such a generator.
public struct WeightedSampler: Sampler {
    /// The greatest number of samples that libtorch draws from.
    private static let greatestCount = 1 << 24

    public let count: Int
    private let weights: Tensor
    private let replacement: Bool
    private let seed: UInt64

    /// Creates a sampler that draws by weights.
    ///
    /// - Parameters:
    ///   - weights: one nonnegative number for each sample of the data set; they don't have to add up to 1.
    ///   - count: the number of samples in an epoch; by default, the number of weights.
    ///   - replacement: whether a sample may appear several times in an epoch.
    ///   - seed: the seed of the draws, together with the epoch.
    /// - Throws: `DataError` for weights that cannot be probabilities, or for more draws than there are samples.
    public init(
        weights: [Double], count: Int? = nil, replacement: Bool = true, seed: UInt64 = TrainerOptions.defaultSeed
    ) throws {
        if let place = weights.firstIndex(where: { !$0.isFinite || $0 < 0 }) {
            throw DataError(
                "the weight of sample \(place) is \(weights[place]), and must be a number that is not negative")
        }
        let positive = weights.count { $0 > 0 }
        guard positive > 0 else { throw DataError("all weights of a sampler are 0: at least one must be positive") }
        guard weights.count < WeightedSampler.greatestCount else {
            throw DataError(
                "a weighted sampler draws from fewer than \(WeightedSampler.greatestCount) samples, and has "
                    + "\(weights.count) weights")
        }
        let count = count ?? weights.count
        guard count > 0, replacement || count <= positive else {
            throw DataError(
                count > 0
                    ? "\(count) samples cannot be drawn without replacement from \(positive) with a positive weight"
                    : "a weighted sampler draws at least one sample, not \(count)")
        }
        self.weights = try Tensor(weights)
        self.count = count
        self.replacement = replacement
        self.seed = seed
    }

    /// Creates a sampler that draws each class equally often.
    ///
    /// - Parameters:
    ///   - labels: the class of each sample of the data set.
    ///   - count: the number of samples in an epoch; by default, the number of labels.
    ///   - seed: the seed of the draws, together with the epoch.
    public init(balancing labels: [Int], count: Int? = nil, seed: UInt64 = TrainerOptions.defaultSeed) throws {
        let sizes = labels.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        try self.init(weights: labels.map { 1 / Double(sizes[$0] ?? 1) }, count: count, seed: seed)
    }

    public func order(epoch: Int) throws -> SampleOrder {
        let generator = try Generator(seed: seed &+ UInt64(truncatingIfNeeded: epoch))
        return try SampleOrder(
            weights.multinomial(numSamples: count, replacement: replacement, generator: generator))
    }
}
