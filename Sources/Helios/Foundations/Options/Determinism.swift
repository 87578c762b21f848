/// How reproducible the bits of a training are.
///
/// Write it as a Boolean value, as in `deterministic: true`, or as `.acrossRanks`.
public struct Determinism: Sendable, Hashable, ExpressibleByBooleanLiteral {
    /// Whether operations must give the same bits every time, on a CUDA device too, where this is slower.
    public var usesDeterministicOperations: Bool
    /// The number of parts into which each training batch is divided so that the number of processes does not affect
    /// the bits; `nil` if it may affect them.
    public var shardCount: Int?

    /// Whether operations must give the same bits every time.
    public init(_ isOn: Bool) {
        usesDeterministicOperations = isOn
    }

    /// Whether operations must give the same bits every time, as in `deterministic: true`.
    public init(booleanLiteral value: Bool) {
        self.init(value)
    }

    /// Gives the same bits on 1, 2, and 4 processes.
    public static let acrossRanks = Determinism.acrossRanks(shards: 4)

    /// Gives the same bits on any number of processes that is a power of two and at most `shards`.
    ///
    /// Each training batch is divided into this many shards. The gradients of each shard are computed separately, with
    /// the shard's own random numbers and on one thread (unless `threads` says otherwise), and added in a fixed order.
    /// Batch normalization sees the samples of one shard; its running statistics are the mean over the shards. The
    /// training step must call `minimize` with a single optimizer.
    ///
    /// - Parameter shards: the number of shards, a power of two.
    public static func acrossRanks(shards: Int) -> Determinism {
        var result = Determinism(true)
        result.shardCount = shards
        return result
    }
}
