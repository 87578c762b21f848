/// Environment variables, and the errors of those that are missing or wrong.
struct Variables {
    private let values: [String: String]

    init(_ values: [String: String]) {
        // An empty variable is how a shell script spells none.
        self.values = values.filter { !$0.value.isEmpty }
    }

    func has(_ name: String) -> Bool { values[name] != nil }

    func hasAny(beginningWith prefix: String) -> Bool { values.keys.contains { $0.hasPrefix(prefix) } }

    func optionalText(_ name: String) -> String? { values[name] }

    /// - Parameter meaning: what the variable should be, as in "the number of processes".
    func text(_ name: String, _ meaning: String) throws -> String {
        guard let value = values[name] else {
            throw error("\(name) is missing. It should be \(meaning)")
        }
        return value
    }

    /// - Parameter range: which numbers are possible.
    func number(_ name: String, _ meaning: String, in range: ClosedRange<Int> = 0...Int(Int32.max)) throws -> Int {
        let text = try text(name, meaning)
        guard let number = Int(text), range.contains(number) else {
            throw error(
                "\(name) is '\(text)'. It should be \(meaning), from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }

    func optionalNumber(_ name: String, _ meaning: String, in range: ClosedRange<Int>) throws -> Int? {
        has(name) ? try number(name, meaning, in: range) : nil
    }

    /// A number of processes.
    func size(_ name: String, _ meaning: String) throws -> Int {
        try number(name, meaning, in: 1...Int(Int32.max))
    }

    func port(_ name: String) throws -> Int {
        try number(name, "the port of the store of rank 0", in: 1...65535)
    }

    /// - Throws: an error if a rank is not one of as many.
    func requireRank(_ name: String, _ rank: Int, below sizeName: String, _ size: Int) throws {
        guard rank < size else {
            throw error("\(name) is \(rank), but \(sizeName) is \(size). It should be from 0 to \(size - 1)")
        }
    }

    func error(_ message: String) -> DistributedError {
        DistributedError(.invalidArgument, "launch", message)
    }
}
