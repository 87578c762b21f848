// Shapes in a file may have more elements than any number counts: tensors of a few bytes can be expanded without end.

extension Int {
    /// The sum of two numbers that are not negative, or the greatest number.
    func addingClamping(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    /// The product of two numbers that are not negative, or the greatest number.
    func multipliedClamping(by other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
