import Helios

// What transforms draw. These do not depend on the standard library's algorithms, which may change.

extension SampleRandom {
    /// A number from `lower` to `upper`, each as likely as any other.
    mutating func uniform(_ lower: Double, _ upper: Double) -> Double {
        lower + (upper - lower) * (Double(next() >> 11) * 0x1p-53)
    }

    /// A number of a range.
    mutating func uniform(in range: ClosedRange<Double>) -> Double {
        uniform(range.lowerBound, range.upperBound)
    }

    /// A whole number from 0 up to, but not including, `count`; 0 if `count` is not positive.
    mutating func below(_ count: Int) -> Int {
        // The upper half of a product: no number is more likely than another by more than count / 2⁶⁴.
        count > 0 ? Int(next().multipliedFullWidth(by: UInt64(count)).high) : 0
    }

    /// Whether something of a probability happens.
    mutating func happens(_ probability: Double) -> Bool {
        uniform(0, 1) < probability
    }

    /// The numbers from 0 to `count - 1` in a random order.
    mutating func permutation(of count: Int) -> [Int] {
        var numbers = Array(0..<max(count, 0))
        for position in numbers.indices.reversed() { numbers.swapAt(position, below(position + 1)) }
        return numbers
    }
}
