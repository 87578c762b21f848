import Torch

/// The options of the layers of a transformer's encoder and decoder.
struct TransformerOptions {
    let dModel: Int
    let nhead: Int
    let dimFeedforward: Int
    let dropout: Double
    let activation: (Tensor) throws -> Tensor
    let layerNormEps: Double
    let batchFirst: Bool
    let normFirst: Bool
    let bias: Bool

    func attention() -> MultiheadAttention {
        MultiheadAttention(dModel, nhead, dropout: dropout, bias: bias, batchFirst: batchFirst)
    }

    func network() -> (linear1: Linear, dropout: Dropout, linear2: Linear) {
        (Linear(dModel, dimFeedforward, bias: bias), Dropout(p: dropout), Linear(dimFeedforward, dModel, bias: bias))
    }

    func norm() -> LayerNorm {
        LayerNorm(dModel, eps: layerNormEps, bias: bias)
    }
}

extension MultiheadAttention {
    /// The attention of `x` to `memory`, without its weights.
    func output(
        _ x: Tensor, _ memory: Tensor, mask: Tensor?, keyPaddingMask: Tensor?, isCausal: Bool
    ) throws -> Tensor {
        try self(
            x, memory, memory, keyPaddingMask: keyPaddingMask, needWeights: false, attnMask: mask, isCausal: isCausal
        ).output
    }
}

/// Whether a mask of numbers to be added is the causal one: 0 up to the diagonal, -∞ above.
func isCausalMask(_ mask: Tensor?) throws -> Bool {
    guard let mask, mask.dimensionCount == 2, mask.shape[0] == mask.shape[1] else { return false }
    return try mask.equal(
        Transformer.generateSquareSubsequentMask(mask.shape[0], dtype: mask.dtype, device: mask.device))
}
