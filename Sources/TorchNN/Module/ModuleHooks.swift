import Torch

/// A function that is called after a module's forward pass, with the module, its inputs and its outputs.
///
/// The inputs are in the order of the arguments. The layers in this library pass the tensors that they compute with,
/// including states if there are any, but no masks. A packed sequence is represented by its `data`.
public typealias ForwardHook = (_ module: Module, _ inputs: [Tensor], _ outputs: [Tensor]) throws -> Void

/// A function that is called before a module's forward pass, with the module and its inputs.
public typealias ForwardPreHook = (_ module: Module, _ inputs: [Tensor]) throws -> Void

/// The registration of a hook, which `remove()` ends.
public struct ModuleHookHandle {
    fileprivate weak var module: Module?
    fileprivate let registration: HookRegistration

    /// Stops calling the hook.
    public func remove() {
        module?.forwardHooks.removeAll { $0 === registration }
        module?.forwardPreHooks.removeAll { $0 === registration }
    }
}

/// A hook as a module keeps it.
final class HookRegistration {
    /// What is called before the forward pass.
    let before: ((Module) throws -> Void)?
    let hook: ForwardHook

    init(before: ((Module) throws -> Void)? = nil, _ hook: @escaping ForwardHook) {
        self.before = before
        self.hook = hook
    }
}

extension Module {
    /// Calls `hook` before each forward pass of this module: PyTorch's `register_forward_pre_hook`, except that it
    /// cannot change the inputs.
    ///
    /// It is called for every call of the module, but not for a direct call of its `forward`. If it throws an error,
    /// the call throws it, and there is no forward pass.
    public final func registerForwardPreHook(_ hook: @escaping ForwardPreHook) -> ModuleHookHandle {
        let registration = HookRegistration { module, inputs, _ in try hook(module, inputs) }
        forwardPreHooks.append(registration)
        return ModuleHookHandle(module: self, registration: registration)
    }

    /// Calls `hook` after each forward pass of this module.
    ///
    /// It is called for every call of the module, but not for a direct call of its `forward`. If it throws an error,
    /// the call throws it.
    public final func registerForwardHook(_ hook: @escaping ForwardHook) -> ModuleHookHandle {
        register(HookRegistration(hook))
    }

    /// Calls `before` ahead of each forward pass of this module, and `after` behind it if it did not fail.
    package final func registerCallObserver(
        before: @escaping (Module) throws -> Void, after: @escaping (Module) throws -> Void
    ) -> ModuleHookHandle {
        register(HookRegistration(before: before) { module, _, _ in try after(module) })
    }

    private final func register(_ registration: HookRegistration) -> ModuleHookHandle {
        forwardHooks.append(registration)
        return ModuleHookHandle(module: self, registration: registration)
    }
}

// MARK: Tensors in inputs and outputs

/// A type that says itself which of its tensors hooks see.
protocol ShownToHooks {
    var tensorsForHooks: [Tensor] { get }
}

/// The tensors in a value, in order: those in optionals, arrays, dictionaries (in the order of the keys), tuples,
/// structures, and enumerations. Objects are not looked into.
package func tensors(in value: Any) -> [Tensor] {
    // The usual cases, without reflection.
    if let tensor = value as? Tensor { return tensor.isDefined ? [tensor] : [] }
    if let tensors = value as? [Tensor] { return tensors }
    if let value = value as? any ShownToHooks { return value.tensorsForHooks }
    if value is any Numeric || value is any StringProtocol { return [] }
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .class, .set, .foreignReference: return []
    case .dictionary:
        let pairs = mirror.children.compactMap { child -> (key: String, value: Any)? in
            let pair = Array(Mirror(reflecting: child.value).children)
            return pair.count == 2 ? (String(describing: pair[0].value), pair[1].value) : nil
        }
        return pairs.sorted { $0.key < $1.key }.flatMap { tensors(in: $0.value) }
    default:
        return mirror.children.flatMap { tensors(in: $0.value) }
    }
}
