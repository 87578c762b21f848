/// The merges of a byte-pair model: for two tokens that follow one another, the token that they become and how early
/// they do.
struct PairTable: Sendable {
    /// What a pair of tokens becomes.
    struct Merge: Sendable {
        /// The merges with the lowest ranks are made first.
        let rank: Int32
        /// The token that the pair becomes.
        let token: Int32
    }

    private var keys: [UInt64]
    private var merges: [Merge]
    private let shift: UInt64

    /// A key that no pair has, since tokens are not negative.
    private static let none = UInt64.max

    /// - Parameter pairs: if a pair comes twice, the later one counts.
    init(_ pairs: [(left: Int32, right: Int32, merge: Merge)]) {
        var bits: UInt64 = 4
        while pairs.count * 2 > 1 << bits { bits += 1 }
        shift = 64 - bits
        keys = [UInt64](repeating: PairTable.none, count: 1 << bits)
        merges = [Merge](repeating: Merge(rank: 0, token: 0), count: 1 << bits)
        for (left, right, merge) in pairs {
            let slot = slot(of: PairTable.key(left, right))
            keys[slot] = PairTable.key(left, right)
            merges[slot] = merge
        }
    }

    /// What two tokens become; `nil` if they stay two.
    @inline(__always)
    func merge(_ left: Int32, _ right: Int32) -> Merge? {
        let key = PairTable.key(left, right)
        let slot = slot(of: key)
        return keys[slot] == key ? merges[slot] : nil
    }

    /// Where a key is, or would be.
    @inline(__always)
    private func slot(of key: UInt64) -> Int {
        // The multiplier is 2^64 divided by the golden ratio (D. Knuth, The Art of Computer Programming, 6.4).
        var slot = Int((key &* 0x9E37_79B9_7F4A_7C15) >> shift)
        while keys[slot] != key, keys[slot] != PairTable.none { slot = (slot + 1) & (keys.count - 1) }
        return slot
    }

    @inline(__always)
    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }
}
