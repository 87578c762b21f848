import Torch

/// The base class of `RNN` and `GRU`: a layer whose state at each step is one tensor.
public class HiddenStateLayer: RecurrentLayer {
    /// Runs through a sequence from an initial state.
    ///
    /// - Parameter hidden: the initial state; `nil` uses zeros.
    /// - Returns: the output at each step, and the last state.
    public final func callAsFunction(_ input: Tensor, _ hidden: Tensor? = nil) throws -> (
        output: Tensor, hidden: Tensor
    ) {
        try call((input, hidden)) { try forward(input, hidden) }
    }

    /// Runs packed sequences.
    ///
    /// - Parameter hidden: the initial state, in the batch's order; `nil` uses zeros.
    public final func callAsFunction(
        _ input: PackedSequence, _ hidden: Tensor? = nil
    ) throws -> (output: PackedSequence, hidden: Tensor) {
        try call((input, hidden)) { try forward(input, hidden) }
    }

    /// Computes the result of a call; see `callAsFunction`.
    public final func forward(_ input: Tensor, _ hidden: Tensor? = nil) throws -> (output: Tensor, hidden: Tensor) {
        try requireInitialized()
        let results = try run(input, states: hidden.map { [$0] }, sizes: [hiddenSize]) { input, states in
            try compute(input, batchSizes: nil, states[0])
        }
        return (results[0], results[1])
    }

    /// Computes the result of a call; see `callAsFunction`.
    public final func forward(
        _ input: PackedSequence, _ hidden: Tensor? = nil
    ) throws -> (output: PackedSequence, hidden: Tensor) {
        try requireInitialized()
        let (output, states) = try run(input, states: hidden.map { [$0] }, sizes: [hiddenSize]) { data, sizes, states in
            try compute(data, batchSizes: sizes, states[0])
        }
        return (output, states[0])
    }

    /// Runs the kernel of the layer.
    ///
    /// - Parameters:
    ///   - input: a batch, or the data of packed sequences.
    ///   - batchSizes: how many of the packed sequences each step has; `nil` for a batch.
    /// - Returns: the output and the last state.
    func compute(_ input: Tensor, batchSizes: Tensor?, _ hidden: Tensor) throws -> [Tensor] {
        throw TorchError(kind: .other, operation: Self.layerName, message: "the layer must override compute")
    }
}
