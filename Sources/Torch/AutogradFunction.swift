import CTorch
import Synchronization

/// An operation with a gradient of your own: PyTorch's `torch.autograd.Function`.
///
/// `forward` computes without recording, whatever it calls; `backward` computes the gradients of the inputs from those
/// of the outputs. What both need besides tensors goes into stored properties.
/// ```swift
/// struct Exponential: AutogradFunction {
///     func forward(_ inputs: [Tensor], _ call: FunctionCall) throws -> [Tensor] {
///         let result = try inputs[0].exp()
///         try call.save([result])
///         return [result]
///     }
///
///     func backward(_ gradients: [Tensor], _ call: FunctionCall) throws -> [Tensor?] {
///         [try gradients[0] * call.savedTensors()[0]]
///     }
/// }
///
/// let y = try Exponential()(x)
/// ```
/// Keep tensors that `backward` needs with `save`: a tensor that the function holds itself keeps its memory, and an
/// output that it holds is never freed. What `forward` throws comes out of the call, and what `backward` throws comes
/// out of `backward()` of the result.
///
/// `backward` runs on the thread that called it, or for tensors on a CUDA device on one of libtorch's threads. Backward
/// passes of one call run one at a time, those of different calls perhaps at the same time.
public protocol AutogradFunction: Sendable {
    /// Computes the outputs from the inputs.
    func forward(_ inputs: [Tensor], _ call: FunctionCall) throws -> [Tensor]

    /// Computes the gradient of each input from those of the outputs; `nil` for an input that has none.
    ///
    /// - Parameter gradients: one for each output, zeros if nothing depends on it.
    func backward(_ gradients: [Tensor], _ call: FunctionCall) throws -> [Tensor?]
}

extension AutogradFunction {
    /// Returns the outputs of `forward`, which are recorded if an input requires a gradient.
    ///
    /// - Throws: what `forward` throws; `TorchError` if its outputs cannot be recorded.
    public func apply(_ inputs: [Tensor]) throws -> [Tensor] {
        defer { keepAlive(inputs) }
        let application = FunctionApplication(self, inputs)
        let name = String(describing: Self.self) + "Backward"
        var results: UnsafeMutablePointer<OpaquePointer>?
        let count = name.withCString { name in
            // libtorch owns the application from here on.
            let callbacks = CTFunctionCallbacks(
                context: Unmanaged.passRetained(application).toOpaque(), name: name, forward: runForward,
                backward: runBackward
            ) { Unmanaged<FunctionApplication>.fromOpaque($0).release() }
            return ct_function_apply(callbacks, inputs.pointers, Int64(inputs.count), &results)
        }
        guard count >= 0 else { throw lastError() }
        return try [Tensor](owning: results, count: Int(count))
    }

    /// Returns the output of a function that has one.
    ///
    /// - Throws: as `apply`; `TorchError` unless there is one output.
    public func callAsFunction(_ inputs: Tensor...) throws -> Tensor {
        let outputs = try apply(inputs)
        guard outputs.count == 1 else {
            throw TorchError(
                kind: .other, operation: String(describing: Self.self),
                message: "it has \(outputs.count) outputs: call apply, which gives them all")
        }
        return outputs[0]
    }
}

/// One call of an `AutogradFunction`, as its `forward` and `backward` see it: PyTorch's `ctx`.
///
/// Use it only inside them: afterwards its functions throw.
public struct FunctionCall {
    fileprivate let pointer: OpaquePointer
    private let validity: Validity

    /// Whether the callback is still running.
    fileprivate final class Validity {
        var isValid = true
    }

    fileprivate init(_ pointer: OpaquePointer, _ validity: Validity) {
        self.pointer = pointer
        self.validity = validity
    }

    /// In `forward`, keeps inputs or outputs for `backward`, in this order. A second call replaces what the first one
    /// kept.
    ///
    /// `savedTensors()` throws if one was changed in place since then.
    public func save(_ tensors: [Tensor]) throws {
        try pass(tensors, to: ct_function_save)
    }

    /// In `backward`, returns what `save` kept.
    ///
    /// - Throws: `TorchError` if a tensor was changed in place, or if an earlier backward pass freed them.
    public func savedTensors() throws -> [Tensor] {
        try requireValid()
        var list: UnsafeMutablePointer<OpaquePointer>?
        let count = ct_function_saved(pointer, &list)
        return try [Tensor](owning: list, count: Int(count))
    }

    /// In `forward`, marks outputs that have no gradient. Outputs of integers have none anyway.
    public func markNonDifferentiable(_ outputs: [Tensor]) throws {
        try pass(outputs, to: ct_function_mark_constant)
    }

    /// In `forward`, marks inputs that were changed in place. They must be outputs too.
    public func markChanged(_ inputs: [Tensor]) throws {
        try pass(inputs, to: ct_function_mark_changed)
    }

    /// In `backward`, returns whether the gradient of an input is needed; if not, `nil` will do.
    public func needsGradient(ofInput index: Int) -> Bool {
        validity.isValid && index >= 0 && ct_function_needs_gradient(pointer, Int64(index))
    }

    private func pass(
        _ tensors: [Tensor], to function: (OpaquePointer, UnsafePointer<OpaquePointer>?, Int64) -> Bool
    ) throws {
        try requireValid()
        defer { keepAlive(tensors) }
        try check(function(pointer, tensors.pointers, Int64(tensors.count)))
    }

    private func requireValid() throws {
        guard validity.isValid else {
            throw TorchError(kind: .other, operation: "FunctionCall", message: "it is used after its function ended")
        }
    }
}

/// A function with the inputs of one call. libtorch keeps it as long as a result may be differentiated.
private final class FunctionApplication: Sendable {
    private let function: any AutogradFunction
    private let inputCount: Int
    private let inputs: Mutex<[Tensor]>

    init(_ function: any AutogradFunction, _ inputs: [Tensor]) {
        self.function = function
        inputCount = inputs.count
        self.inputs = Mutex(inputs)
    }

    func forward(_ pointer: OpaquePointer) throws -> [Tensor] {
        // These are released here, since what `backward` needs is saved.
        let inputs = inputs.withLock { inputs in
            defer { inputs = [] }
            return inputs
        }
        return try withCall(pointer) { try function.forward(inputs, $0) }
    }

    func backward(_ gradients: [Tensor], _ pointer: OpaquePointer) throws -> [Tensor?] {
        let results = try withCall(pointer) { try function.backward(gradients, $0) }
        guard results.count == inputCount else {
            throw TorchError(
                kind: .other, operation: String(describing: type(of: function)),
                message: "its backward gave \(results.count) gradients for \(inputCount) inputs")
        }
        return results
    }

    private func withCall<Result>(_ pointer: OpaquePointer, _ body: (FunctionCall) throws -> Result) rethrows -> Result
    {
        let validity = FunctionCall.Validity()
        defer { validity.isValid = false }
        return try body(FunctionCall(pointer, validity))
    }
}

private func runForward(
    _ context: UnsafeMutableRawPointer, _ call: OpaquePointer,
    _ outputs: UnsafeMutablePointer<UnsafeMutablePointer<OpaquePointer>?>, _ count: UnsafeMutablePointer<Int64>
) -> CTForeignError {
    carryingErrors {
        let application = Unmanaged<FunctionApplication>.fromOpaque(context).takeUnretainedValue()
        let results = try application.forward(call)
        guard let list = ct_function_outputs(Int64(results.count)) else {
            throw TorchError(kind: .outOfMemory, message: "out of memory")
        }
        for (place, result) in results.enumerated() { list[place] = ct_tensor_retain(result.pointer) }
        keepAlive(results)
        outputs.pointee = list
        count.pointee = Int64(results.count)
    }
}

private func runBackward(
    _ context: UnsafeMutableRawPointer, _ call: OpaquePointer, _ gradients: UnsafePointer<OpaquePointer>?,
    _ gradientCount: Int64, _ results: UnsafeMutablePointer<OpaquePointer?>?, _ resultCount: Int64
) -> CTForeignError {
    carryingErrors {
        let application = Unmanaged<FunctionApplication>.fromOpaque(context).takeUnretainedValue()
        guard let gradients, let results else { return }
        let given = try (0..<Int(gradientCount)).map { try Tensor(owning: ct_tensor_retain(gradients[$0])) }
        // There are as many as `results` has room for, which `backward` has checked.
        for (place, gradient) in try application.backward(given, call).enumerated() {
            results[place] = gradient.map { ct_tensor_retain($0.pointer) }
            keepAlive(gradient)
        }
    }
}
