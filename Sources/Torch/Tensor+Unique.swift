extension Tensor {
    /// The elements that are different from each other: `torch.unique`.
    ///
    /// - Parameters:
    ///   - sorted: whether the values are in ascending order.
    ///   - returnInverse: whether `inverse` says for each element which of the values it is, in the tensor's shape.
    ///   - returnCounts: whether `counts` says how often each value is there.
    ///   - dim: the dimension whose slices are compared, instead of elements; nil for elements.
    /// - Returns: the values; what was not asked for is empty.
    /// - Throws: `TorchError` of kind `index` where there is no such dimension.
    public func unique(
        sorted: Bool = true, returnInverse: Bool = false, returnCounts: Bool = false, dim: Int? = nil
    ) throws -> (values: Tensor, inverse: Tensor, counts: Tensor) {
        if let dim {
            return try Tensor.uniqueDim(
                self, dim: dim, sorted: sorted, returnInverse: returnInverse, returnCounts: returnCounts)
        }
        return try Tensor.unique2(self, sorted: sorted, returnInverse: returnInverse, returnCounts: returnCounts)
    }
}
