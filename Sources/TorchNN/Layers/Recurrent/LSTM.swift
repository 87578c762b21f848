import Torch

/// A recurrent network with gates that protect its memory: Hochreiter and Schmidhuber 1997, "Long short-term memory".
///
/// It takes `[length, N, inputSize]`, `[N, length, inputSize]` with `batchFirst`, or `[length, inputSize]`; hidden
/// states are `[numLayers · directions, N, projSize or hiddenSize]`, cells `[numLayers · directions, N, hiddenSize]`.
public final class LSTM: RecurrentLayer {
    /// A hidden state and the cells.
    public typealias State = (hidden: Tensor, cell: Tensor)

    /// Creates a network with random weights.
    ///
    /// - Parameters:
    ///   - inputSize: the size of each vector of a sequence.
    ///   - hiddenSize: the size of the hidden state.
    ///   - numLayers: the number of layers, each on top of the previous one.
    ///   - bias: whether the layer has biases.
    ///   - dropout: the probability that an output of any layer but the last is dropped in training.
    ///   - bidirectional: whether each layer also runs backward.
    ///   - projSize: the size to which outputs are projected; 0 disables the projection. Sak and others 2014.
    public init(
        _ inputSize: Int, _ hiddenSize: Int, numLayers: Int = 1, bias: Bool = true, batchFirst: Bool = false,
        dropout: Double = 0, bidirectional: Bool = false, projSize: Int = 0
    ) {
        super.init(
            gates: 4, inputSize, hiddenSize, numLayers: numLayers, bias: bias, batchFirst: batchFirst,
            dropout: dropout, bidirectional: bidirectional, projSize: projSize)
    }

    /// Runs through a sequence from an initial state.
    ///
    /// - Parameter state: the initial state; `nil` uses zeros.
    /// - Returns: the output at each step, and the last state.
    public func callAsFunction(_ input: Tensor, _ state: State? = nil) throws -> (output: Tensor, state: State) {
        try call((input, state)) { try forward(input, state) }
    }

    /// Runs packed sequences.
    ///
    /// - Parameter state: the initial state, in the batch's order; `nil` uses zeros.
    public func callAsFunction(
        _ input: PackedSequence, _ state: State? = nil
    ) throws -> (output: PackedSequence, state: State) {
        try call((input, state)) { try forward(input, state) }
    }

    /// Computes the result of a call; see `callAsFunction`.
    public func forward(_ input: Tensor, _ state: State? = nil) throws -> (output: Tensor, state: State) {
        try requireInitialized()
        let results = try run(input, states: state.map { [$0.hidden, $0.cell] }, sizes: stateSizes) { input, states in
            let (output, hidden, cell) = try Tensor.lstm(
                input, hx: states, params: weights, hasBiases: hasBias, numLayers: numLayers, dropout: dropout,
                train: isTraining, bidirectional: bidirectional, batchFirst: batchFirst)
            return [output, hidden, cell]
        }
        return (results[0], (results[1], results[2]))
    }

    /// Computes the result of a call; see `callAsFunction`.
    public func forward(
        _ input: PackedSequence, _ state: State? = nil
    ) throws -> (output: PackedSequence, state: State) {
        try requireInitialized()
        let (output, last) = try run(input, states: state.map { [$0.hidden, $0.cell] }, sizes: stateSizes) {
            data, sizes, states in
            let (output, hidden, cell) = try Tensor.lstm(
                data, batchSizes: sizes, hx: states, params: weights, hasBiases: hasBias, numLayers: numLayers,
                dropout: dropout, train: isTraining, bidirectional: bidirectional)
            return [output, hidden, cell]
        }
        return (output, (last[0], last[1]))
    }

    private var stateSizes: [Int] { [projSize > 0 ? projSize : hiddenSize, hiddenSize] }
}
