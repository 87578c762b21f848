import CTorch

extension Tensor {
    /// Whether operations on the tensor are recorded, so that a gradient can be computed.
    public var requiresGrad: Bool {
        defer { keepAlive(self) }
        return ct_tensor_requires_grad(pointer)
    }

    /// Switches recording on or off for a leaf, in place.
    ///
    /// - Throws: `TorchError` for a tensor of integers, or for the result of a recorded operation.
    @discardableResult
    public func requiresGrad_(_ requiresGrad: Bool = true) throws -> Tensor {
        defer { keepAlive(self) }
        try check(ct_tensor_set_requires_grad(pointer, requiresGrad))
        return self
    }

    /// Returns the tensor itself, which requires a gradient from now on if `requiresGrad` says so: the last step of
    /// every function that creates a tensor.
    func requiringGrad(_ requiresGrad: Bool) throws -> Tensor {
        requiresGrad ? try requiresGrad_() : self
    }

    /// Whether the tensor is not the result of a recorded operation.
    public var isLeaf: Bool {
        defer { keepAlive(self) }
        return ct_tensor_is_leaf(pointer)
    }

    /// The name of the operation that made the tensor, as in `AddBackward0`; `nil` for a leaf.
    public var gradFunction: String? {
        defer { keepAlive(self) }
        let name = String(cString: ct_tensor_grad_function(pointer))
        return name.isEmpty ? nil : name
    }

    /// The gradient that `backward` accumulated into this leaf; `nil` if there is none.
    public var grad: Tensor? {
        defer { keepAlive(self) }
        return ct_tensor_grad(pointer).flatMap { try? Tensor(owning: $0) }
    }

    /// Sets the gradient, or removes it.
    ///
    /// - Throws: `TorchError` if the shape, type or device differs.
    public func setGrad(_ grad: Tensor?) throws {
        defer { keepAlive((self, grad)) }
        try check(ct_tensor_set_grad(pointer, grad?.pointer))
    }

    /// Computes the gradient of this tensor with respect to every leaf that requires one, and adds it to theirs.
    ///
    /// - Parameters:
    ///   - gradient: the gradient with respect to this tensor, of its shape; not needed for a single number.
    ///   - retainGraph: whether to keep what another call needs; `nil` means the value of `createGraph`.
    ///   - createGraph: whether to record the computation itself, for derivatives of higher order.
    public func backward(gradient: Tensor? = nil, retainGraph: Bool? = nil, createGraph: Bool = false) throws {
        defer { keepAlive((self, gradient)) }
        try check(ct_backward(pointer, gradient?.pointer, retainGraph.c, createGraph))
    }

    /// Makes this tensor hold the elements of `source`, without recording: PyTorch's `x.data = source`.
    public func setData(_ source: Tensor) throws {
        defer { keepAlive((self, source)) }
        try check(ct_tensor_set_data(pointer, source.pointer))
    }

    /// Returns a leaf that shares the elements, and requires gradients if its type can have them.
    package func asParameter() throws -> Tensor {
        defer { keepAlive(self) }
        return try Tensor(owning: ct_tensor_as_parameter(pointer))
    }
}

/// Returns the gradients of `outputs` with respect to `inputs`, without adding them to anything: `torch.autograd.grad`.
///
/// - Parameters:
///   - gradients: those with respect to the outputs, one each (`nil` for a single number); not needed if every output
///     is a single number.
///   - allowUnused: whether to return `nil` for an input that no output depends on, instead of throwing an error.
/// - Returns: a gradient for each input.
public func grad(
    of outputs: [Tensor], withRespectTo inputs: [Tensor], gradients: [Tensor?] = [], retainGraph: Bool? = nil,
    createGraph: Bool = false, allowUnused: Bool = false
) throws -> [Tensor?] {
    defer { keepAlive((outputs, inputs, gradients)) }
    var results = [OpaquePointer?](repeating: nil, count: inputs.count)
    try check(
        ct_grad(
            outputs.pointers, Int64(outputs.count), inputs.pointers, Int64(inputs.count),
            gradients.pointers, Int64(gradients.count), retainGraph.c, createGraph, allowUnused, &results))
    return try results.map { try $0.map { try Tensor(owning: $0) } }
}

/// Runs `body` without recording operations for gradients: `torch.no_grad()`.
public func noGrad<Result>(_ body: () throws -> Result) rethrows -> Result {
    try withGradMode(false, body)
}

/// Runs `body` with recording, inside `noGrad`: `torch.enable_grad()`.
public func enableGrad<Result>(_ body: () throws -> Result) rethrows -> Result {
    try withGradMode(true, body)
}

/// Whether operations are recorded on this thread.
public var isGradEnabled: Bool {
    ct_grad_mode()
}

private func withGradMode<Result>(_ enabled: Bool, _ body: () throws -> Result) rethrows -> Result {
    let previous = ct_grad_mode()
    ct_set_grad_mode(enabled)
    defer { ct_set_grad_mode(previous) }
    return try body()
}

/// Runs `body` without recording, and without what later recording would need: `torch.inference_mode()`.
///
/// A tensor made inside can never require gradients.
public func inferenceMode<Result>(_ body: () throws -> Result) throws -> Result {
    guard let guardObject = ct_inference_mode_enter(true) else { throw TorchError.last() }
    defer { ct_inference_mode_leave(guardObject) }
    return try body()
}

/// Runs `body` with operations that benefit from it in a lower precision: `torch.autocast`.
///
/// - Parameters:
///   - device: the kind of device whose operations are affected.
///   - dtype: `bfloat16`, or `float16` on a CUDA device.
///   - enabled: whether to change anything; if not, `body` runs as it is.
public func autocast<Result>(
    _ device: Device, _ dtype: DType, enabled: Bool = true, _ body: () throws -> Result
) throws -> Result {
    guard dtype == .bfloat16 || dtype == .float16 else {
        throw TorchError(kind: .type, operation: "autocast", message: "it takes bfloat16 or float16, not \(dtype)")
    }
    var previouslyEnabled = false
    var previousType: Int32 = 0
    try check(ct_autocast_enter(device.c.type, dtype.rawValue, enabled, &previouslyEnabled, &previousType))
    defer { _ = ct_autocast_leave(device.c.type, previouslyEnabled, previousType) }
    return try body()
}
