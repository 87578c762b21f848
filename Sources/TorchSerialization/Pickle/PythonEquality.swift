import Torch

// Keys of a dictionary or elements of a set that are equal in Python and differ in Swift: PyTorch would lose one of the
// two when it loads the file.

extension StateDict {
    /// The attributes that a file keeps: those of an ordered dictionary.
    var writtenAttributes: StateDict {
        kind == .ordered ? attributes : StateDict()
    }

    /// - Throws: if two keys are equal in Python, as 1, 1.0 and true are.
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
    /// - Throws: if Python could not hold it in a set.
    func requireHashable() throws {
        switch self {
        case .list, .set, .dictionary:
            throw FormatError("cannot be written: a set cannot hold a \(typeName) in Python")
        case .tuple(let elements): for element in elements { try element.requireHashable() }
        default: break
        }
    }
}
