import Torch

/// Attention of queries to keys, whose values are mixed by it, in several heads side by side.
///
/// softmax(q·kᵀ / √d)·v in each head, with q, k and v projected before, and the heads' results after. Vaswani and others
/// 2017, "Attention is all you need".
///
/// Takes queries `[L, N, embedDim]`, keys `[S, N, kdim]` and values `[S, N, vdim]`; with `batchFirst` the batch comes
/// first, and without a batch it is left out.
public final class MultiheadAttention: Module {
    public let embedDim: Int
    public let numHeads: Int
    public let dropout: Double
    public let batchFirst: Bool
    public let addZeroAttn: Bool
    public let kdim: Int
    public let vdim: Int

    /// `[embedDim, embedDim]`, where keys or values have a size of their own.
    @Parameter("q_proj_weight") public var qProjWeight: Tensor?
    /// `[embedDim, kdim]`, as `qProjWeight`.
    @Parameter("k_proj_weight") public var kProjWeight: Tensor?
    /// `[embedDim, vdim]`, as `qProjWeight`.
    @Parameter("v_proj_weight") public var vProjWeight: Tensor?
    /// `[3 · embedDim, embedDim]`, the three projections in one, where all have one size.
    @Parameter("in_proj_weight") public var inProjWeight: Tensor?
    /// `[3 · embedDim]`.
    @Parameter("in_proj_bias") public var inProjBias: Tensor?
    /// `[1, 1, embedDim]`: one more key.
    @Parameter("bias_k") public var biasK: Tensor?
    /// `[1, 1, embedDim]`: its value.
    @Parameter("bias_v") public var biasV: Tensor?
    /// What is made of the heads' results.
    public let outProj: Linear

    /// - Parameters:
    ///   - numHeads: a divisor of the embedding's size.
    ///   - dropout: the probability that a weight of the attention is dropped in training.
    ///   - bias: whether the projections have biases.
    ///   - addBiasKV: whether a key and value that are learnt stand behind the others.
    ///   - addZeroAttn: whether a key and value of zeros stand behind the others.
    ///   - kdim: the keys' size; the embedding's where nil.
    ///   - vdim: the values' size; the embedding's where nil.
    /// - Throws: `TorchError` for sizes that are not positive, or heads that do not divide the embedding.
    public init(
        _ embedDim: Int, _ numHeads: Int, dropout: Double = 0, bias: Bool = true, addBiasKV: Bool = false,
        addZeroAttn: Bool = false, kdim: Int? = nil, vdim: Int? = nil, batchFirst: Bool = false
    ) throws {
        let layer = "MultiheadAttention"
        try requirePositive([embedDim, numHeads, kdim ?? embedDim, vdim ?? embedDim], layer, "sizes")
        try require(
            embedDim.isMultiple(of: numHeads), layer,
            "the number of heads must divide the embedding's size, \(embedDim), and \(numHeads) does not")
        try require((0...1).contains(dropout), layer, "the dropout must be between 0 and 1, not \(dropout)")
        self.embedDim = embedDim
        self.numHeads = numHeads
        self.dropout = dropout
        self.batchFirst = batchFirst
        self.addZeroAttn = addZeroAttn
        self.kdim = kdim ?? embedDim
        self.vdim = vdim ?? embedDim
        outProj = try NonDynamicallyQuantizableLinear(embedDim, embedDim, bias: bias)
        super.init()
        if self.kdim == embedDim && self.vdim == embedDim {
            inProjWeight = try Init.xavierUniform_(Tensor.empty([3 * embedDim, embedDim]))
        } else {
            qProjWeight = try Init.xavierUniform_(Tensor.empty([embedDim, embedDim]))
            kProjWeight = try Init.xavierUniform_(Tensor.empty([embedDim, self.kdim]))
            vProjWeight = try Init.xavierUniform_(Tensor.empty([embedDim, self.vdim]))
        }
        if bias {
            inProjBias = try Tensor.zeros([3 * embedDim])
            if let bias = outProj.bias { try Init.zeros_(bias) }
        }
        if addBiasKV {
            biasK = try Init.xavierNormal_(Tensor.empty([1, 1, embedDim]))
            biasV = try Init.xavierNormal_(Tensor.empty([1, 1, embedDim]))
        }
    }

    override func childNodes() -> [(key: String, node: ModuleNode)] {
        [("out_proj", .module(outProj))]
    }

    /// - Parameters:
    ///   - keyPaddingMask: `[N, S]`, or `[S]`: true where a key is padding; or numbers that are added.
    ///   - needWeights: whether the attention's weights come back, which costs time and memory.
    ///   - attnMask: `[L, S]` or `[N · numHeads, L, S]`: true where there is no attention; or numbers that are added.
    ///   - averageAttnWeights: whether the weights are the mean over the heads.
    ///   - isCausal: says that `attnMask` is the causal mask, for a faster kernel.
    /// - Returns: `[L, N, embedDim]` (or batch first), and the weights `[N, L, S]`, or `[N, numHeads, L, S]`.
    /// - Throws: `TorchError` for shapes that do not fit.
    public func callAsFunction(
        _ query: Tensor, _ key: Tensor, _ value: Tensor, keyPaddingMask: Tensor? = nil, needWeights: Bool = true,
        attnMask: Tensor? = nil, averageAttnWeights: Bool = true, isCausal: Bool = false
    ) throws -> (output: Tensor, weights: Tensor?) {
        let isSingle = query.dimensionCount == 2
        try checkShapes(query, key, value, keyPaddingMask)
        let keyIsQuery = query.isSame(as: key)
        let valueIsKey = key.isSame(as: value)
        // One tensor stays one, so that it is projected once.
        func stepsFirst(_ x: Tensor) throws -> Tensor {
            if isSingle { return try x.unsqueeze(dim: 1) }
            return batchFirst ? try x.transpose(1, 0) : x
        }
        let q = try stepsFirst(query)
        let k = keyIsQuery ? q : try stepsFirst(key)
        let v = valueIsKey ? k : try stepsFirst(value)
        try require(!isCausal || attnMask != nil, Self.layerName, "a causal attention needs the mask too")

        let padding = try additive(isSingle ? keyPaddingMask?.unsqueeze(dim: 0) : keyPaddingMask, like: q)
        // Without the weights, the kernel knows the causal mask by itself.
        let kernelMasks = isCausal && padding == nil && !needWeights
        let mask = kernelMasks ? nil : try additive(attnMask, like: q)
        let (output, weights) = try attend(
            project(q, k, v), mask: mask, padding: padding, needWeights: needWeights, isCausal: kernelMasks)
        let mean = averageAttnWeights ? try weights?.mean(dims: [1]) : weights
        if isSingle { return (try output.squeeze(dim: 1), try mean?.squeeze(dim: 0)) }
        return (batchFirst ? try output.transpose(1, 0) : output, mean)
    }

    private func checkShapes(_ query: Tensor, _ key: Tensor, _ value: Tensor, _ keyPaddingMask: Tensor?) throws {
        let layer = Self.layerName
        for (tensor, size) in [(query, embedDim), (key, kdim), (value, vdim)] {
            try requireShape(
                (2...3).contains(tensor.dimensionCount) && tensor.dimensionCount == query.dimensionCount
                    && tensor.shape.last == size, layer, tensor,
                "it takes queries, keys and values of sizes \(embedDim), \(kdim) and \(vdim), all in a batch or none")
        }
        try requireShape(
            key.shape.dropLast() == value.shape.dropLast(), layer, value, "each key needs a value: \(key.shape)")
        if query.dimensionCount == 3 {
            let batchDim = batchFirst ? 0 : 1
            try requireShape(
                query.shape[batchDim] == key.shape[batchDim], layer, key,
                "queries and keys need one batch size: \(query.shape)")
        }
        if let keyPaddingMask {
            let steps = key.shape[query.dimensionCount == 3 && batchFirst ? 1 : 0]
            let expected = query.dimensionCount == 3 ? [key.shape[batchFirst ? 0 : 1], steps] : [steps]
            try requireShape(
                keyPaddingMask.shape == expected, layer, keyPaddingMask, "the mask of the keys must be \(expected)")
        }
    }

    /// Queries, keys and values after their projections.
    private func project(_ q: Tensor, _ k: Tensor, _ v: Tensor) throws -> (q: Tensor, k: Tensor, v: Tensor) {
        let biases = try inProjBias?.chunk(chunks: 3)
        guard let inProjWeight else {
            guard let qProjWeight, let kProjWeight, let vProjWeight else {
                throw TorchError(kind: .other, operation: Self.layerName, message: "the projections have no weights")
            }
            return (
                try linear(q, weight: qProjWeight, bias: biases?[0]),
                try linear(k, weight: kProjWeight, bias: biases?[1]),
                try linear(v, weight: vProjWeight, bias: biases?[2])
            )
        }
        guard k.isSame(as: v) else {
            let weights = try inProjWeight.chunk(chunks: 3)
            return (
                try linear(q, weight: weights[0], bias: biases?[0]),
                try linear(k, weight: weights[1], bias: biases?[1]),
                try linear(v, weight: weights[2], bias: biases?[2])
            )
        }
        if q.isSame(as: k) {
            let parts = try Self.parts(3, of: linear(q, weight: inProjWeight, bias: inProjBias))
            return (parts[0], parts[1], parts[2])
        }
        let weights = try inProjWeight.split(splitSize: [embedDim, 2 * embedDim])
        let bias = try inProjBias?.split(splitSize: [embedDim, 2 * embedDim])
        let parts = try Self.parts(2, of: linear(k, weight: weights[1], bias: bias?[1]))
        return (try linear(q, weight: weights[0], bias: bias?[0]), parts[0], parts[1])
    }

    /// Equal parts of the last dimension, each contiguous.
    private static func parts(_ count: Int, of x: Tensor) throws -> [Tensor] {
        let size = try x.size(-1) / count
        return try x.unflatten(dim: -1, sizes: [count, size]).unsqueeze(dim: 0).transpose(0, -2).squeeze(dim: -2)
            .contiguous().unbind()
    }

    /// - Parameters:
    ///   - projected: `[L, N, embedDim]` and twice `[S, N, embedDim]`.
    ///   - mask: `[L, S]` or `[N · numHeads, L, S]`, to be added.
    ///   - padding: `[N, S]`, to be added.
    private func attend(
        _ projected: (q: Tensor, k: Tensor, v: Tensor), mask: Tensor?, padding: Tensor?, needWeights: Bool,
        isCausal: Bool
    ) throws -> (output: Tensor, weights: Tensor?) {
        let (steps, batch) = (try projected.q.size(0), try projected.q.size(1))
        let headDim = embedDim / numHeads
        var mask = try checked(mask, steps: steps, batch: batch, keys: projected.k.size(0))
        var padding = padding
        var (k, v) = (projected.k, projected.v)
        func widenMasks() throws {
            mask = try mask.map { try pad($0, [0, 1]) }
            padding = try padding.map { try pad($0, [0, 1]) }
        }
        if let biasK, let biasV {
            k = try Tensor.cat([k, biasK.repeat([1, batch, 1])])
            v = try Tensor.cat([v, biasV.repeat([1, batch, 1])])
            try widenMasks()
        }
        func heads(_ x: Tensor) throws -> Tensor {
            try x.contiguous().view([try x.size(0), batch * numHeads, headDim]).transpose(0, 1)
        }
        let q = try heads(projected.q)
        k = try heads(k)
        v = try heads(v)
        if addZeroAttn {
            let zeros = try Tensor.zeros([batch * numHeads, 1, headDim], dtype: k.dtype, device: k.device)
            k = try Tensor.cat([k, zeros], dim: 1)
            v = try Tensor.cat([v, zeros], dim: 1)
            try widenMasks()
        }
        let keys = try k.size(1)
        if let padding {
            let spread = try padding.view([batch, 1, 1, keys]).expand([-1, numHeads, -1, -1])
                .reshape([batch * numHeads, 1, keys])
            mask = try mask.map { try $0 + spread } ?? spread
        }
        let p = isTraining ? dropout : 0
        guard needWeights else {
            let spread = try mask.map { mask in
                try mask.size(0) == 1 ? mask.unsqueeze(dim: 0) : mask.view([batch, numHeads, -1, keys])
            }
            let mixed = try Tensor.scaledDotProductAttention(
                q.view([batch, numHeads, steps, headDim]), key: k.view([batch, numHeads, keys, headDim]),
                value: v.view([batch, numHeads, keys, headDim]), attnMask: spread, dropoutP: p, isCausal: isCausal)
            let output = try outProj(mixed.permute([2, 0, 1, 3]).reshape([batch * steps, embedDim]))
            return (try output.view([steps, batch, embedDim]), nil)
        }
        let scaled = try q * (1 / Double(headDim)).squareRoot()
        let scores =
            try mask.map { try $0.baddbmm(batch1: scaled, batch2: k.transpose(-2, -1)) }
            ?? scaled.bmm(k.transpose(-2, -1))
        var weights = try scores.softmax(dim: -1)
        if p > 0 { weights = try TorchNN.dropout(weights, p: p) }
        let mixed = try weights.bmm(v).transpose(0, 1).reshape([steps * batch, embedDim])
        return (
            try outProj(mixed).view([steps, batch, embedDim]), try weights.view([batch, numHeads, steps, keys])
        )
    }

    private func checked(_ mask: Tensor?, steps: Int, batch: Int, keys: Int) throws -> Tensor? {
        guard let mask else { return nil }
        try requireShape(
            mask.shape == [steps, keys] || mask.shape == [batch * numHeads, steps, keys], Self.layerName, mask,
            "the mask must be \([steps, keys]) or \([batch * numHeads, steps, keys])")
        return mask.dimensionCount == 2 ? try mask.unsqueeze(dim: 0) : mask
    }
}

/// A mask as numbers to be added: -∞ where a mask of truth values is true.
func additive(_ mask: Tensor?, like x: Tensor) throws -> Tensor? {
    guard let mask, !mask.dtype.isFloatingPoint else { return mask }
    guard mask.dtype == .bool else {
        throw TorchError(
            kind: .type, operation: "attention", inputs: "\(mask.dtype)\(mask.shape)",
            message: "a mask has truth values, or real numbers that are added")
    }
    return try Tensor.zerosLike(mask, dtype: x.dtype).maskedFill(mask: mask, value: .real(-.infinity))
}

/// A linear map under the name that PyTorch prints for the last one of an attention.
final class NonDynamicallyQuantizableLinear: Linear {}
