import Torch

/// Measures the running statistics of every batch normalisation anew: PyTorch's `update_bn`.
///
/// Averaged weights need it, since the statistics that came with them were those of other weights.
/// ```swift
/// try updateBatchNorm(averaged) {
///     for batch in batches { _ = try averaged(batch) }
/// }
/// ```
/// - Parameters:
///   - network: what `body` runs. During that it is in training mode, records no gradients, and each batch counts alike;
///     afterwards modes and momenta are what they were. Without batch normalisation nothing happens.
///   - body: runs the network over the data once.
/// - Throws: what `body` throws; the statistics are then those of the batches before.
public func updateBatchNorm(_ network: Module, _ body: () throws -> Void) throws {
    let layers = network.namedModules().compactMap { $0.module as? BatchNorm }.filter(\.trackRunningStats)
    guard !layers.isEmpty else { return }
    let (momenta, wasTraining) = (layers.map(\.momentum), network.isTraining)
    defer {
        for (layer, momentum) in zip(layers, momenta) { layer.momentum = momentum }
        network.train(wasTraining)
    }
    network.train()
    try noGrad {
        for layer in layers {
            // The mean of all batches.
            layer.momentum = nil
            try layer.runningMean?.zero_()
            try layer.runningVar?.fill_(1)
            try layer.numBatchesTracked?.zero_()
        }
        try body()
    }
}
