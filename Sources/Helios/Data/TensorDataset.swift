/// A batch of inputs and their targets. The first dimension of both is the number of samples.
public struct LabeledBatch: DeviceTransferable, Sendable {
    /// The inputs of the network, `[N, …]`.
    public var inputs: Tensor
    /// The desired outputs, `[N, …]`: class indices (`int64[N]`) or values.
    public var targets: Tensor

    /// Creates a batch of inputs and their targets.
    ///
    /// - Parameters:
    ///   - inputs: `[N, …]`
    ///   - targets: `[N, …]`
    public init(inputs: Tensor, targets: Tensor) {
        self.inputs = inputs
        self.targets = targets
    }

    /// The number of samples.
    public var count: Int {
        inputs.shape.first ?? 0
    }

    public func to(_ device: Device) throws -> LabeledBatch {
        LabeledBatch(inputs: try inputs.to(device), targets: try targets.to(device))
    }
}

/// Samples that are in memory as two tensors. A batch takes two indexing operations, regardless of its size.
public struct TensorDataset: BatchDataset {
    /// The inputs of all samples, `[N, …]`.
    public let inputs: Tensor
    /// The targets of all samples, `[N, …]`.
    public let targets: Tensor
    public let count: Int

    /// Creates a data set from two tensors.
    ///
    /// - Parameters:
    ///   - inputs: `[N, …]`
    ///   - targets: `[N, …]`
    /// - Throws: `DataError` if the two do not have the same number of samples.
    public init(inputs: Tensor, targets: Tensor) throws {
        guard let count = inputs.shape.first, targets.shape.first == count else {
            throw DataError(
                "inputs and targets must have the same number of samples in their first dimension; their shapes are "
                    + "\(inputs.shape) and \(targets.shape)")
        }
        self.inputs = inputs
        self.targets = targets
        self.count = count
    }

    public func batch(at indices: [Int], random: BatchRandom) throws -> LabeledBatch {
        let positions = try Tensor(indices, device: inputs.device)
        return LabeledBatch(
            inputs: try inputs.indexSelect(dim: 0, index: positions),
            targets: try targets.indexSelect(dim: 0, index: positions))
    }
}
