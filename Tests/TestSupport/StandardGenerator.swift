import Synchronization
import Torch

private let standardGenerator = Mutex(())

/// Runs `body` while no other test that asks here draws from the standard generator, which is one for all threads.
///
/// - Parameter seed: what the generator is seeded with first; unless given, it goes on where it is.
public func withStandardGenerator<Result>(seed: UInt64? = nil, _ body: () throws -> Result) throws -> Result {
    try standardGenerator.withLock { _ in
        if let seed { try manualSeed(seed) }
        return try body()
    }
}
