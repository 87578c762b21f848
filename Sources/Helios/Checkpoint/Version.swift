/// A version as numbers, for comparison: what is no number counts as 0.
struct Version {
    private let numbers: [Int]

    init(_ text: String) {
        numbers = text.split(separator: ".").map { Int($0) ?? 0 }
    }

    func isNewer(than other: Version) -> Bool {
        let length = max(numbers.count, other.numbers.count)
        func padded(_ numbers: [Int]) -> [Int] { numbers + Array(repeating: 0, count: length - numbers.count) }
        return padded(other.numbers).lexicographicallyPrecedes(padded(numbers))
    }
}
