import Torch

/// (x - mean) / √(variance + eps) · weight + bias with the mean and the variance of all ranks' batches. Its inputs are
/// x, and the weight and the bias if there are any.
///
/// One exchange in each direction: forward, the ranks gather their counts, means and sums of squares; backward, they
/// add up the sums of the gradients. Both travel as `float64`, and every rank combines the same numbers in the same
/// order, so that running statistics stay the same to the bit.
struct SyncBatchNormFunction: AutogradFunction {
    let group: ProcessGroup
    let eps: Double
    /// How much of the new statistics goes into the running ones.
    let momentum: Double
    let runningMean: Tensor?
    let runningVariance: Tensor?
    /// Whether the second input is a weight.
    let hasWeight: Bool
    /// The type of the last input if that is a bias.
    let biasType: DType?

    func forward(_ inputs: [Tensor], _ call: FunctionCall) throws -> [Tensor] {
        let input = inputs[0]
        let weight = hasWeight ? inputs[1] : nil
        let bias = biasType == nil ? nil : inputs.last
        let (mean, variance, count) = try statistics(of: input)
        try updateRunningStatistics(mean, variance, count)
        let inverse = try (variance + eps).rsqrt()
        let type = Self.computedType(of: input)
        let (typedMean, typedInverse) = (try mean.to(type), try inverse.to(type))
        try call.save([input, typedMean, typedInverse, Tensor(count)] + (weight.map { [$0] } ?? []))
        // The kernel takes no empty batch.
        guard input.count > 0 else { return [try .emptyLike(input)] }
        let output = try Tensor.batchNorm(
            input, weight: weight?.to(type), bias: bias?.to(type), runningMean: typedMean,
            runningVar: variance.to(type), training: false, momentum: 0, eps: eps, cudnnEnabled: false)
        return [output]
    }

    func backward(_ gradients: [Tensor], _ call: FunctionCall) throws -> [Tensor?] {
        guard !isGradEnabled else {
            // They would miss what goes through the exchange.
            throw group.error(
                .invalidArgument, "sync_batch_norm", "there are no second derivatives: leave out `createGraph: true`")
        }
        let saved = try call.savedTensors()
        let (input, mean, inverse, count) = (saved[0], saved[1], saved[2], try saved[3].item(Double.self))
        let weight = saved.count > 4 ? saved[4] : nil
        let dimensions = [0] + Array(2..<max(input.dimensionCount, 2))
        func perChannel(_ tensor: Tensor) throws -> Tensor {
            try tensor.to(mean.dtype).reshape([1, -1] + Array(repeating: 1, count: input.dimensionCount - 2))
        }
        let gradient = try gradients[0].to(mean.dtype)
        let centered = try input.to(mean.dtype) - perChannel(mean)
        let sum = try gradient.sum(dims: dimensions)
        let product = try (gradient * centered).sum(dims: dimensions)

        var inputGradient: Tensor?
        if call.needsGradient(ofInput: 0) {
            let sums = try Tensor.cat([sum, product]).to(.float64)
            try group.allReduce(sums)
            let means = try (sums / count).chunk(chunks: 2)
            let wide = try inverse.to(.float64)
            let slope = try perChannel(means[1] * wide * wide)
            let scale = try perChannel(weight.map { try wide * $0.to(.float64) } ?? wide)
            inputGradient = try ((gradient - perChannel(means[0]) - centered * slope) * scale).to(input.dtype)
        }
        var results = [inputGradient]
        if hasWeight { results.append(try (product * inverse).to(weight?.dtype ?? mean.dtype)) }
        if let biasType { results.append(try sum.to(biasType)) }
        return results
    }

    /// Half precision is too coarse for sums.
    private static func computedType(of input: Tensor) -> DType {
        input.dtype == .float64 ? .float64 : .float32
    }

    /// The mean and the variance of each channel over all ranks, `float64[C]`, and the number of values that they are of.
    private func statistics(of input: Tensor) throws -> (mean: Tensor, variance: Tensor, count: Double) {
        let channels = input.shape[1]
        let ownCount = Double(input.count / channels)
        var own = try Tensor.zeros([1 + 2 * channels], dtype: .float64)
        if ownCount > 0 {
            let (mean, variance) = try Tensor.batchNormUpdateStats(
                input.to(Self.computedType(of: input)), momentum: 0)
            own = try Tensor.cat([Tensor([ownCount]), mean.to(.float64), variance.to(.float64) * ownCount])
        }
        let rows = try Tensor.stack(group.allGather(own))
        let counts = try rows.narrow(dim: 1, start: 0, length: 1)
        let means = try rows.narrow(dim: 1, start: 1, length: channels)
        let squares = try rows.narrow(dim: 1, start: 1 + channels, length: channels)
        let count = try counts.sum().item(Double.self)
        guard count > 1 else {
            throw group.error(
                .invalidArgument, "sync_batch_norm",
                "training needs more than one value for each channel, and all ranks together have \(Int(count)): use "
                    + "larger batches, or drop the last one")
        }
        let mean = try (means * counts).sum(dim: 0) / count
        // Sums of squares around a rank's own mean lack what that mean is off (Chan, Golub and LeVeque 1979).
        let variance = try (squares + counts * (means - mean).pow(2)).sum(dim: 0) / count
        return (mean, variance, count)
    }

    private func updateRunningStatistics(_ mean: Tensor, _ variance: Tensor, _ count: Double) throws {
        let unbiased = try variance * (count / (count - 1))
        for (running, new) in [(runningMean, mean), (runningVariance, unbiased)] {
            guard let running else { continue }
            try running.copy_(running.to(.float64) * (1 - momentum) + new * momentum)
        }
    }
}
