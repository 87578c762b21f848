import Torch

// What Python takes for equal among the keys of a dictionary or the elements of a set, and Swift does not: a file with both
// would lose one when PyTorch loads it.

extension StateDict {
    /// The attributes that a file keeps: those of an ordered dictionary.
    var writtenAttributes: StateDict {
        kind == .ordered ? attributes : StateDict()
    }

    /// - Throws: where two keys are one in Python, as 1, 1.0 and true are.
    func requireDistinctKeys() throws {
        var numbers: Set<Double> = []
        for key in keys {
            let number: Double? =
                switch key {
                case .int(let number): Double(exactly: number)
                case .double(let number): number
                case .bool(let value): value ? 1 : 0
                default: nil
                }
            guard let number else { continue }
            guard numbers.insert(number).inserted else {
                throw FormatError("cannot be written: Python takes '\(key)' and another key of a dictionary for one")
            }
        }
    }
}

extension StateValue {
    /// - Throws: where Python could not hold it in a set.
    func requireHashable() throws {
        switch self {
        case .list, .set, .dictionary:
            throw FormatError("cannot be written: a set cannot hold a \(typeName) in Python")
        case .tuple(let elements): for element in elements { try element.requireHashable() }
        default: break
        }
    }
}
