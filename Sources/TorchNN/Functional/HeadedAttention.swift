import Torch

/// Attention in several heads with its weights: what `MultiheadAttention` and `multiHeadAttentionForward` share.
struct HeadedAttention {
    /// The name in errors.
    let operation: String
    let numHeads: Int
    let projections: Projections
    let bias: Tensor?
    let biasK: Tensor?
    let biasV: Tensor?
    let addZeroAttn: Bool
    /// 0 if nothing is dropped.
    let dropoutP: Double
    let batchFirst: Bool
    var staticK: Tensor?
    var staticV: Tensor?

    /// The weights of queries, keys, and values.
    enum Projections {
        case packed(Tensor)
        case separate(q: Tensor, k: Tensor, v: Tensor)

        init(packed: Tensor?, q: Tensor?, k: Tensor?, v: Tensor?) throws {
            if let packed {
                self = .packed(packed)
            } else if let q, let k, let v {
                self = .separate(q: q, k: k, v: v)
            } else {
                throw TorchError(
                    kind: .other, operation: "multi_head_attention_forward",
                    message: "it takes one weight of all projections, or one of each")
            }
        }
    }

    private typealias Sizes = (embedDim: Int, kdim: Int, vdim: Int)

    /// The parameters are those of `MultiheadAttention`.
    ///
    /// - Parameter outProj: projects the heads' results, `[L · N, E]`.
    func callAsFunction(
        _ query: Tensor, _ key: Tensor, _ value: Tensor, keyPaddingMask: Tensor?, needWeights: Bool, attnMask: Tensor?,
        averageAttnWeights: Bool, isCausal: Bool, outProj: (Tensor) throws -> Tensor
    ) throws -> (output: Tensor, weights: Tensor?) {
        let sizes = try sizes()
        let isSingle = query.dimensionCount == 2
        try checkShapes(query, key, value, sizes)
        func stepsFirst(_ x: Tensor) throws -> Tensor {
            if isSingle { return try x.unsqueeze(dim: 1) }
            return batchFirst ? try x.transpose(1, 0) : x
        }
        // In a batch, one tensor stays one, so that it is projected once. A single sequence becomes three in PyTorch,
        // whose gradients are added in another order than those of one.
        let q = try stepsFirst(query)
        let k = !isSingle && query.isSame(as: key) ? q : try stepsFirst(key)
        let v = !isSingle && key.isSame(as: value) ? k : try stepsFirst(value)
        try checkMasks(keyPaddingMask, attnMask, q: q, k: k, isSingle: isSingle)
        try require(!isCausal || attnMask != nil, operation, "a causal attention needs the mask too")

        let padding = try additive(isSingle ? keyPaddingMask?.unsqueeze(dim: 0) : keyPaddingMask, like: q)
        // Without the weights, the kernel knows the causal mask by itself.
        let kernelMasks = isCausal && padding == nil && !needWeights
        let mask = kernelMasks ? nil : try additive(attnMask, like: q)
        let (output, weights) = try attend(
            project(q, k, v, sizes), mask: mask.map { $0.dimensionCount == 2 ? try $0.unsqueeze(dim: 0) : $0 },
            padding: padding, needWeights: needWeights, isCausal: kernelMasks, outProj)
        let mean = averageAttnWeights ? try weights?.mean(dim: 1) : weights
        if isSingle { return (try output.squeeze(dim: 1), try mean?.squeeze(dim: 0)) }
        return (batchFirst ? try output.transpose(1, 0) : output, mean)
    }

    // MARK: Checks

    /// The sizes of queries, keys, and values that the weights are for.
    private func sizes() throws -> Sizes {
        let sizes: Sizes
        switch projections {
        case .packed(let weight):
            let size = weight.shape.last ?? 0
            sizes = (size, size, size)
            try requireShape(
                weight.dimensionCount == 2 && weight.shape[0].isMultiple(of: 3) && weight.shape[0] / 3 == size,
                operation,
                weight, "one weight of the projections must be [3·E, E]")
        case .separate(let q, let k, let v):
            let size = q.shape.last ?? 0
            sizes = (size, k.shape.last ?? 0, v.shape.last ?? 0)
            for (weight, inputs) in [(q, size), (k, sizes.kdim), (v, sizes.vdim)] {
                try requireShape(
                    weight.shape == [size, inputs], operation, weight,
                    "the weights of the projections must be [\(size), …]"
                )
            }
        }
        try require(
            numHeads > 0 && sizes.embedDim > 0 && sizes.embedDim.isMultiple(of: numHeads), operation,
            "the number of heads must divide the embedding's size, \(sizes.embedDim), and \(numHeads) does not")
        try require(
            (biasK == nil) == (biasV == nil), operation, "a key that is added needs a value, and the other way round")
        for tensor in [biasK, biasV].compactMap(\.self) {
            try requireShape(
                tensor.shape == [1, 1, sizes.embedDim], operation, tensor,
                "a key or value that is added must be [1, 1, \(sizes.embedDim)]")
        }
        try require(
            biasK == nil || staticK == nil && staticV == nil, operation, "nothing can be added to keys that are given")
        return sizes
    }

    private func checkShapes(_ query: Tensor, _ key: Tensor, _ value: Tensor, _ sizes: Sizes) throws {
        for (tensor, size) in [(query, sizes.embedDim), (key, sizes.kdim), (value, sizes.vdim)] {
            try requireShape(
                (2...3).contains(tensor.dimensionCount) && tensor.dimensionCount == query.dimensionCount
                    && tensor.shape.last == size, operation, tensor,
                "it takes queries, keys, and values of sizes \(sizes.embedDim), \(sizes.kdim), and \(sizes.vdim), "
                    + "all in a "
                    + "batch or none")
        }
        try requireShape(
            key.shape.dropLast() == value.shape.dropLast(), operation, value, "each key needs a value: \(key.shape)")
        if query.dimensionCount == 3 {
            let batchDim = batchFirst ? 0 : 1
            try requireShape(
                query.shape[batchDim] == key.shape[batchDim], operation, key,
                "queries and keys need one batch size: \(query.shape)")
        }
    }

    /// - Parameters:
    ///   - q: `[L, N, E]`.
    ///   - k: `[S, N, kdim]`.
    private func checkMasks(_ padding: Tensor?, _ mask: Tensor?, q: Tensor, k: Tensor, isSingle: Bool) throws {
        let (steps, batch) = (q.shape[0], q.shape[1])
        let given = staticK ?? staticV
        for tensor in [staticK, staticV].compactMap(\.self) {
            let headDim = q.shape[2] / numHeads
            try requireShape(
                tensor.dimensionCount == 3 && tensor.shape == [batch * numHeads, given?.shape[1] ?? 0, headDim],
                operation,
                tensor, "keys and values that are given must be [\(batch * numHeads), …, \(headDim)]")
        }
        let keys = staticK?.shape[1] ?? k.shape[0]
        try require(
            keys == staticV?.shape[1] ?? k.shape[0], operation, "each key needs a value, also where they are given")
        if let padding {
            let expected = isSingle ? [keys] : [batch, keys]
            try requireShape(padding.shape == expected, operation, padding, "the mask of the keys must be \(expected)")
        }
        if let mask {
            try requireShape(
                mask.shape == [steps, keys] || mask.shape == [batch * numHeads, steps, keys], operation, mask,
                "the mask must be \([steps, keys]) or \([batch * numHeads, steps, keys])")
        }
    }

    // MARK: Computation

    /// Queries, keys, and values after their projections.
    private func project(
        _ q: Tensor, _ k: Tensor, _ v: Tensor, _ sizes: Sizes
    ) throws -> (q: Tensor, k: Tensor, v: Tensor) {
        let biases = try bias?.chunk(chunks: 3)
        func each(_ weights: [Tensor]) throws -> (q: Tensor, k: Tensor, v: Tensor) {
            (
                try linear(q, weight: weights[0], bias: biases?[0]),
                try linear(k, weight: weights[1], bias: biases?[1]),
                try linear(v, weight: weights[2], bias: biases?[2])
            )
        }
        guard case .packed(let weight) = projections else {
            guard case .separate(let qWeight, let kWeight, let vWeight) = projections else { return (q, k, v) }
            return try each([qWeight, kWeight, vWeight])
        }
        guard k.isSame(as: v) else { return try each(weight.chunk(chunks: 3)) }
        if q.isSame(as: k) {
            let parts = try Self.parts(3, of: linear(q, weight: weight, bias: bias))
            return (parts[0], parts[1], parts[2])
        }
        let weights = try weight.split(splitSize: [sizes.embedDim, 2 * sizes.embedDim])
        let bias = try bias?.split(splitSize: [sizes.embedDim, 2 * sizes.embedDim])
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
    ///   - projected: `[L, N, E]` and twice `[S, N, E]`.
    ///   - mask: `[1, L, S]` or `[N · numHeads, L, S]`, to be added.
    ///   - padding: `[N, S]`, to be added.
    private func attend(
        _ projected: (q: Tensor, k: Tensor, v: Tensor), mask: Tensor?, padding: Tensor?, needWeights: Bool,
        isCausal: Bool, _ outProj: (Tensor) throws -> Tensor
    ) throws -> (output: Tensor, weights: Tensor?) {
        let shape = projected.q.shape
        let (steps, batch, embedDim) = (shape[0], shape[1], shape[2])
        let headDim = embedDim / numHeads
        var (mask, padding) = (mask, padding)
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
        k = try staticK ?? heads(k)
        v = try staticV ?? heads(v)
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
        guard needWeights else {
            let spread = try mask.map { mask in
                try mask.size(0) == 1 ? mask.unsqueeze(dim: 0) : mask.view([batch, numHeads, -1, keys])
            }
            let mixed = try Tensor.scaledDotProductAttention(
                q.view([batch, numHeads, steps, headDim]), key: k.view([batch, numHeads, keys, headDim]),
                value: v.view([batch, numHeads, keys, headDim]), attnMask: spread, dropoutP: dropoutP,
                isCausal: isCausal)
            let output = try outProj(mixed.permute([2, 0, 1, 3]).reshape([batch * steps, embedDim]))
            return (try output.view([steps, batch, try output.size(1)]), nil)
        }
        let scaled = try q * (1 / Double(headDim)).squareRoot()
        let scores =
            try mask.map { try $0.baddbmm(scaled, k.transpose(-2, -1)) }
            ?? scaled.bmm(k.transpose(-2, -1))
        var weights = try scores.softmax(dim: -1)
        if dropoutP > 0 { weights = try TorchNN.dropout(weights, p: dropoutP) }
        let mixed = try weights.bmm(v).transpose(0, 1).reshape([steps * batch, embedDim])
        let output = try outProj(mixed)
        return (
            try output.view([steps, batch, try output.size(1)]), try weights.view([batch, numHeads, steps, keys])
        )
    }
}

/// A mask as numbers to be added: -∞ for each `true` of a mask of truth values.
func additive(_ mask: Tensor?, like x: Tensor) throws -> Tensor? {
    guard let mask, !mask.dtype.isFloatingPoint else { return mask }
    guard mask.dtype == .bool else {
        throw TorchError(
            kind: .type, operation: "attention", inputs: "\(mask.dtype)\(mask.shape)",
            message: "a mask has truth values, or real numbers that are added")
    }
    return try Tensor.zerosLike(mask, dtype: x.dtype).maskedFill(mask: mask, value: -Double.infinity)
}
