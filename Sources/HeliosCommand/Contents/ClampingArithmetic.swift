// Shapes in a file may have more elements than an integer can count, since tensors of a few bytes can be expanded
// endlessly.

extension Int {
    /// Returns the sum of two numbers that are not negative, or the greatest integer.
    func addingClamping(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    /// Returns the product of two numbers that are not negative, or the greatest integer.
    func multipliedClamping(by other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
