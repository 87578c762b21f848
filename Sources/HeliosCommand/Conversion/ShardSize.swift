import ArgumentParser

/// The most bytes of tensors in one of several files, as a user writes it: `2GB`, `500 MB`, `1.5GiB`, `1000`.
struct ShardSize: ExpressibleByArgument, Equatable {
    let byteCount: Int

    /// The default of Hugging Face's libraries.
    static let usual = 5_000_000_000

    /// `nil` if the text is not a size, or if the size is less than a byte or more than memory could have.
    init?(argument: String) {
        guard let match = argument.wholeMatch(of: /(\d+(?:\.\d+)?) *([A-Za-z]*)/),
            let number = Double(match.1), let unit = ShardSize.units[match.2.lowercased()],
            let byteCount = Int(exactly: (number * unit).rounded(.down)), byteCount > 0
        else { return nil }
        self.byteCount = byteCount
    }

    /// Units are powers of 1000, as everywhere here, or of 1024 if the unit says so.
    private static let units: [String: Double] = [
        "": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12,
        "kib": 1024, "mib": 1_048_576, "gib": 1_073_741_824, "tib": 1_099_511_627_776,
    ]
}
