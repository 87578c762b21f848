import Torch

/// A recurrent network with a memory that gates protect: Hochreiter and Schmidhuber 1997, "Long short-term memory".
///
/// Takes `[length, N, inputSize]`, `[N, length, inputSize]` with `batchFirst`, or `[length, inputSize]`; hidden states are
/// `[numLayers · directions, N, projSize or hiddenSize]`, cells `[numLayers · directions, N, hiddenSize]`.
public final class LSTM: RecurrentLayer {
    /// A hidden state and the cells.
    public typealias State = (hidden: Tensor, cell: Tensor)

    /// - Parameters:
    ///   - numLayers: how many layers lie on each other.
    ///   - bias: whether there are biases.
    ///   - dropout: the probability that an output of a layer but the last is dropped in training.
    ///   - bidirectional: whether each layer also runs from the end.
    ///   - projSize: the size to which outputs are projected; 0 for none. Sak and others 2014.
    /// - Throws: `TorchError` for sizes that are not positive, a probability outside 0…1, or a projection that is not
    ///   smaller than the hidden size.
    public init(
        _ inputSize: Int, _ hiddenSize: Int, numLayers: Int = 1, bias: Bool = true, batchFirst: Bool = false,
        dropout: Double = 0, bidirectional: Bool = false, projSize: Int = 0
    ) throws {
        try super.init(
            gates: 4, inputSize, hiddenSize, numLayers: numLayers, bias: bias, batchFirst: batchFirst,
            dropout: dropout, bidirectional: bidirectional, projSize: projSize)
    }

    /// - Parameter state: at first; zeros where nil.
    /// - Returns: the output at each step, and the last state.
    public func callAsFunction(_ input: Tensor, _ state: State? = nil) throws -> (output: Tensor, state: State) {
        let results = try run(input, states: state.map { [$0.hidden, $0.cell] }, sizes: stateSizes) { input, states in
            let (output, hidden, cell) = try Tensor.lstm(
                input, hx: states, params: weights, hasBiases: hasBias, numLayers: numLayers, dropout: dropout,
                train: isTraining, bidirectional: bidirectional, batchFirst: batchFirst)
            return [output, hidden, cell]
        }
        return (results[0], (results[1], results[2]))
    }

    /// - Parameter state: at first, in the batch's order; zeros where nil.
    public func callAsFunction(
        _ input: PackedSequence, _ state: State? = nil
    ) throws -> (output: PackedSequence, state: State) {
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
