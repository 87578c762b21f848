import Torch

/// What is told of a module's forward pass: the module, its input and its output.
public typealias ForwardHook = (_ module: Module, _ input: Tensor, _ output: Tensor) throws -> Void

/// A hook's registration: `remove()` ends it.
public struct HookHandle {
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
    /// The layers of this library that make one tensor of one call their hooks. A module of your own does where its
    /// forward pass is inside `withHooks`:
    /// ```swift
    /// func callAsFunction(_ input: Tensor) throws -> Tensor {
    ///     try withHooks(input) { try fc(relu(conv(input))) }
    /// }
    /// ```
    public final func registerForwardHook(_ hook: @escaping ForwardHook) -> HookHandle {
        let registration = HookRegistration(hook)
        forwardHooks.append(registration)
        return HookHandle(module: self, registration: registration)
    }

    /// Runs a forward pass, and calls the module's hooks with what came of it.
    @inline(__always)
    public final func withHooks(_ input: Tensor, _ forward: () throws -> Tensor) throws -> Tensor {
        let output = try forward()
        if !forwardHooks.isEmpty {
            for registration in forwardHooks { try registration.hook(self, input, output) }
        }
        return output
    }
}
