import Torch

/// Elman's recurrent network: h′ = tanh(W·x + b + V·h + c), or with a ReLU.
///
/// It takes `[length, N, inputSize]`, `[N, length, inputSize]` with `batchFirst`, or `[length, inputSize]`; states are
/// `[numLayers · directions, N, hiddenSize]`. The output contains the last layer's state at each step.
public final class RNN: HiddenStateLayer {
    public enum Nonlinearity: String, CaseIterable, Sendable {
        case tanh, relu
    }

    public let nonlinearity: Nonlinearity

    /// Creates a network with random weights.
    ///
    /// - Parameters:
    ///   - inputSize: the size of each vector of a sequence.
    ///   - hiddenSize: the size of the hidden state.
    ///   - numLayers: the number of layers, each on top of the previous one.
    ///   - bias: whether the layer has biases.
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

    override func compute(_ input: Tensor, batchSizes: Tensor?, _ hidden: Tensor) throws -> [Tensor] {
        let (output, last) =
            switch (nonlinearity, batchSizes) {
            case (.tanh, nil):
                try Tensor.rnnTanh(
                    input, hx: hidden, params: weights, hasBiases: hasBias, numLayers: numLayers, dropout: dropout,
                    train: isTraining, bidirectional: bidirectional, batchFirst: batchFirst)
            case (.tanh, let batchSizes?):
                try Tensor.rnnTanh(
                    input, batchSizes: batchSizes, hx: hidden, params: weights, hasBiases: hasBias,
                    numLayers: numLayers, dropout: dropout, train: isTraining, bidirectional: bidirectional)
            case (.relu, nil):
                try Tensor.rnnRelu(
                    input, hx: hidden, params: weights, hasBiases: hasBias, numLayers: numLayers, dropout: dropout,
                    train: isTraining, bidirectional: bidirectional, batchFirst: batchFirst)
            case (.relu, let batchSizes?):
                try Tensor.rnnRelu(
                    input, batchSizes: batchSizes, hx: hidden, params: weights, hasBiases: hasBias,
                    numLayers: numLayers, dropout: dropout, train: isTraining, bidirectional: bidirectional)
            }
        return [output, last]
    }
}
