import Synchronization

/// The tokens of words that came before: most of a text is the same few thousand words.
struct WordCache {
    private var words = ByteTable()
    private var ranges: [Range<Int32>] = []
    private var tokens: [Int32] = []

    /// When there are as many words, no more are added.
    private static let greatestCount = 1 << 16
    /// Longer words do not come again.
    private static let greatestLength = 128

    /// Adds the tokens of a word, which `encode` finds if it is new.
    mutating func append(
        _ word: UnsafeRawBufferPointer, to output: inout [Int32],
        _ encode: (UnsafeRawBufferPointer, inout [Int32]) -> Void
    ) {
        if let index = words.value(word) {
            let range = ranges[Int(index)]
            if range.count == 1 {
                output.append(tokens[Int(range.lowerBound)])
            } else {
                output += tokens[Int(range.lowerBound)..<Int(range.upperBound)]
            }
            return
        }
        let start = output.count
        encode(word, &output)
        guard word.count <= WordCache.greatestLength, words.count < WordCache.greatestCount else { return }
        words.insert(word, Int32(ranges.count))
        ranges.append(Int32(tokens.count)..<Int32(tokens.count + output.count - start))
        tokens += output[start...]
    }
}

/// Caches that are lent to one thread at a time, so that they need no lock for each word.
final class WordCachePool: Sendable {
    private let caches = Mutex<[WordCache]>([])

    /// Runs `body` with a cache that no other thread uses.
    func withCache<Result>(_ body: (inout WordCache) throws -> Result) rethrows -> Result {
        var cache = caches.withLock { $0.popLast() } ?? WordCache()
        defer { caches.withLock { $0.append(cache) } }
        return try body(&cache)
    }
}
