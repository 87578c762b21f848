import Torch

/// What is told of a module's forward pass: the module, the tensors it took and those it gave.
///
/// The inputs are what the module computes on, in the order of its arguments: states too, where they are given, but no
/// masks. Of a packed sequence it is the `data`.
public typealias ForwardHook = (_ module: Module, _ inputs: [Tensor], _ outputs: [Tensor]) throws -> Void

/// A hook's registration: `remove()` ends it.
public struct ModuleHookHandle {
    fileprivate weak var module: Module?
    fileprivate let registration: HookRegistration

    /// Calls the hook no more.
    public func remove() {
        module?.forwardHooks.removeAll { $0 === registration }
    }
}

/// A hook as a module keeps it.
final class HookRegistration {
    let hook: ForwardHook

    init(_ hook: @escaping ForwardHook) {
        self.hook = hook
    }
}

extension Module {
    /// Calls `hook` after each forward pass of this module.
    ///
    /// All layers and losses of this library call their hooks. A module of your own does where its forward pass is inside
    /// `withHooks`:
    /// ```swift
    /// func callAsFunction(_ input: Tensor) throws -> Tensor {
    ///     try withHooks(input) { try fc(relu(conv(input))) }
    /// }
    /// ```
    public final func registerForwardHook(_ hook: @escaping ForwardHook) -> ModuleHookHandle {
        let registration = HookRegistration(hook)
        forwardHooks.append(registration)
        return ModuleHookHandle(module: self, registration: registration)
    }

    /// Runs a forward pass, and calls the module's hooks with what came of it.
    @inline(__always)
    public final func withHooks(_ input: Tensor, _ forward: () throws -> Tensor) throws -> Tensor {
        try withHooks([input], outputs: { [$0] }, forward)
    }

    /// Runs a forward pass of several tensors, and calls the module's hooks with what came of it.
    @inline(__always)
    public final func withHooks(
        _ inputs: @autoclosure () -> [Tensor], _ forward: () throws -> Tensor
    ) throws -> Tensor {
        try withHooks(inputs(), outputs: { [$0] }, forward)
    }

    /// Runs a forward pass that gives more than a tensor, and calls the module's hooks with what came of it.
    ///
    /// ```swift
    /// try withHooks([input], outputs: { [$0.mean, $0.deviation] }) { (try mean(input), try deviation(input)) }
    /// ```
    /// - Parameter outputs: the tensors in the result.
    @inline(__always)
    public final func withHooks<Output>(
        _ inputs: @autoclosure () -> [Tensor], outputs: (Output) -> [Tensor], _ forward: () throws -> Output
    ) throws -> Output {
        let output = parametrized.isEmpty ? try forward() : try withParametrizations(forward)
        if !forwardHooks.isEmpty {
            let (inputs, outputs) = (inputs(), outputs(output))
            for registration in forwardHooks { try registration.hook(self, inputs, outputs) }
        }
        return output
    }
}
