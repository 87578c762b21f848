/// How far the bits of a training depend on chance.
///
/// Written as a truth value, as in `deterministic: true`, or as `.acrossRanks`.
public struct Determinism: Sendable, Hashable, ExpressibleByBooleanLiteral {
    /// Whether operations must give the same bits every time, on a CUDA device too. Slower there.
    public var usesDeterministicOperations: Bool
    /// Into how many parts each training batch is cut, so that the number of processes does not change a bit; `nil` if
    /// it may.
    public var shardCount: Int?

    /// Whether operations must give the same bits every time.
    public init(_ isOn: Bool) {
        usesDeterministicOperations = isOn
    }

    /// Whether operations must give the same bits every time, as in `deterministic: true`.
    public init(booleanLiteral value: Bool) {
        self.init(value)
    }

    /// The same bits on 1, 2 and 4 processes.
    public static let acrossRanks = Determinism.acrossRanks(shards: 4)

    /// The same bits on any number of processes that is a power of two up to `shards`.
    ///
    /// Each training batch is cut into so many shards. The gradients of each are computed apart, with random numbers of
    /// their own and by one thread (unless `threads` says otherwise), and added up in a fixed order. Batch
    /// normalization sees the samples of one shard; its running statistics are the mean over the shards. The training
    /// step calls `minimize`, with one optimizer.
    ///
    /// - Parameter shards: how many; a power of two.
    public static func acrossRanks(shards: Int) -> Determinism {
        var result = Determinism(true)
        result.shardCount = shards
        return result
    }
}
