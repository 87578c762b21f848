import Torch

/// A module that computes one tensor from one tensor. A `Sequential` consists of layers.
///
/// ```swift
/// final class Scale: Module, Layer {
///     let factor = 2.0
///
///     func forward(_ input: Tensor) throws -> Tensor { try input * factor }
/// }
///
/// let output = try Scale()(input)
/// ```
public protocol Layer: Module {
    /// Computes the output. Call the module itself instead, because that also runs its hooks.
    func forward(_ input: Tensor) throws -> Tensor
}

extension Layer {
    /// Runs `forward` and then the hooks.
    ///
    /// - Throws: ``ModuleError`` if an initializer failed in this module or in a module below it; any error from
    ///   `forward` or a hook.
    @inlinable
    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try call(input) { try forward(input) }
    }
}

/// A module that takes one input of any type, such as a dictionary of tensors or a structure, and returns an output of
/// any type.
///
/// Hooks see the tensors in the input and the output, including those in optionals, arrays, dictionaries, tuples, and
/// structures.
/// ```swift
/// final class Detector: Module, Callable {
///     let classes = Linear(8, 10), boxes = Linear(8, 4)
///
///     func forward(_ input: Tensor) throws -> (classes: Tensor, boxes: Tensor) {
///         (try classes(input), try boxes(input))
///     }
/// }
/// ```
public protocol Callable: Module {
    associatedtype Input
    associatedtype Output

    /// Computes the output. Call the module itself instead, because that also runs its hooks.
    func forward(_ input: Input) throws -> Output
}

extension Callable {
    /// Runs `forward` and then the hooks.
    ///
    /// - Throws: ``ModuleError`` if an initializer failed in this module or in a module below it; any error from
    ///   `forward` or a hook.
    @inlinable
    public func callAsFunction(_ input: Input) throws -> Output {
        try call(input) { try forward(input) }
    }
}

/// A module that takes two inputs of any types, such as a loss that takes an output and a target; see `Callable`.
public protocol BinaryCallable: Module {
    associatedtype First
    associatedtype Second
    associatedtype Output

    /// Computes the output. Call the module itself instead, because that also runs its hooks.
    func forward(_ first: First, _ second: Second) throws -> Output
}

extension BinaryCallable {
    /// Runs `forward` and then the hooks.
    ///
    /// - Throws: ``ModuleError`` if an initializer failed in this module or in a module below it; any error from
    ///   `forward` or a hook.
    @inlinable
    public func callAsFunction(_ first: First, _ second: Second) throws -> Output {
        try call((first, second)) { try forward(first, second) }
    }
}

/// A module that takes three inputs of any types, such as a triplet loss; see `Callable`.
public protocol TernaryCallable: Module {
    associatedtype First
    associatedtype Second
    associatedtype Third
    associatedtype Output

    /// Computes the output. Call the module itself instead, because that also runs its hooks.
    func forward(_ first: First, _ second: Second, _ third: Third) throws -> Output
}

extension TernaryCallable {
    /// Runs `forward` and then the hooks.
    ///
    /// - Throws: ``ModuleError`` if an initializer failed in this module or in a module below it; any error from
    ///   `forward` or a hook.
    @inlinable
    public func callAsFunction(_ first: First, _ second: Second, _ third: Third) throws -> Output {
        try call((first, second, third)) { try forward(first, second, third) }
    }
}

extension Module {
    /// Runs a forward pass and then the hooks. Use this method in a module with labeled or optional arguments, which
    /// conforms to none of the protocols.
    ///
    /// ```swift
    /// final class Encoder: Module {
    ///     func callAsFunction(_ tokens: Tensor, mask: Tensor? = nil) throws -> Tensor {
    ///         try call((tokens, mask)) { try forward(tokens, mask: mask) }
    ///     }
    ///
    ///     func forward(_ tokens: Tensor, mask: Tensor? = nil) throws -> Tensor { … }
    /// }
    /// ```
    /// - Parameters:
    ///   - inputs: the inputs that hooks see: a tensor, or anything that contains tensors. It is evaluated only if
    ///     there are hooks.
    ///   - forward: computes the output.
    /// - Throws: ``ModuleError`` if an initializer failed in this module or in a module below it; any error from
    ///   `forward` or a hook.
    @inlinable
    @inline(__always)
    public final func call<Output>(
        _ inputs: @autoclosure () -> Any, _ forward: () throws -> Output
    ) throws -> Output {
        do {
            return callsForwardOnly ? try forward() : try observedCall(inputs, forward)
        } catch {
            throw located(error)
        }
    }

    /// Runs a forward pass with all that a call may have beside it.
    @usableFromInline
    final func observedCall<Output>(_ inputs: () -> Any, _ forward: () throws -> Output) throws -> Output {
        if let initializationError { throw ModuleError(initializationError, of: self) }
        if !forwardPreHooks.isEmpty {
            let inputs = tensors(in: inputs())
            for registration in forwardPreHooks { try registration.hook(self, inputs, []) }
        }
        for registration in forwardHooks { try registration.before?(self) }
        let output = parametrized.isEmpty ? try forward() : try withParametrizations(forward)
        if !forwardHooks.isEmpty {
            let (inputs, outputs) = (tensors(in: inputs()), tensors(in: output))
            for registration in forwardHooks { try registration.hook(self, inputs, outputs) }
        }
        return output
    }
}
