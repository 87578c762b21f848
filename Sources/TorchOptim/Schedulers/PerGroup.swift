/// An option that is one number for all parameter groups of an optimiser, or a list with a number for each.
public protocol PerGroup {
    /// The numbers of `count` groups; nil where there is not one for each.
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
    /// The numbers of an optimiser's groups, or an error that names the option.
    func values(_ name: String, of optimizer: Optimizer, atLeast least: Double = 0) throws -> [Double] {
        let count = optimizer.parameterGroups.count
        guard let values = groupValues(count: count) else {
            throw SchedulerError("'\(name)' must be one number or one for each of \(count) groups, and is \(self)")
        }
        return try values.map { try checked(name, $0, atLeast: least) }
    }
}
