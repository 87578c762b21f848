import Torch

extension Module {
    /// Returns the parameters of this module and of all modules below it, each once. Pass them to an optimizer.
    ///
    /// The order is PyTorch's: a module's own parameters, followed by those of its children.
    ///
    /// - Throws: ``ModuleError`` if an initializer failed.
    public final func parameters() throws -> [Tensor] {
        try distinctTensors(of: .parameter, named: false).map(\.tensor)
    }

    /// Returns the parameters with their keys in the state dictionary. A shared parameter has its first key.
    ///
    /// - Throws: ``ModuleError`` if an initializer failed.
    public final func namedParameters() throws -> [(name: String, parameter: Tensor)] {
        try distinctTensors(of: .parameter, named: true).map { (name: $0.name, parameter: $0.tensor) }
    }

    /// Returns the buffers of this module and of all modules below it, each once.
    ///
    /// - Throws: ``ModuleError`` if an initializer failed.
    public final func buffers() throws -> [Tensor] {
        try distinctTensors(of: .buffer, named: false).map(\.tensor)
    }

    /// Returns the buffers with their keys. A shared buffer has its first key.
    ///
    /// - Throws: ``ModuleError`` if an initializer failed.
    public final func namedBuffers() throws -> [(name: String, buffer: Tensor)] {
        try distinctTensors(of: .buffer, named: true).map { (name: $0.name, buffer: $0.tensor) }
    }

    /// Returns this module with an empty name, and all modules below it with their paths, each once.
    public final func namedModules() -> [(name: String, module: Module)] {
        var seen: Set<ObjectIdentifier> = []
        var modules: [(name: String, module: Module)] = []
        visit { prefix, module in
            guard seen.insert(ObjectIdentifier(module)).inserted else { return }
            modules.append((name: String(prefix.dropLast()), module: module))
        }
        return modules
    }

    /// Sets whether every parameter requires a gradient.
    ///
    /// - Throws: ``ModuleError`` if an initializer failed.
    @discardableResult
    public final func requiresGrad_(_ requiresGrad: Bool = true) throws -> Self {
        for parameter in try parameters() { try parameter.requiresGrad_(requiresGrad) }
        return self
    }

    /// Removes the gradient of every parameter.
    ///
    /// - Throws: ``ModuleError`` if an initializer failed.
    public final func zeroGrad() throws {
        for parameter in try parameters() { try parameter.setGrad(nil) }
    }

    /// Calls `body` with every module below this one and then with this one, as PyTorch's `apply` does.
    ///
    /// ```swift
    /// try network.apply { module in
    ///     if let layer = module as? Linear { try Init.xavierUniform_(layer.weight) }
    /// }
    /// ```
    /// A module that is contained in two others is visited twice, and one that a single module contains twice is
    /// visited once, so random numbers that `body` draws are the same as in PyTorch. A reference back to a parent
    /// module is skipped.
    ///
    /// - Returns: This module.
    /// - Throws: ``ModuleError`` if an initializer failed; any error from `body`.
    @discardableResult
    public final func apply(_ body: (Module) throws -> Void) throws -> Self {
        try validate()
        var path: Set<ObjectIdentifier> = []
        try apply(along: &path, body)
        return self
    }

    private final func apply(
        along path: inout Set<ObjectIdentifier>, _ body: (Module) throws -> Void
    ) rethrows {
        guard path.insert(ObjectIdentifier(self)).inserted else { return }
        defer { path.remove(ObjectIdentifier(self)) }
        var seen: Set<ObjectIdentifier> = []
        for child in children() where seen.insert(ObjectIdentifier(child)).inserted {
            try child.apply(along: &path, body)
        }
        try body(self)
    }
}

extension Module {
    /// Calls `body` for this module and all below with the beginning of its keys (empty, or ending with a period).
    ///
    /// A module comes up once for each path to it. A reference back to a module above is no child.
    /// - Parameter named: `false` leaves the beginnings empty, which takes less time.
    final func visit(named: Bool = true, _ body: (_ prefix: String, _ module: Module) throws -> Void) rethrows {
        var path: Set<ObjectIdentifier> = []
        try visit(prefix: named ? "" : nil, path: &path, body)
    }

    private final func visit(
        prefix: String?, path: inout Set<ObjectIdentifier>, _ body: (String, Module) throws -> Void
    ) rethrows {
        guard path.insert(ObjectIdentifier(self)).inserted else { return }
        defer { path.remove(ObjectIdentifier(self)) }
        try body(prefix ?? "", self)
        for (key, node) in nodes() {
            try node.forEach(key: prefix.map { $0 + key }) { key, child in
                try child.visit(prefix: key.map { "\($0)." }, path: &path, body)
            }
        }
    }

    private final func distinctTensors(of kind: TensorSlot.Kind, named: Bool) throws -> [(
        name: String, tensor: Tensor
    )] {
        var seen: Set<OpaquePointer> = []
        var tensors: [(name: String, tensor: Tensor)] = []
        try visit(named: named) { prefix, module in
            try module.requireInitialized(below: self)
            for (key, slot) in kind == .parameter ? module.ownParameterSlots : module.ownBufferSlots {
                guard let tensor = slot.tensor, seen.insert(tensor.pointer).inserted else { continue }
                tensors.append((name: named ? prefix + key : "", tensor: tensor))
            }
        }
        return tensors
    }
}

extension Module: ParameterSource {
    /// Returns all parameters, so that you can pass the network itself to an optimizer.
    public final func optimizedParameters() throws -> [Tensor] { try parameters() }
}
