import Torch

/// The base class of recurrent cells: the weights of one step, drawn uniformly from ±1/√hiddenSize.
public class RecurrentCell: Module {
    public let inputSize: Int
    public let hiddenSize: Int
    private let usesBias: Bool

    /// `[gates · hiddenSize, inputSize]`.
    @Parameter("weight_ih") public var weightIH: Tensor
    /// `[gates · hiddenSize, hiddenSize]`.
    @Parameter("weight_hh") public var weightHH: Tensor
    /// `[gates · hiddenSize]`.
    @Parameter("bias_ih") public var biasIH: Tensor?
    /// `[gates · hiddenSize]`.
    @Parameter("bias_hh") public var biasHH: Tensor?

    init(gates: Int, _ inputSize: Int, _ hiddenSize: Int, bias: Bool) {
        self.inputSize = inputSize
        self.hiddenSize = hiddenSize
        usesBias = bias
        super.init()
        deferErrors {
            try requirePositive(["inputSize": inputSize, "hiddenSize": hiddenSize], Self.layerName)
            weightIH = try Tensor.empty([gates * hiddenSize, inputSize])
            weightHH = try Tensor.empty([gates * hiddenSize, hiddenSize])
            if bias {
                biasIH = try Tensor.empty([gates * hiddenSize])
                biasHH = try Tensor.empty([gates * hiddenSize])
            }
            let bound = 1 / Double(hiddenSize).squareRoot()
            for weight in [weightIH, weightHH, biasIH, biasHH].compactMap(\.self) {
                try Init.uniform_(weight, -bound, bound)
            }
        }
    }

    public override var extraDescription: String {
        "\(inputSize), \(hiddenSize)" + (has(biasIH, asked: usesBias) ? "" : ", bias=False")
    }

    /// Runs one step of a batch, or of a single vector.
    ///
    /// - Parameter states: the states, all of the hidden size; `nil` uses zeros.
    final func step(
        _ input: Tensor, states: [Tensor?], _ kernel: (_ input: Tensor, _ states: [Tensor]) throws -> [Tensor]
    ) throws -> [Tensor] {
        try requireShape(
            (1...2).contains(input.dimensionCount) && input.shape.last == inputSize, Self.layerName, input,
            "it takes vectors of size \(inputSize), a batch of them or a single one")
        let isSingle = input.dimensionCount == 1
        let batch = isSingle ? try input.unsqueeze(dim: 0) : input
        let shape = [try batch.size(0), hiddenSize]
        let ready = try states.map { state in
            guard let state else { return try Tensor.zeros(shape, dtype: input.dtype, device: input.device) }
            let vectors = isSingle ? try state.unsqueeze(dim: 0) : state
            try requireShape(
                vectors.shape == shape, Self.layerName, state, "a state must be \(isSingle ? [hiddenSize] : shape)")
            return vectors
        }
        let results = try kernel(batch, ready)
        return isSingle ? try results.map { try $0.squeeze(dim: 0) } : results
    }
}

extension RecurrentCell: CountingMultiplyAdds {
    func multiplyAdds(input: Tensor, others: ArraySlice<Tensor>, output: Tensor) -> Int {
        matrixProducts([weightIH, weightHH], times: input.count / inputSize)
    }
}

/// One step of `RNN`: takes `[N, inputSize]` and `[N, hiddenSize]`, or vectors, and returns the next state.
public final class RNNCell: RecurrentCell {
    public let nonlinearity: RNN.Nonlinearity

    public init(
        _ inputSize: Int, _ hiddenSize: Int, bias: Bool = true, nonlinearity: RNN.Nonlinearity = .tanh
    ) {
        self.nonlinearity = nonlinearity
        super.init(gates: 1, inputSize, hiddenSize, bias: bias)
    }

    public override var extraDescription: String {
        super.extraDescription + (nonlinearity == .tanh ? "" : ", nonlinearity=\(nonlinearity.rawValue)")
    }

    /// Takes one step from a state.
    ///
    /// - Parameter hidden: the previous state; `nil` uses zeros.
    public func callAsFunction(_ input: Tensor, _ hidden: Tensor? = nil) throws -> Tensor {
        try call((input, hidden)) { try forward(input, hidden) }
    }

    /// Computes the result of a call; see `callAsFunction`.
    public func forward(_ input: Tensor, _ hidden: Tensor? = nil) throws -> Tensor {
        try requireInitialized()
        return try step(input, states: [hidden]) { input, states in
            nonlinearity == .tanh
                ? [
                    try Tensor.rnnTanhCell(
                        input, hx: states[0], wIh: weightIH, wHh: weightHH, bIh: biasIH, bHh: biasHH)
                ]
                : [
                    try Tensor.rnnReluCell(
                        input, hx: states[0], wIh: weightIH, wHh: weightHH, bIh: biasIH, bHh: biasHH)
                ]
        }[0]
    }
}

/// One step of `GRU`: takes `[N, inputSize]` and `[N, hiddenSize]`, or vectors, and returns the next state.
public final class GRUCell: RecurrentCell {
    public init(_ inputSize: Int, _ hiddenSize: Int, bias: Bool = true) {
        super.init(gates: 3, inputSize, hiddenSize, bias: bias)
    }

    /// Takes one step from a state.
    ///
    /// - Parameter hidden: the previous state; `nil` uses zeros.
    public func callAsFunction(_ input: Tensor, _ hidden: Tensor? = nil) throws -> Tensor {
        try call((input, hidden)) { try forward(input, hidden) }
    }

    /// Computes the result of a call; see `callAsFunction`.
    public func forward(_ input: Tensor, _ hidden: Tensor? = nil) throws -> Tensor {
        try requireInitialized()
        return try step(input, states: [hidden]) { input, states in
            [try Tensor.gruCell(input, hx: states[0], wIh: weightIH, wHh: weightHH, bIh: biasIH, bHh: biasHH)]
        }[0]
    }
}

/// One step of `LSTM`: takes `[N, inputSize]` and states `[N, hiddenSize]`, or vectors, and returns the next states.
public final class LSTMCell: RecurrentCell {
    public init(_ inputSize: Int, _ hiddenSize: Int, bias: Bool = true) {
        super.init(gates: 4, inputSize, hiddenSize, bias: bias)
    }

    /// Takes one step from a state.
    ///
    /// - Parameter state: the previous state; `nil` uses zeros.
    public func callAsFunction(_ input: Tensor, _ state: LSTM.State? = nil) throws -> LSTM.State {
        try call((input, state)) { try forward(input, state) }
    }

    /// Computes the result of a call; see `callAsFunction`.
    public func forward(_ input: Tensor, _ state: LSTM.State? = nil) throws -> LSTM.State {
        try requireInitialized()
        let results = try step(input, states: [state?.hidden, state?.cell]) { input, states in
            let (hidden, cell) = try Tensor.lstmCell(
                input, hx: states, wIh: weightIH, wHh: weightHH, bIh: biasIH, bHh: biasHH)
            return [hidden, cell]
        }
        return (results[0], results[1])
    }
}
