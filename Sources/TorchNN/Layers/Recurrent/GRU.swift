import Torch

/// A recurrent network with gates that reset and update its state: Cho and others 2014, "Learning phrase
/// representations".
///
/// It takes `[length, N, inputSize]`, `[N, length, inputSize]` with `batchFirst`, or `[length, inputSize]`; states are
/// `[numLayers · directions, N, hiddenSize]`. The output contains the last layer's state at each step.
public final class GRU: HiddenStateLayer {
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
        _ inputSize: Int, _ hiddenSize: Int, numLayers: Int = 1, bias: Bool = true, batchFirst: Bool = false,
        dropout: Double = 0, bidirectional: Bool = false
    ) {
        super.init(
            gates: 3, inputSize, hiddenSize, numLayers: numLayers, bias: bias, batchFirst: batchFirst,
            dropout: dropout, bidirectional: bidirectional)
    }

    override func compute(_ input: Tensor, batchSizes: Tensor?, _ hidden: Tensor) throws -> [Tensor] {
        let (output, last) =
            if let batchSizes {
                try Tensor.gru(
                    input, batchSizes: batchSizes, hx: hidden, params: weights, hasBiases: hasBias,
                    numLayers: numLayers,
                    dropout: dropout, train: isTraining, bidirectional: bidirectional)
            } else {
                try Tensor.gru(
                    input, hx: hidden, params: weights, hasBiases: hasBias, numLayers: numLayers, dropout: dropout,
                    train: isTraining, bidirectional: bidirectional, batchFirst: batchFirst)
            }
        return [output, last]
    }
}
