import Torch

/// The error of a module's initializer: an invalid option, or a tensor that could not be created.
///
/// Initializers of layers do not throw. They remember the failure, and the first use of the module throws this error: a
/// call, `forward`, `parameters()`, `to(_:)`, `stateDict()`, or `validate()`, of the module itself or of a network that
/// contains it.
/// ```
/// blocks.0.fc1: Linear(in_features=-3, out_features=10, bias=True): inFeatures must be at least 1, not -3
/// ```
public struct ModuleError: DescribedError {
    /// The path from the module that was used to the one that failed, such as `blocks.0.fc1`; empty if they are the
    /// same.
    public let path: String
    /// A description of the module that failed: its class and its options.
    public let module: String
    /// The original error.
    public let cause: any Error

    private let identifier: ObjectIdentifier
    private let className: String

    init(_ cause: any Error, of module: Module, path: String = "") {
        self.init(
            path: path, module: module.briefDescription, cause: cause, identifier: ObjectIdentifier(module),
            className: module.className)
    }

    private init(
        path: String, module: String, cause: any Error, identifier: ObjectIdentifier, className: String
    ) {
        self.path = path
        self.module = module
        self.cause = cause
        self.identifier = identifier
        self.className = className
    }

    /// The error with the way from a module that is above the one that failed; as it is if the module is not above.
    func seen(from top: Module) -> ModuleError {
        guard let path = top.path(to: identifier) else { return self }
        return ModuleError(
            path: path, module: module, cause: cause, identifier: identifier, className: className)
    }

    /// Whether the module that failed is this one or is below it.
    func comes(from top: Module) -> Bool {
        top.path(to: identifier) != nil
    }

    public var description: String {
        var reason = String(describing: cause)
        // The layer's name is there already.
        if let cause = cause as? TorchError, cause.operation == className, cause.inputs.isEmpty {
            reason = cause.message
        }
        return (path.isEmpty ? "" : "\(path): ") + "\(module): \(reason)"
    }
}

extension Module {
    /// Runs the part of an initializer that can fail, so that the initializer itself does not throw.
    ///
    /// An error from `body` is remembered, and the first use of the module throws it as a ``ModuleError``. If an
    /// initializer of a superclass has failed already, `body` does not run. Call it after `super.init()`:
    /// ```swift
    /// final class Scale: Module, Layer {
    ///     @Parameter var weight: Tensor
    ///
    ///     init(_ features: Int) {
    ///         super.init()
    ///         deferErrors { weight = try .ones([features]) }
    ///     }
    ///
    ///     func forward(_ input: Tensor) throws -> Tensor { try input * weight }
    /// }
    /// ```
    public final func deferErrors(_ body: () throws -> Void) {
        guard initializationError == nil else { return }
        do {
            try body()
        } catch let error as ModuleError where error.comes(from: self) {
            // The module below remembers it.
        } catch {
            initializationError = error
        }
    }

    /// Throws the first error from an initializer of this module or of a module below it.
    ///
    /// Every use of a module does this automatically. Use this method to find an invalid option earlier.
    /// - Throws: ``ModuleError``.
    public final func validate() throws {
        try visit { _, module in
            try module.requireInitialized(below: self)
            try module.checkParametrizations()
        }
    }

    /// Whether no initializer failed, here or below.
    final var isValid: Bool { (try? validate()) != nil }

    /// Throws what this module's initializer failed with.
    ///
    /// - Parameter top: the module that is used, from which the error's path starts.
    final func requireInitialized(below top: Module) throws {
        if let problem { throw ModuleError(problem, of: self, path: top.path(to: ObjectIdentifier(self)) ?? "") }
    }

    /// Throws what this module's initializer failed with, for a `forward` that is called directly: calling the module
    /// checks that before.
    @inline(__always)
    final func requireInitialized() throws {
        if let initializationError { throw ModuleError(initializationError, of: self) }
    }

    /// What an initializer failed with, what a parameter's first value could not be made by, or a child that is not
    /// there yet.
    private final var problem: (any Error)? {
        if let initializationError { return initializationError }
        for (_, slot) in parameterSlots {
            if let failure = slot.failure { return failure }
        }
        return bufferSlots.lazy.compactMap(\.slot.failure).first ?? unfoundPart
    }

    /// A part of the module that reflection does not find, so that it would silently be neither trained nor saved.
    private final var unfoundPart: TorchError? {
        let message =
            reflection.lazyChildProblem(of: self)
            ?? reflection.unfoundPart.map { $0.part.description(of: $0.property) }
        return message.map { TorchError(kind: .other, operation: className, message: $0) }
    }

    /// What a call throws for what came out of the forward pass: a failed initializer, if that is the cause, with its
    /// path from here; else the error as it is.
    @usableFromInline
    final func located(_ error: any Error) -> any Error {
        if let error = error as? ModuleError { return error.seen(from: self) }
        if let problem { return ModuleError(problem, of: self) }
        return error
    }

    /// The key path to a module below; empty for this one, and `nil` if it is not there.
    fileprivate final func path(to module: ObjectIdentifier) -> String? {
        namedModules().first { ObjectIdentifier($0.module) == module }?.name
    }

    /// Whether a parameter that an option switches on is there; if the initializer failed, whether it was asked for.
    final func has(_ parameter: Tensor?, asked: Bool) -> Bool {
        initializationError == nil ? parameter != nil : asked
    }
}
