import Torch

/// Recomputes the running statistics of every batch normalization: PyTorch's `update_bn`.
///
/// Averaged weights need this, because their statistics belong to other weights.
/// ```swift
/// try updateBatchNorm(averaged) {
///     for batch in batches { _ = try averaged(batch) }
/// }
/// ```
/// - Parameters:
///   - network: the network that `body` runs. During this time, it is in training mode, records no gradients, and gives
///     each batch the same weight; afterward, modes and momenta are restored. Without batch normalization, this
///     function does nothing.
///   - body: runs the network over the data once.
/// - Throws: ``ModuleError`` if an initializer failed; any error from `body`. The statistics are then those of the
///   previous batches.
public func updateBatchNorm(_ network: Module, _ body: () throws -> Void) throws {
    try network.validate()
    let modules = network.namedModules().map(\.module)
    let layers = modules.compactMap { $0 as? BatchNorm }.filter(\.trackRunningStats)
    guard !layers.isEmpty else { return }
    let (momenta, modes) = (layers.map(\.momentum), modules.map(\.isTraining))
    defer {
        for (layer, momentum) in zip(layers, momenta) { layer.momentum = momentum }
        // Those above first, since a module switches all below with itself.
        for (module, mode) in zip(modules, modes) { module.train(mode) }
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
