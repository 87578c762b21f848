import Torch

/// Elman's recurrent network: h′ = tanh(W·x + b + V·h + c), or with a ReLU.
///
/// Takes `[length, N, inputSize]`, `[N, length, inputSize]` with `batchFirst`, or `[length, inputSize]`; states are
/// `[numLayers · directions, N, hiddenSize]`. The output has the last layer's state at each step.
public final class RNN: RecurrentLayer {
    public enum Nonlinearity: String, CaseIterable, Sendable {
        case tanh, relu
    }

    public let nonlinearity: Nonlinearity

    /// - Parameters:
    ///   - numLayers: how many layers lie on each other.
    ///   - bias: whether there are biases.
    ///   - dropout: the probability that an output of a layer but the last is dropped in training.
    ///   - bidirectional: whether each layer also runs from the end.
    /// - Throws: `TorchError` for sizes that are not positive, or a probability outside 0…1.
    public init(
        _ inputSize: Int, _ hiddenSize: Int, numLayers: Int = 1, nonlinearity: Nonlinearity = .tanh, bias: Bool = true,
        batchFirst: Bool = false, dropout: Double = 0, bidirectional: Bool = false
    ) throws {
        self.nonlinearity = nonlinearity
        try super.init(
            gates: 1, inputSize, hiddenSize, numLayers: numLayers, bias: bias, batchFirst: batchFirst,
            dropout: dropout, bidirectional: bidirectional)
    }

    /// - Parameter hidden: the state at first; zeros where nil.
    /// - Returns: the output at each step, and the last state.
    public func callAsFunction(_ input: Tensor, _ hidden: Tensor? = nil) throws -> (output: Tensor, hidden: Tensor) {
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

    /// - Parameter hidden: the state at first, in the batch's order; zeros where nil.
    public func callAsFunction(
        _ input: PackedSequence, _ hidden: Tensor? = nil
    ) throws -> (output: PackedSequence, hidden: Tensor) {
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
