import ArgumentParser

/// How many bytes of tensors one of several files takes, as a user writes it: `2GB`, `500 MB`, `1.5GiB`, `1000`.
struct ShardSize: ExpressibleByArgument, Equatable {
    let byteCount: Int

    /// What Hugging Face's libraries take where nothing is said.
    static let usual = 5_000_000_000

    /// nil for what is no size, or is less than a byte or more than memory could have.
    init?(argument: String) {
        guard let match = argument.wholeMatch(of: /(\d+(?:\.\d+)?) *([A-Za-z]*)/),
            let number = Double(match.1), let unit = ShardSize.units[match.2.lowercased()],
            let byteCount = Int(exactly: (number * unit).rounded(.down)), byteCount > 0
        else { return nil }
        self.byteCount = byteCount
    }

    /// Of 1000, as everywhere here, and of 1024 where the unit says so.
    private static let units: [String: Double] = [
        "": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12,
        "kib": 1024, "mib": 1_048_576, "gib": 1_073_741_824, "tib": 1_099_511_627_776,
    ]
}
