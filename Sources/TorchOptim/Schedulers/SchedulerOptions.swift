import Torch

/// Whole numbers up to this are exact as doubles, and sums of two do not overflow.
let largestCount = 1 << 53

/// Returns a number that is finite and not below `least`, or throws an error that names the option.
func checked(_ name: String, _ value: Double, atLeast least: Double = 0) throws -> Double {
    guard value >= least, value.isFinite else {
        throw SchedulerError("'\(name)' must be a finite number of at least \(least), and is \(value)")
    }
    return value
}

/// Returns a number within a range, or throws an error that names the option.
func checked(_ name: String, _ value: Double, in range: ClosedRange<Double>) throws -> Double {
    guard range.contains(value) else {
        throw SchedulerError(
            "'\(name)' must be from \(range.lowerBound) to \(range.upperBound), and is \(value)")
    }
    return value
}

/// Returns a finite number above zero, or throws an error that names the option.
func checkedPositive(_ name: String, _ value: Double) throws -> Double {
    guard value > 0, value.isFinite else {
        throw SchedulerError("'\(name)' must be a finite number above 0, and is \(value)")
    }
    return value
}

/// Returns a whole number that is not below `least` and safe in arithmetic, or throws an error that names the option.
func checked(_ name: String, _ value: Int, atLeast least: Int) throws -> Int {
    guard value >= least, value <= largestCount else {
        throw SchedulerError("'\(name)' must be from \(least) to 2^53, and is \(value)")
    }
    return value
}

extension StateDict {
    /// Returns a list of real numbers.
    func doubles(_ key: Key) throws -> [Double] {
        try list(key).map { value in
            switch value {
            case .double(let number): number
            case .int(let number): Double(number)
            default: throw SchedulerError("'\(key)' of the state must hold numbers, and holds a \(value.typeName)")
            }
        }
    }

    /// Returns a list of whole numbers.
    func ints(_ key: Key) throws -> [Int] {
        try list(key).map { value in
            guard case .int(let number) = value else {
                throw SchedulerError("'\(key)' of the state must hold whole numbers, and holds a \(value.typeName)")
            }
            return number
        }
    }

    /// Returns the case that a string names.
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

/// An option that is one number for all parameter groups of an optimizer, or a list with a number for each.
public protocol PerGroup {
    /// Returns the numbers of `count` groups; `nil` if there is not one for each.
    func groupValues(count: Int) -> [Double]?
}

extension Double: PerGroup {
    public func groupValues(count: Int) -> [Double]? {
        [Double](repeating: self, count: count)
    }
}

extension [Double]: PerGroup {
    public func groupValues(count: Int) -> [Double]? {
        self.count == count ? self : nil
    }
}

extension PerGroup {
    /// Returns the numbers of an optimizer's groups, or throws an error that names the option.
    func values(_ name: String, of optimizer: Optimizer, atLeast least: Double = 0) throws -> [Double] {
        let count = optimizer.parameterGroups.count
        guard let values = groupValues(count: count) else {
            throw SchedulerError("'\(name)' must be one number or one for each of \(count) groups, and is \(self)")
        }
        return try values.map { try checked(name, $0, atLeast: least) }
    }
}
