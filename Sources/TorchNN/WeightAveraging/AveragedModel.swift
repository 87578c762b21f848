import Torch

/// A second network whose weights are an average of a network's weights over time: PyTorch's `AveragedModel`.
///
/// ```swift
/// let averaged = AveragedModel(network, copy: Net(), averaging: .exponential(decay: 0.999))
/// …
/// try optimizer.step()
/// try averaged.updateParameters(network)
/// ```
///
/// Its keys are `n_averaged` and those of the network after `module.`, as in PyTorch. The buffers are the latest ones
/// of the network, unless they are averaged too. Izmailov and others 2018, "Averaging weights leads to wider optima and
/// better generalization"; Polyak and Juditsky 1992, "Acceleration of stochastic approximation by averaging".
public final class AveragedModel<Network: Module>: Module {
    /// The number of updates of the average.
    @Buffer("n_averaged") public var averagedCount: Tensor

    /// The network with the averaged weights.
    public let module: Network

    private let averaging: WeightAveraging
    private let averagesBuffers: Bool

    /// Starts with a network's weights, which the first update replaces.
    ///
    /// The first use throws if a decay is not from 0 to 1, if the copy shares a tensor with the network, or if the two
    /// have different parameters.
    /// - Parameters:
    ///   - copy: another network of the same kind, which receives the weights. (PyTorch copies the network
    ///     automatically. Creating one here draws initial weights, which changes the subsequent random numbers.)
    ///   - useBuffers: whether to average buffers like parameters.
    public init(_ network: Network, copy: Network, averaging: WeightAveraging = .equal, useBuffers: Bool = false) {
        module = copy
        self.averaging = averaging
        averagesBuffers = useBuffers
        super.init()
        deferErrors {
            if case .exponential(let decay) = averaging {
                try requireProbability(decay, "AveragedModel", "decay")
            }
            let shared = Set(try (network.parameters() + network.buffers()).map(\.pointer))
            try require(
                (copy.parameters() + copy.buffers()).allSatisfy { !shared.contains($0.pointer) }, "AveragedModel",
                "the copy shares a tensor with the network: make a new one")
            try copy.loadStateDict(network.stateDict())
            averagedCount = try Tensor.zeros([], dtype: .int64)
        }
    }

    /// Updates the average with a network's weights; the first update copies them.
    ///
    /// - Throws: ``ModuleError`` if an initializer failed; `TorchError` if the network has different parameters. In
    ///   this case, nothing has changed.
    public func updateParameters(_ network: Network) throws {
        try requireInitialized(below: self)
        let count = try averagedCount.item(Int.self)
        // A loaded count may be any number.
        try require(
            (0..<1 << 53).contains(count), "AveragedModel", "n_averaged is \(count), which no number of updates gives")
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
    public func forward(_ input: Tensor) throws -> Tensor {
        try module(input)
    }
}
