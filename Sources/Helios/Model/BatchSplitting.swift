/// Computes the gradients of a batch part by part if there is too little memory for all of it:
/// `TrainerOptions.outOfMemory`.
///
/// It starts over with parts of half the size, from the random numbers, buffers and gradients of the beginning, until an
/// attempt succeeds. The size stays for later batches.
final class BatchSplitting {
    /// The greatest number of samples in a part; `nil` as long as there was memory for all. In the checkpoints.
    var limit: Int?
    /// Whether it has thrown an error that says what to do.
    private(set) var hasGivenUp = false

    private let least: Int
    private let device: Device
    private let networks: RunNetworks
    private let say: (String) -> Void

    /// - Parameters:
    ///   - least: the least number of samples in a part.
    ///   - say: tells the user something.
    init(least: Int, device: Device, _ networks: RunNetworks, say: @escaping (String) -> Void) {
        self.least = least
        self.device = device
        self.networks = networks
        self.say = say
    }

    /// Throws `ConfigurationError` for a network whose ranks must make the same calls: one of them may need more parts.
    func requireIndependentRanks() throws {
        guard
            let (path, _) = networks.all.lazy.flatMap({ $0.namedModules() })
                .first(where: { ($0.module as? BatchNorm)?.isSynchronized == true })
        else { return }
        throw ConfigurationError(
            "outOfMemory: .splits does not work with batch normalization over several processes ('\(path)'), in which all "
                + "ranks compute a batch together: use a smaller batch, or layers that normalize by themselves")
    }

    /// Computes gradients.
    ///
    /// - Parameters:
    ///   - batch: whose gradients they are.
    ///   - reduction: whether the loss is the mean or the sum over the samples.
    ///   - parameters: those that may get gradients, each once.
    ///   - agree: what the ranks make of whether this one has failed and the size with which it would go on.
    ///   - loss: computes the loss of a part.
    ///   - backward: differentiates a loss.
    /// - Returns: the loss of the batch.
    func differentiate<Batch: SplittableBatch>(
        _ batch: Batch, _ reduction: Reduction, _ parameters: [Tensor],
        agree: (_ hasFailed: Bool, _ size: Int) throws -> (hasFailed: Bool, size: Int),
        _ loss: (Batch) throws -> Tensor, _ backward: (Tensor) throws -> Void
    ) throws -> Tensor {
        let count = batch.sampleCount
        let before = try Beginning(parameters, networks, device)
        do {
            while true {
                let parts = BatchSplitting.parts(of: count, limit: limit)
                let largest = parts.map(\.count).max() ?? count
                var value: Tensor?
                var failure: TorchError?
                do {
                    value = try attempt(batch, parts, reduction, loss, backward)
                } catch let error as TorchError where error.kind == .outOfMemory {
                    failure = error
                }
                let next = try agree(failure != nil, max((largest + 1) / 2, min(least, largest)))
                if let value, !next.hasFailed {
                    try before.addGradients()
                    return value
                }
                if let failure, largest <= least { throw giveUp(failure, largest) }
                value = nil
                try before.restore()
                LibTorch.emptyCache()
                limit = next.size
                say(
                    "there is too little memory for \(largest) samples at once: the step is repeated in parts of at most "
                        + "\(next.size), and so are later ones (the same gradients up to rounding; layers such as batch normalization "
                        + "see the samples of a part)")
            }
        } catch {
            // The gradients of earlier batches belong to the step, and to a checkpoint that is saved after the error.
            try? before.returnGradients()
            throw error
        }
    }

    /// The numbers of the samples in each part: as many parts as the limit asks for, of almost the same size.
    static func parts(of count: Int, limit: Int?) -> [Range<Int>] {
        guard let limit, limit > 0, count > limit else { return [0..<count] }
        let number = (count + limit - 1) / limit
        return (0..<number).map { count * $0 / number..<count * ($0 + 1) / number }
    }

    private func attempt<Batch: SplittableBatch>(
        _ batch: Batch, _ parts: [Range<Int>], _ reduction: Reduction, _ loss: (Batch) throws -> Tensor,
        _ backward: (Tensor) throws -> Void
    ) throws -> Tensor {
        guard parts.count > 1 else {
            let value = try loss(batch)
            try backward(value)
            return value
        }
        var sum: Tensor?
        for range in parts {
            let part = try batch.samples(range)
            guard part.sampleCount == range.count else {
                throw ConfigurationError(
                    "\(Batch.self).samples(\(range)) gave \(part.sampleCount) samples, and must give \(range.count)")
            }
            var value = try loss(part)
            if reduction == .mean { value = try value * (Double(range.count) / Double(batch.sampleCount)) }
            try backward(value)
            sum = try sum.map { try $0 + value.detach() } ?? value.detach()
        }
        return try sum ?? Tensor.full([], 0)
    }

    private func giveUp(_ error: TorchError, _ size: Int) -> TorchError {
        hasGivenUp = true
        return error.saying(
            "there is too little memory for \(size) sample\(size == 1 ? "" : "s"), and outOfMemory: .splits(atLeast: "
                + "\(least)) makes no smaller parts: use a smaller network or input, a lower precision (createScaler), or "
                + "another device")
    }

    /// The error of a step that ran out of memory where it cannot be repeated.
    func explaining(_ error: TorchError) -> TorchError {
        guard !hasGivenUp else { return error }
        return error.saying(
            "outOfMemory: .splits repeats only the loss and the backward pass of minimize(_:on:), and the memory ran out "
                + "elsewhere in the step: compute the loss there, as in minimize(optimizer, on: batch) { batch in … }, or use a "
                + "smaller batch")
    }
}

extension TorchError {
    fileprivate func saying(_ advice: String) -> TorchError {
        TorchError(kind: kind, operation: operation, inputs: inputs, message: "\(message). \(advice)")
    }
}

/// What an attempt begins with.
private struct Beginning {
    let parameters: [Tensor]
    let gradients: [Tensor?]
    let buffers: [(buffer: Tensor, value: Tensor)]
    let random: RandomState
    let device: Device

    /// Takes note of it, and sets the gradients aside.
    init(_ parameters: [Tensor], _ networks: RunNetworks, _ device: Device) throws {
        self.parameters = parameters
        self.device = device
        gradients = parameters.map(\.grad)
        buffers = try noGrad {
            try networks.all.flatMap { try $0.buffers() }.filter(\.isDefined).map { ($0, try $0.clone()) }
        }
        random = try RandomState.current(seed: 0, device: device)
        for parameter in parameters { try parameter.setGrad(nil) }
    }

    /// Gives everything back that the attempt has changed but the gradients, of which there are none again.
    func restore() throws {
        for parameter in parameters { try parameter.setGrad(nil) }
        try noGrad { for (buffer, value) in buffers { try buffer.copy_(value) } }
        try random.restore(device: device)
    }

    /// Gives the parameters the gradients that they had, and no others.
    func returnGradients() throws {
        for (parameter, gradient) in zip(parameters, gradients) { try parameter.setGrad(gradient) }
    }

    /// Adds the gradients that were there before to the new ones, as a backward pass does.
    func addGradients() throws {
        try noGrad {
            for (parameter, gradient) in zip(parameters, gradients) {
                guard let gradient else { continue }
                try parameter.setGrad(parameter.grad.map { try gradient.add_($0) } ?? gradient)
            }
        }
    }
}
