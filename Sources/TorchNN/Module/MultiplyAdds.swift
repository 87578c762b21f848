import Torch

/// A layer that adds up products.
protocol CountingMultiplyAdds {
    /// How many products a forward pass adds up; the greatest integer where they are more.
    func multiplyAdds(input: Tensor, others: ArraySlice<Tensor>, output: Tensor) -> Int
}

extension Linear: CountingMultiplyAdds {
    func multiplyAdds(input: Tensor, others: ArraySlice<Tensor>, output: Tensor) -> Int {
        saturatingProduct(output.count, inFeatures)
    }
}

extension Bilinear: CountingMultiplyAdds {
    // Each weight with one input, and the sums with the other.
    func multiplyAdds(input: Tensor, others: ArraySlice<Tensor>, output: Tensor) -> Int {
        saturatingProduct(output.count, in1Features + 1, in2Features)
    }
}

extension Convolution: CountingMultiplyAdds {
    func multiplyAdds(input: Tensor, others: ArraySlice<Tensor>, output: Tensor) -> Int {
        kernelSize.sizes.reduce(saturatingProduct(output.count, inChannels / groups)) { saturatingProduct($0, $1) }
    }
}

extension TransposedConvolution: CountingMultiplyAdds {
    func multiplyAdds(input: Tensor, others: ArraySlice<Tensor>, output: Tensor) -> Int {
        kernelSize.sizes.reduce(saturatingProduct(input.count, outChannels / groups)) { saturatingProduct($0, $1) }
    }
}

extension RecurrentLayer: CountingMultiplyAdds {
    // Each vector of the input meets every weight, in a padded batch as in packed sequences.
    func multiplyAdds(input: Tensor, others: ArraySlice<Tensor>, output: Tensor) -> Int {
        matrixElements(weights, times: input.count / inputSize)
    }
}

extension RecurrentCell: CountingMultiplyAdds {
    func multiplyAdds(input: Tensor, others: ArraySlice<Tensor>, output: Tensor) -> Int {
        matrixElements([weightIH, weightHH], times: input.count / inputSize)
    }
}

extension MultiheadAttention: CountingMultiplyAdds {
    // The projection of the heads' results has a row of its own, that of `outProj`.
    func multiplyAdds(input: Tensor, others: ArraySlice<Tensor>, output: Tensor) -> Int {
        let key = others.first ?? input
        let (queries, keys) = (input.count / embedDim, key.count / kdim)
        let keysOfOne = key.shape[batchFirst && key.dimensionCount == 3 ? 1 : 0] + (biasK == nil ? 0 : 1)
        let projections = saturatingSum(
            saturatingProduct(queries, embedDim, embedDim), saturatingProduct(keys, kdim + vdim, embedDim))
        let attention = saturatingProduct(queries, keysOfOne + (addZeroAttn ? 1 : 0), embedDim)
        return saturatingSum(projections, saturatingProduct(attention, 2))
    }
}

private func matrixElements(_ weights: [Tensor], times count: Int) -> Int {
    saturatingProduct(weights.filter { $0.dimensionCount == 2 }.reduce(0) { saturatingSum($0, $1.count) }, count)
}

func saturatingProduct(_ factors: Int...) -> Int {
    factors.reduce(1) { left, right in
        let (product, overflow) = left.multipliedReportingOverflow(by: right)
        return overflow ? .max : product
    }
}

func saturatingSum(_ left: Int, _ right: Int) -> Int {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? .max : sum
}
