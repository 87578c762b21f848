import Torch

extension Init {
    /// Draws the weight and the bias of a linear map or convolution as PyTorch does: evenly from ±1/√fan in.
    static func drawByFanIn(_ weight: Tensor, bias: Tensor?) throws {
        // Written this way in PyTorch, and so with the same rounding.
        try kaimingUniform_(weight, a: 5.0.squareRoot())
        guard let bias else { return }
        let fanIn = try calculateFan(weight).fanIn
        guard fanIn > 0 else { return }
        let bound = 1 / Double(fanIn).squareRoot()
        try uniform_(bias, -bound, bound)
    }
}
