import Torch

/// The base class of recurrent layers: their options and weights, and the forms of inputs and states.
///
/// Weights are drawn uniformly from ±1/√hiddenSize, as PyTorch draws them, under PyTorch's names: `weight_ih_l0`,
/// `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`, with `_reverse` after those of the other direction.
public class RecurrentLayer: Module {
    public let inputSize: Int
    public let hiddenSize: Int
    public let numLayers: Int
    public let hasBias: Bool
    public let batchFirst: Bool
    public let dropout: Double
    public let bidirectional: Bool
    /// The size of an LSTM's outputs if they are projected, else 0.
    public let projSize: Int

    private var slots: [(key: String, slot: TensorSlot)] = []

    init(
        gates: Int, _ inputSize: Int, _ hiddenSize: Int, numLayers: Int, bias: Bool, batchFirst: Bool, dropout: Double,
        bidirectional: Bool, projSize: Int = 0
    ) {
        self.inputSize = inputSize
        self.hiddenSize = hiddenSize
        self.numLayers = numLayers
        hasBias = bias
        self.batchFirst = batchFirst
        self.dropout = dropout
        self.bidirectional = bidirectional
        self.projSize = projSize
        super.init()
        deferErrors {
            let layer = Self.layerName
            try requirePositive(["inputSize": inputSize, "hiddenSize": hiddenSize, "numLayers": numLayers], layer)
            try requireProbability(dropout, layer, "dropout")
            try require(
                (0..<hiddenSize).contains(projSize), layer,
                "projSize must be at least 0 and less than hiddenSize, \(hiddenSize), not \(projSize)")
            let outputSize = projSize > 0 ? projSize : hiddenSize
            for level in 0..<numLayers {
                for suffix in bidirectional ? ["", "_reverse"] : [""] {
                    func add(_ name: String, _ shape: [Int]) throws {
                        let slot = TensorSlot(.parameter, name: nil, isPersistent: true, isOptional: false)
                        slot.assign(try Tensor.empty(shape))
                        slots.append(("\(name)_l\(level)\(suffix)", slot))
                    }
                    let size = level == 0 ? inputSize : outputSize * (bidirectional ? 2 : 1)
                    try add("weight_ih", [gates * hiddenSize, size])
                    try add("weight_hh", [gates * hiddenSize, outputSize])
                    if bias {
                        try add("bias_ih", [gates * hiddenSize])
                        try add("bias_hh", [gates * hiddenSize])
                    }
                    if projSize > 0 { try add("weight_hr", [projSize, hiddenSize]) }
                }
            }
            let bound = 1 / Double(hiddenSize).squareRoot()
            for weight in weights { try Init.uniform_(weight, -bound, bound) }
        }
    }

    public override var extraDescription: String {
        var parts = ["\(inputSize)", "\(hiddenSize)"]
        if projSize != 0 { parts.append("proj_size=\(projSize)") }
        if numLayers != 1 { parts.append("num_layers=\(numLayers)") }
        if !hasBias { parts.append("bias=False") }
        if batchFirst { parts.append("batch_first=True") }
        if dropout != 0 { parts.append("dropout=\(dropout)") }
        if bidirectional { parts.append("bidirectional=True") }
        return parts.joined(separator: ", ")
    }

    /// A weight or bias by its name: `weight_ih_l0`; `nil` if there is none.
    public final func parameter(_ name: String) -> Tensor? {
        slots.first { $0.key == name }?.slot.value
    }

    override var parameterSlots: [(key: String, slot: TensorSlot)] { slots }

    override func childNodes() -> [(key: String, node: ModuleNode)] { [] }

    /// The weights as the kernels take them.
    final var weights: [Tensor] { slots.compactMap(\.slot.value) }

    // MARK: What the kernels take

    /// Runs a kernel on a batch, or on a single sequence.
    ///
    /// - Parameters:
    ///   - states: one for each of `sizes`; `nil` uses zeros.
    ///   - sizes: the sizes of the states' vectors.
    final func run(
        _ input: Tensor, states: [Tensor]?, sizes: [Int],
        _ kernel: (_ input: Tensor, _ states: [Tensor]) throws -> [Tensor]
    ) throws -> [Tensor] {
        let layer = Self.layerName
        try requireShape(
            (2...3).contains(input.dimensionCount) && input.shape.last == inputSize, layer, input,
            "it takes sequences of vectors of size \(inputSize), a batch of them or a single one")
        let isSingle = input.dimensionCount == 2
        let batchDim = batchFirst ? 0 : 1
        let batch = isSingle ? try input.unsqueeze(dim: batchDim) : input
        let given = try states?.map { state in
            try requireShape(
                state.dimensionCount == input.dimensionCount, layer, state,
                "a state has as many dimensions as the input, \(input.dimensionCount)")
            return isSingle ? try state.unsqueeze(dim: 1) : state
        }
        let results = try kernel(batch, checked(given, sizes: sizes, batch: batch.size(batchDim), like: input))
        guard isSingle else { return results }
        return try results.enumerated().map { try $1.squeeze(dim: $0 == 0 ? batchDim : 1) }
    }

    /// Runs a kernel on packed sequences.
    final func run(
        _ input: PackedSequence, states: [Tensor]?, sizes: [Int],
        _ kernel: (_ data: Tensor, _ batchSizes: Tensor, _ states: [Tensor]) throws -> [Tensor]
    ) throws -> (output: PackedSequence, states: [Tensor]) {
        try requireShape(
            input.data.dimensionCount == 2 && input.data.shape.last == inputSize, Self.layerName, input.data,
            "it takes sequences of vectors of size \(inputSize)")
        let sorted = try input.sortedIndices.map { order in
            try states?.map { try $0.indexSelect(dim: 1, index: order) }
        }
        let ready = try checked(
            sorted ?? states, sizes: sizes, batch: input.batchSizes[0].item(Int.self), like: input.data)
        let results = try kernel(input.data, input.batchSizes, ready)
        let last = try results.dropFirst().map { state in
            try input.unsortedIndices.map { try state.indexSelect(dim: 1, index: $0) } ?? state
        }
        return (output: input.with(data: results[0]), states: Array(last))
    }

    private func checked(_ states: [Tensor]?, sizes: [Int], batch: Int, like input: Tensor) throws -> [Tensor] {
        try sizes.enumerated().map { position, size in
            let shape = [numLayers * (bidirectional ? 2 : 1), batch, size]
            guard let states else { return try Tensor.zeros(shape, dtype: input.dtype, device: input.device) }
            try requireShape(
                states[position].shape == shape, Self.layerName, states[position], "a state must be \(shape)")
            return states[position]
        }
    }
}

extension RecurrentLayer: CountingMultiplyAdds {
    // Each vector of the input meets every weight, in a padded batch and in packed sequences.
    func multiplyAdds(input: Tensor, others: ArraySlice<Tensor>, output: Tensor) -> Int {
        matrixProducts(weights, times: input.count / inputSize)
    }
}
