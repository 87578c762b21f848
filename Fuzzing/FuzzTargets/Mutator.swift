/// Damages bytes at random, the same way on every run.
public struct Mutator {
    private var random: FixedRandom

    public init(seed: UInt64) {
        random = FixedRandom(state: seed)
    }

    /// A copy with one to eight changes. Parts of `other` may come into it.
    public mutating func mutated(_ bytes: [UInt8], with other: [UInt8]) -> [UInt8] {
        var copy = bytes
        for _ in 0..<Int.random(in: 1...8, using: &random) { change(&copy, other) }
        return copy
    }

    private mutating func change(_ bytes: inout [UInt8], _ other: [UInt8]) {
        guard !bytes.isEmpty else { return }
        let start = Int.random(in: 0..<bytes.count, using: &random)
        let end = min(bytes.count, start + Int.random(in: 1...16, using: &random))
        switch Int.random(in: 0..<8, using: &random) {
        case 0: bytes[start] = .random(in: .min ... .max, using: &random)
        case 1: bytes[start] ^= 1 << Int.random(in: 0..<8, using: &random)
        case 2: bytes.removeSubrange(start..<end)
        case 3: bytes.insert(contentsOf: bytes[start..<end], at: start)
        case 4:
            bytes.replaceSubrange(
                start..<end, with: repeatElement(Bool.random(using: &random) ? .max : 0, count: end - start))
        case 5: bytes[start] = bytes.randomElement(using: &random) ?? 0
        case 6: bytes.removeLast(bytes.count - end)
        default:
            guard !other.isEmpty else { return }
            let from = Int.random(in: 0..<other.count, using: &random)
            bytes.replaceSubrange(start..<end, with: other[from..<min(other.count, from + end - start)])
        }
    }
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
private struct FixedRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
