import Torch

/// softmax(q·kᵀ · scale + mask)·v: attention in one kernel, which keeps no weights.
///
/// - Parameters:
///   - query: `[N, …, L, E]`.
///   - key: `[N, …, S, E]`.
///   - value: `[N, …, S, Ev]`.
///   - attnMask: of a shape that broadcasts to `[N, …, L, S]`: `true` to **keep** an attention, unlike in
///     `MultiheadAttention`; or numbers that are added.
///   - dropoutP: the probability that a weight is dropped, in evaluation too, as in PyTorch.
///   - isCausal: whether no query attends to a later key; without `attnMask`.
///   - scale: `nil` uses 1/√E.
///   - enableGQA: whether keys may have fewer heads than queries, each of which serves a group of them.
/// - Returns: `[N, …, L, Ev]`.
public func scaledDotProductAttention(
    _ query: Tensor, _ key: Tensor, _ value: Tensor, attnMask: Tensor? = nil, dropoutP: Double = 0,
    isCausal: Bool = false, scale: Double? = nil, enableGQA: Bool = false
) throws -> Tensor {
    try Tensor.scaledDotProductAttention(
        query, key: key, value: value, attnMask: attnMask, dropoutP: dropoutP, isCausal: isCausal, scale: scale,
        enableGqa: enableGQA)
}

/// Computes the same as `MultiheadAttention` with the given weights: PyTorch's `multi_head_attention_forward`.
///
/// The sizes, and whether each projection has a weight of its own, follow from the given weights.
/// - Parameters:
///   - query: `[L, N, E]`, or `[L, E]`.
///   - key: `[S, N, kdim]`, or `[S, kdim]`.
///   - value: `[S, N, vdim]`, or `[S, vdim]`.
///   - numHeads: a divisor of E.
///   - inProjWeight: the three projections in one, `[3·E, E]`; `nil` if each has its own.
///   - inProjBias: `[3·E]`.
///   - biasK: an additional key, `[1, 1, E]`; together with `biasV`.
///   - biasV: its value.
///   - addZeroAttn: whether a key and value of zeros follow the others.
///   - dropoutP: the probability that a weight of the attention is dropped in training.
///   - outProjWeight: `[E, E]`, the projection of the heads' results.
///   - outProjBias: `[E]`.
///   - keyPaddingMask: `[N, S]`, or `[S]`: `true` if a key is padding, or numbers to add to the attention.
///   - needWeights: whether to return the weights of the attention, which costs time and memory.
///   - attnMask: `[L, S]` or `[N · numHeads, L, S]`: `true` to mask an attention, or numbers to add to it.
///   - qProjWeight: `[E, E]`, without `inProjWeight`.
///   - kProjWeight: `[E, kdim]`, without `inProjWeight`.
///   - vProjWeight: `[E, vdim]`, without `inProjWeight`.
///   - staticK: keys instead of the projected ones, `[N · numHeads, S, E / numHeads]`.
///   - staticV: values instead of the projected ones.
///   - averageAttnWeights: whether the weights are the mean over the heads.
///   - isCausal: indicates that `attnMask` is the causal mask, for a faster kernel.
/// - Returns: `[L, N, E]`, and the weights `[N, L, S]`, or `[N, numHeads, L, S]`.
/// - Throws: `TorchError` if shapes do not fit, or if weights are missing.
public func multiHeadAttentionForward(
    _ query: Tensor, _ key: Tensor, _ value: Tensor, numHeads: Int, inProjWeight: Tensor?, inProjBias: Tensor? = nil,
    biasK: Tensor? = nil, biasV: Tensor? = nil, addZeroAttn: Bool = false, dropoutP: Double = 0, outProjWeight: Tensor,
    outProjBias: Tensor? = nil, training: Bool = true, keyPaddingMask: Tensor? = nil, needWeights: Bool = true,
    attnMask: Tensor? = nil, qProjWeight: Tensor? = nil, kProjWeight: Tensor? = nil, vProjWeight: Tensor? = nil,
    staticK: Tensor? = nil, staticV: Tensor? = nil, averageAttnWeights: Bool = true, isCausal: Bool = false
) throws -> (output: Tensor, weights: Tensor?) {
    var attention = HeadedAttention(
        operation: "multi_head_attention_forward", numHeads: numHeads,
        projections: try .init(packed: inProjWeight, q: qProjWeight, k: kProjWeight, v: vProjWeight), bias: inProjBias,
        biasK: biasK, biasV: biasV, addZeroAttn: addZeroAttn, dropoutP: training ? dropoutP : 0, batchFirst: false)
    attention.staticK = staticK
    attention.staticV = staticV
    return try attention(
        query, key, value, keyPaddingMask: keyPaddingMask, needWeights: needWeights, attnMask: attnMask,
        averageAttnWeights: averageAttnWeights, isCausal: isCausal
    ) { try linear($0, weight: outProjWeight, bias: outProjBias) }
}
