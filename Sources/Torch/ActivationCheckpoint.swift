import CTorch

/// Runs `body` without keeping the activations that its backward pass needs, and runs it again then to compute them:
/// PyTorch's `torch.utils.checkpoint` with `use_reentrant`. It trades time for memory.
///
/// ```swift
/// x = try checkpoint(x) { try block($0) }
/// ```
/// The second run uses the random numbers of the first, so dropout drops the same elements, and the same autocast.
/// Anything else that `body` changes, such as running statistics, changes twice. The parameters that it uses get their
/// gradients; every other tensor that needs a gradient must be an input. The result always requires a gradient.
///
/// Chen and others 2016, "Training deep nets with sublinear memory cost".
/// - Parameters:
///   - inputs: what `body` computes from.
///   - preservesRandomState: whether the second run draws the same random numbers as the first.
///   - body: runs now, and again on the thread of the backward pass, which for tensors on a CUDA device is one of
///     libtorch's.
/// - Throws: what `body` throws. The backward pass throws `TorchError` if it is one for chosen inputs (`grad`), or if
///   it is recorded itself.
public func checkpoint(
    _ inputs: [Tensor], preservesRandomState: Bool = true, _ body: @escaping ([Tensor]) throws -> [Tensor]
) throws -> [Tensor] {
    guard isGradEnabled else { return try body(inputs) }
    let inputCount = inputs.count
    let surroundings = try Surroundings(of: inputs, withRandomState: preservesRandomState)
    let function = CheckpointedFunction(surroundings: surroundings) { try body(Array($0.prefix(inputCount))) }
    // A call is recorded if an input requires a gradient, and parameters inside `body` are not inputs.
    let recorded = inputs.contains(where: \.requiresGrad)
    return try function.apply(recorded ? inputs : inputs + [Tensor.empty([0]).requiresGrad_()])
}

/// Does the same for one tensor that is computed from one.
public func checkpoint(
    _ input: Tensor, preservesRandomState: Bool = true, _ body: @escaping (Tensor) throws -> Tensor
) throws -> Tensor {
    try checkpoint([input], preservesRandomState: preservesRandomState) { try [body($0[0])] }[0]
}

/// This is unchecked, since modules are not sendable: the documentation says on which thread the body runs.
private struct CheckpointedFunction: AutogradFunction, @unchecked Sendable {
    let surroundings: Surroundings
    let body: ([Tensor]) throws -> [Tensor]

    func forward(_ inputs: [Tensor], _ call: FunctionCall) throws -> [Tensor] {
        try call.save(inputs)
        return try body(inputs)
    }

    func backward(_ gradients: [Tensor], _ call: FunctionCall) throws -> [Tensor?] {
        guard ct_backward_reaches_all_leaves(), !isGradEnabled else {
            throw TorchError(
                kind: .other, operation: "checkpoint",
                message: "it takes backward passes for all leaves: call backward, not grad, and without createGraph")
        }
        let inputs = try call.savedTensors().map { try $0.detach().requiresGrad_($0.requiresGrad) }
        let outputs = try surroundings.restored { try enableGrad { try body(inputs) } }
        guard outputs.count == gradients.count else {
            throw TorchError(
                kind: .other, operation: "checkpoint",
                message: "the second run gave \(outputs.count) tensors, the first \(gradients.count)")
        }
        let recorded = zip(outputs, gradients).filter { $0.0.requiresGrad }
        if !recorded.isEmpty {
            defer { keepAlive(recorded) }
            try check(ct_backward_from(recorded.map(\.0.pointer), recorded.map(\.1.pointer), Int64(recorded.count)))
        }
        return inputs.map(\.grad)
    }
}

/// The random state and the autocast of the devices that a computation uses.
private struct Surroundings {
    private var generators: [(generator: Generator, state: Tensor)] = []
    private var autocasts: [(device: Device, dtype: DType, enabled: Bool)] = []

    init(of inputs: [Tensor], withRandomState: Bool) throws {
        for device in Set(inputs.map(\.device)).union([.cpu]) {
            if withRandomState {
                let generator = try Generator.standard(for: device)
                generators.append((generator, try generator.state()))
            }
            var enabled = false
            var dtype: Int32 = 0
            try check(ct_autocast_state(device.c.type, &enabled, &dtype))
            autocasts.append((device, DType(rawValue: dtype), enabled))
        }
    }

    /// Runs `body` with them, and then restores the current ones.
    func restored<Result>(_ body: () throws -> Result) throws -> Result {
        let present = try generators.map { (generator: $0.generator, state: try $0.generator.state()) }
        defer {
            // A state that a generator returned fits it.
            for (generator, state) in present { try? generator.setState(state) }
        }
        for (generator, state) in generators { try generator.setState(state) }
        return try autocasts[...].restored(body)
    }
}

extension ArraySlice<(device: Device, dtype: DType, enabled: Bool)> {
    /// Runs `body` inside an autocast for each.
    fileprivate func restored<Result>(_ body: () throws -> Result) throws -> Result {
        guard let first else { return try body() }
        return try autocast(first.device, first.dtype, enabled: first.enabled) { try dropFirst().restored(body) }
    }
}
