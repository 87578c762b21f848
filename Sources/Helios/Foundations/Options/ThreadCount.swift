/// How many threads an operation of a training may use.
public enum ThreadCount: Sendable, Hashable, ExpressibleByIntegerLiteral {
    /// As many as the process has set: where nothing is said, one for each core.
    case unchanged
    /// So many, from 1 to 1024.
    case count(Int)
    /// Measures the first steps with one thread and with all, and keeps the faster: for small networks that is one.
    ///
    /// Sums may be rounded differently with another number of threads: two runs that choose differently have other bits.
    /// A resumed run takes what the checkpoint's run chose. Does nothing where the trainer is deterministic.
    case auto

    /// A number of threads, as in `threads: 1`.
    public init(integerLiteral value: Int) {
        self = .count(value)
    }
}
