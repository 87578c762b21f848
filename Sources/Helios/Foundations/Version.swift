/// A version as numbers, for comparison. What follows the numbers, as in `2.0.1.post1` or `1.0-beta`, does not count.
struct Version {
    private let numbers: [Int]

    /// `nil` for a text that is not a version.
    init?(_ text: String) {
        guard let match = text.wholeMatch(of: /v?(\d+(?:\.\d+)*)(?:[.+-]?[A-Za-z][A-Za-z0-9.+-]*)?/) else { return nil }
        // A number that does not fit is greater than any that does.
        numbers = match.1.split(separator: ".").map { Int($0) ?? .max }
    }

    func isNewer(than other: Version) -> Bool {
        let length = max(numbers.count, other.numbers.count)
        func padded(_ numbers: [Int]) -> [Int] { numbers + Array(repeating: 0, count: length - numbers.count) }
        return padded(other.numbers).lexicographicallyPrecedes(padded(numbers))
    }
}

/// The version of Helios.
///
/// It is not a member of a type `Helios`: a type with the name of its module would hide the module, so that no one
/// could write `Helios.Model` to tell it from a `Model` of another module.
public enum HeliosVersion {
    /// The version of this library, which checkpoints carry.
    public static let current = "0.2.0"
}
