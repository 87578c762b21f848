import Torch

/// What keeps a scheduler from working: options that make no sense, an optimiser that does not fit, a rate that is no
/// number.
public struct SchedulerError: Error, CustomStringConvertible {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}

/// Whole numbers up to this are doubles exactly, and sums of two do not overflow.
let largestCount = 1 << 53

/// A number that is finite and not below `least`, or an error that names the option.
func checked(_ name: String, _ value: Double, atLeast least: Double = 0) throws -> Double {
    guard value >= least, value.isFinite else {
        throw SchedulerError("'\(name)' must be a finite number of at least \(least), and is \(value)")
    }
    return value
}

/// A number within a range, or an error that names the option.
func checked(_ name: String, _ value: Double, in range: ClosedRange<Double>) throws -> Double {
    guard range.contains(value) else {
        throw SchedulerError(
            "'\(name)' must be from \(range.lowerBound) to \(range.upperBound), and is \(value)")
    }
    return value
}

/// A finite number above zero, or an error that names the option.
func checkedPositive(_ name: String, _ value: Double) throws -> Double {
    guard value > 0, value.isFinite else {
        throw SchedulerError("'\(name)' must be a finite number above 0, and is \(value)")
    }
    return value
}

/// A whole number that is not below `least` and that arithmetic bears, or an error that names the option.
func checked(_ name: String, _ value: Int, atLeast least: Int) throws -> Int {
    guard value >= least, value <= largestCount else {
        throw SchedulerError("'\(name)' must be from \(least) to 2^53, and is \(value)")
    }
    return value
}

extension StateDict {
    /// A list of real numbers.
    func doubles(_ key: Key) throws -> [Double] {
        try list(key).map { value in
            switch value {
            case .double(let number): number
            case .int(let number): Double(number)
            default: throw SchedulerError("'\(key)' of the state must hold numbers, and holds a \(value.typeName)")
            }
        }
    }

    /// A list of whole numbers.
    func ints(_ key: Key) throws -> [Int] {
        try list(key).map { value in
            guard case .int(let number) = value else {
                throw SchedulerError("'\(key)' of the state must hold whole numbers, and holds a \(value.typeName)")
            }
            return number
        }
    }

    /// A string that names a case.
    func option<Option: RawRepresentable<String>>(_ key: Key, as type: Option.Type) throws -> Option {
        let name = try string(key)
        guard let option = Option(rawValue: name) else {
            throw SchedulerError("'\(key)' of the state is '\(name)', which is no \(type)")
        }
        return option
    }
}

extension StateValue {
    static func numbers(_ values: [Double]) -> StateValue {
        .list(values.map { .double($0) })
    }

    static func numbers(_ values: [Int]) -> StateValue {
        .list(values.map { .int($0) })
    }
}
