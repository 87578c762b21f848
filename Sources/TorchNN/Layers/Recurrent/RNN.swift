import Torch

/// Elman's recurrent network: h′ = tanh(W·x + b + V·h + c), or with a ReLU.
///
/// It takes `[length, N, inputSize]`, `[N, length, inputSize]` with `batchFirst`, or `[length, inputSize]`; states are
/// `[numLayers · directions, N, hiddenSize]`. The output has the last layer's state at each step.
public final class RNN: RecurrentLayer {
    public enum Nonlinearity: String, CaseIterable, Sendable {
        case tanh, relu
    }

    public let nonlinearity: Nonlinearity

    /// - Parameters:
    ///   - inputSize: the size of each vector of a sequence.
    ///   - hiddenSize: the size of the hidden state.
    ///   - numLayers: the number of layers, each on top of the one before.
    ///   - bias: whether there are biases.
    ///   - dropout: the probability that an output of any layer but the last is dropped in training.
    ///   - bidirectional: whether each layer also runs backward.
    public init(
        _ inputSize: Int, _ hiddenSize: Int, numLayers: Int = 1, nonlinearity: Nonlinearity = .tanh, bias: Bool = true,
        batchFirst: Bool = false, dropout: Double = 0, bidirectional: Bool = false
    ) {
        self.nonlinearity = nonlinearity
        super.init(
            gates: 1, inputSize, hiddenSize, numLayers: numLayers, bias: bias, batchFirst: batchFirst,
            dropout: dropout, bidirectional: bidirectional)
    }

    /// - Parameter hidden: the initial state; `nil` is zeros.
    /// - Returns: the output at each step, and the last state.
    public func callAsFunction(_ input: Tensor, _ hidden: Tensor? = nil) throws -> (output: Tensor, hidden: Tensor) {
        try call((input, hidden)) { try forward(input, hidden) }
    }

    /// Runs packed sequences.
    ///
    /// - Parameter hidden: the initial state, in the batch's order; `nil` is zeros.
    public func callAsFunction(
        _ input: PackedSequence, _ hidden: Tensor? = nil
    ) throws -> (output: PackedSequence, hidden: Tensor) {
        try call((input, hidden)) { try forward(input, hidden) }
    }

    /// What a call computes; see `callAsFunction`.
    public func forward(_ input: Tensor, _ hidden: Tensor? = nil) throws -> (output: Tensor, hidden: Tensor) {
        try requireInitialized()
        let results = try run(input, states: hidden.map { [$0] }, sizes: [hiddenSize]) { input, states in
            let (output, hidden) =
                nonlinearity == .tanh
                ? try Tensor.rnnTanh(
                    input, hx: states[0], params: weights, hasBiases: hasBias, numLayers: numLayers, dropout: dropout,
                    train: isTraining, bidirectional: bidirectional, batchFirst: batchFirst)
                : try Tensor.rnnRelu(
                    input, hx: states[0], params: weights, hasBiases: hasBias, numLayers: numLayers, dropout: dropout,
                    train: isTraining, bidirectional: bidirectional, batchFirst: batchFirst)
            return [output, hidden]
        }
        return (results[0], results[1])
    }

    /// What a call computes; see `callAsFunction`.
    public func forward(
        _ input: PackedSequence, _ hidden: Tensor? = nil
    ) throws -> (output: PackedSequence, hidden: Tensor) {
        try requireInitialized()
        let (output, states) = try run(input, states: hidden.map { [$0] }, sizes: [hiddenSize]) { data, sizes, states in
            let (output, hidden) =
                nonlinearity == .tanh
                ? try Tensor.rnnTanh(
                    data, batchSizes: sizes, hx: states[0], params: weights, hasBiases: hasBias, numLayers: numLayers,
                    dropout: dropout, train: isTraining, bidirectional: bidirectional)
                : try Tensor.rnnRelu(
                    data, batchSizes: sizes, hx: states[0], params: weights, hasBiases: hasBias, numLayers: numLayers,
                    dropout: dropout, train: isTraining, bidirectional: bidirectional)
            return [output, hidden]
        }
        return (output, states[0])
    }
}
