import Torch

/// A second network whose weights are an average of those that a network had: PyTorch's `AveragedModel`.
///
/// ```swift
/// let averaged = try AveragedModel(network, copy: Net(), averaging: .exponential(decay: 0.999))
/// …
/// try optimizer.step()
/// try averaged.updateParameters(network)
/// ```
///
/// Its keys are `n_averaged` and those of the network after `module.`, as in PyTorch. The buffers are the network's
/// latest, unless they are averaged too. Izmailov and others 2018, "Averaging weights leads to wider optima and better
/// generalization"; Polyak and Juditsky 1992, "Acceleration of stochastic approximation by averaging".
public final class AveragedModel<Network: Module>: Module {
    /// How many weights went into the average.
    @Buffer("n_averaged") public var averagedCount: Tensor

    /// The network with the averaged weights.
    public let module: Network

    private let averaging: WeightAveraging
    private let averagesBuffers: Bool

    /// Starts with a network's weights, which the first update replaces.
    ///
    /// - Parameters:
    ///   - copy: another network of the same making, which takes the weights. (PyTorch copies by itself; making one here
    ///     draws initial weights, which moves the random numbers that come after.)
    ///   - useBuffers: whether buffers are averaged like parameters.
    /// - Throws: `TorchError` where a decay is not from 0 to 1 or the copy shares a tensor with the network;
    ///   `StateDictError` where the two differ in their making.
    public init(
        _ network: Network, copy: Network, averaging: WeightAveraging = .equal, useBuffers: Bool = false
    ) throws {
        if case .exponential(let decay) = averaging {
            try require((0...1).contains(decay), "AveragedModel", "the decay must be from 0 to 1, not \(decay)")
        }
        let shared = Set((network.parameters() + network.buffers()).map(\.pointer))
        try require(
            (copy.parameters() + copy.buffers()).allSatisfy { !shared.contains($0.pointer) }, "AveragedModel",
            "the copy shares a tensor with the network: make it anew")
        try copy.loadStateDict(network.stateDict())
        module = copy
        self.averaging = averaging
        averagesBuffers = useBuffers
        super.init()
        averagedCount = try Tensor.zeros([], dtype: .int64)
    }

    /// Takes a network's weights into the average; the first ones as they are.
    ///
    /// - Throws: `TorchError` where the network is of another making; then nothing has changed.
    public func updateParameters(_ network: Network) throws {
        let count = try averagedCount.item(Int.self)
        // A loaded count may be any number.
        try require((0..<1 << 53).contains(count), "AveragedModel", "the average is said to be of \(count) weights")
        let parameters = try pairs(module.parameters(), network.parameters())
        let buffers = try pairs(module.buffers(), network.buffers())
        try noGrad {
            let averaged = averagesBuffers ? parameters + buffers : parameters
            if count == 0 {
                for (average, value) in averaged { try average.copy_(value) }
            } else {
                try averaging.update(averaged.map(\.0), with: averaged.map(\.1), count: count)
            }
            if !averagesBuffers {
                for (copy, value) in buffers { try copy.copy_(value) }
            }
            try averagedCount.add_(1)
        }
    }

    /// The averages with the current values, each in the average's type and on its device.
    private func pairs(_ averaged: [Tensor], _ current: [Tensor]) throws -> [(Tensor, Tensor)] {
        try require(
            averaged.map(\.shape) == current.map(\.shape), "AveragedModel",
            "the network has the shapes \(current.map(\.shape)), and its average \(averaged.map(\.shape))")
        return try zip(averaged, current).map { average, value in
            (average, try value.detach().to(average.device).to(average.dtype))
        }
    }
}

extension AveragedModel: Layer where Network: Layer {
    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try module(input)
        }
    }
}
