import Torch

/// Draws samples by their weights, again for each epoch, so that rare classes can come up as often as others.
///
/// The draws are `torch.multinomial` from a generator seeded with `seed + epoch`, as those of PyTorch's
/// `WeightedRandomSampler` with such a generator.
public struct WeightedSampler: Sampler {
    /// The greatest number of samples that libtorch draws from.
    private static let greatestCount = 1 << 24

    public let count: Int
    private let weights: Tensor
    private let replacement: Bool
    private let seed: UInt64

    /// Draws by weights.
    ///
    /// - Parameters:
    ///   - weights: one for each sample of the data set, not negative; they need not add up to 1.
    ///   - count: how many samples an epoch has; as many as there are weights unless given.
    ///   - replacement: whether a sample may come several times in an epoch.
    ///   - seed: what the draws depend on, together with the epoch.
    /// - Throws: `DataError` for weights that cannot be probabilities, or for more draws than there are samples to
    ///   draw.
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

    /// Draws samples so that each class comes equally often.
    ///
    /// - Parameters:
    ///   - labels: the class of each sample of the data set.
    ///   - count: how many samples an epoch has; as many as there are labels unless given.
    ///   - seed: what the draws depend on, together with the epoch.
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
