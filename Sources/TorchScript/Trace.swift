import CTorch
import Torch
import TorchNN

/// Runs a network once and makes a TorchScript module of the operations that it called: PyTorch's `torch.jit.trace`.
///
/// ```swift
/// let module = try trace(network.eval(), Tensor.zeros([1, 3, 224, 224]))
/// try module.save("network.pt")
/// ```
/// Only operations on tensors are recorded. What Swift decides, it decides once: a branch, a number of rounds, a size that
/// was read from a shape. The network's mode is recorded as well, so switch it to evaluation first.
/// - Throws: `TorchError` if the network uses a tensor that requires a gradient and is neither a parameter nor an argument;
///   what the network throws.
public func trace(_ network: some Layer, _ argument: Tensor) throws -> ScriptModule {
    try trace(network, [argument]) { [try network($0[0])] }
}

/// Runs a function once and makes a TorchScript module of the operations that it called, for a network that takes or gives
/// several tensors.
///
/// ```swift
/// let module = try trace(lstm, [sequence]) { inputs in
///     let (output, state) = try lstm(inputs[0])
///     return [output, state.hidden, state.cell]
/// }
/// ```
/// - Parameters:
///   - network: the module whose parameters and buffers become the new one's, under their names.
///   - arguments: tensors to call the function with.
///   - forward: calls the network. One tensor that it returns is the new module's result, several are a tuple of them.
/// - Throws: as for one tensor.
public func trace(
    _ network: Module, _ arguments: [Tensor], _ forward: ([Tensor]) throws -> [Tensor]
) throws -> ScriptModule {
    let recorded = try Trace(network, arguments, forward)
    return try withExtendedLifetime(recorded) { try ScriptModule(owning: ct_trace_module($0.pointer, "forward")) }
}

/// What one call of a network did.
package final class Trace {
    package let pointer: OpaquePointer

    package init(_ network: Module, _ arguments: [Tensor], _ forward: ([Tensor]) throws -> [Tensor]) throws {
        let parameters = try network.namedParameters().map { (name: $0.name, tensor: $0.parameter, isBuffer: false) }
        let buffers = try network.namedBuffers().map { (name: $0.name, tensor: $0.buffer, isBuffer: true) }
        let tensors = parameters + buffers
        let observers = network.namedModules().map { name, module in
            module.registerCallObserver(
                before: { _ in try require(ct_trace_enter(name)) }, after: { _ in try require(ct_trace_leave()) })
        }
        defer { observers.forEach { $0.remove() } }
        // libtorch calls back before ct_trace_function returns, and keeps nothing.
        let pointer = withoutActuallyEscaping(forward) { forward -> OpaquePointer? in
            let call = TracedCall(forward)
            defer { withExtendedLifetime((call, tensors, arguments)) {} }
            let function = CTTracedFunction(context: Unmanaged.passUnretained(call).toOpaque(), call: runTraced)
            return withCStrings(tensors.map(\.name)) { names in
                ct_trace_function(
                    function, arguments.map(\.pointer), Int64(arguments.count), names, tensors.map(\.tensor.pointer),
                    tensors.map(\.isBuffer), Int64(tensors.count), network.isTraining)
            }
        }
        guard let pointer else { throw TorchError.lastOfAny() }
        self.pointer = pointer
    }

    deinit {
        ct_trace_release(pointer)
    }
}

private final class TracedCall {
    let forward: ([Tensor]) throws -> [Tensor]

    init(_ forward: @escaping ([Tensor]) throws -> [Tensor]) {
        self.forward = forward
    }
}

private func require(_ isDone: Bool) throws {
    if !isDone { throw TorchError.last() }
}

private func runTraced(
    _ context: UnsafeMutableRawPointer, _ inputs: UnsafePointer<OpaquePointer>?, _ inputCount: Int64,
    _ outputs: UnsafeMutablePointer<UnsafeMutablePointer<OpaquePointer>?>, _ count: UnsafeMutablePointer<Int64>
) -> CTForeignError {
    TorchError.carrying {
        let call = Unmanaged<TracedCall>.fromOpaque(context).takeUnretainedValue()
        let arguments = try (0..<Int(inputCount)).compactMap { index in
            try inputs.map { try Tensor(owning: ct_tensor_retain($0[index])) }
        }
        let results = try call.forward(arguments)
        guard let list = ct_function_outputs(Int64(results.count)) else {
            throw TorchError(kind: .outOfMemory, message: "out of memory")
        }
        for (place, result) in results.enumerated() { list[place] = ct_tensor_retain(result.pointer) }
        withExtendedLifetime(results) {}
        outputs.pointee = list
        count.pointee = Int64(results.count)
    }
}

/// Lends texts to C.
private func withCStrings<Result>(_ texts: [String], _ body: ([UnsafePointer<CChar>]) -> Result) -> Result {
    var bytes: [CChar] = []
    let starts = texts.map { text in
        defer { bytes += text.utf8CString }
        return bytes.count
    }
    return bytes.withUnsafeBufferPointer { buffer in
        guard let start = buffer.baseAddress else { return body([]) }
        return body(starts.map { start + $0 })
    }
}
