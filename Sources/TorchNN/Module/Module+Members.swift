import Torch

extension Module {
    /// The parameters of this module and all below, each once: what an optimiser gets.
    ///
    /// In PyTorch's order: a module's own, then its children's.
    public final func parameters() -> [Tensor] {
        distinctTensors(of: .parameter, named: false).map(\.tensor)
    }

    /// The parameters with their keys in the state dictionary; a shared one under its first.
    public final func namedParameters() -> [(name: String, parameter: Tensor)] {
        distinctTensors(of: .parameter, named: true).map { (name: $0.name, parameter: $0.tensor) }
    }

    /// The buffers of this module and all below, each once.
    public final func buffers() -> [Tensor] {
        distinctTensors(of: .buffer, named: false).map(\.tensor)
    }

    /// The buffers with their keys; a shared one under its first.
    public final func namedBuffers() -> [(name: String, buffer: Tensor)] {
        distinctTensors(of: .buffer, named: true).map { (name: $0.name, buffer: $0.tensor) }
    }

    /// This module under an empty name and all below under their paths, each once.
    public final func namedModules() -> [(name: String, module: Module)] {
        var seen: Set<ObjectIdentifier> = []
        var modules: [(name: String, module: Module)] = []
        visit { prefix, module in
            guard seen.insert(ObjectIdentifier(module)).inserted else { return }
            modules.append((name: String(prefix.dropLast()), module: module))
        }
        return modules
    }

    /// Switches the recording of gradients on or off for every parameter.
    @discardableResult
    public final func requiresGrad_(_ requiresGrad: Bool = true) throws -> Self {
        for parameter in parameters() { try parameter.requiresGrad_(requiresGrad) }
        return self
    }

    /// Removes the gradient of every parameter.
    public final func zeroGrad() throws {
        for parameter in parameters() { try parameter.setGrad(nil) }
    }

    /// Moves every parameter, its gradient and every buffer to a device.
    ///
    /// The tensors stay the same objects, so an optimiser that has them goes on with them. Where this throws, a part may
    /// have moved.
    @discardableResult
    public final func to(_ device: Device) throws -> Self {
        try device.ensureAvailable()
        return try convert { try $0.to(device) }
    }

    /// Converts every parameter, its gradient and every buffer to a type; those of integers stay as they are.
    ///
    /// The tensors stay the same objects. Where this throws, a part may be converted.
    /// - Throws: `TorchError` of kind `type` unless the type is one of floating-point or complex numbers.
    @discardableResult
    public final func to(_ dtype: DType) throws -> Self {
        guard dtype.isFloatingPoint || dtype.isComplex else {
            throw TorchError(
                kind: .type, operation: "Module.to",
                message: "a module can be converted to floating-point or complex numbers, not to \(dtype)")
        }
        return try convert { $0.dtype.isFloatingPoint || $0.dtype.isComplex ? try $0.to(dtype) : $0 }
    }

    /// Lets every parameter and buffer of as many dimensions as the order is for, and its gradient, lie in memory in that
    /// order: `to(memory_format:)`. Convolutions may be faster with `channelsLast`, and round otherwise.
    ///
    /// The tensors stay the same objects. An optimiser that has state already lets it follow in its next step.
    @discardableResult
    public final func to(_ memoryFormat: MemoryFormat) throws -> Self {
        let dimensions: Int? =
            switch memoryFormat {
            case .channelsLast: 4
            case .channelsLast3d: 5
            default: nil
            }
        return try convert {
            dimensions == nil || $0.dimensionCount == dimensions ? try $0.contiguous(memoryFormat: memoryFormat) : $0
        }
    }

    private final func convert(_ conversion: (Tensor) throws -> Tensor) throws -> Self {
        try noGrad {
            for tensor in parameters() + buffers() {
                let gradient = tensor.grad
                let converted = try conversion(tensor)
                // An unchanged tensor comes back as itself.
                if !converted.isSame(as: tensor) { try tensor.setData(converted) }
                if let gradient, case let converted = try conversion(gradient), !converted.isSame(as: gradient) {
                    try gradient.setData(converted)
                }
            }
        }
        return self
    }
}

extension Module {
    /// Calls `body` for this module and all below with the beginning of its keys (empty, or with a point at its end).
    ///
    /// A module comes up once for each path to it. A reference back to a module above is no child.
    /// - Parameter named: where false, the beginnings are left empty, which takes less time.
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

    private final func distinctTensors(of kind: TensorSlot.Kind, named: Bool) -> [(name: String, tensor: Tensor)] {
        var seen: Set<OpaquePointer> = []
        var tensors: [(name: String, tensor: Tensor)] = []
        visit(named: named) { prefix, module in
            for (key, slot) in kind == .parameter ? module.ownParameterSlots : module.ownBufferSlots {
                guard let tensor = slot.tensor, seen.insert(tensor.pointer).inserted else { continue }
                tensors.append((name: named ? prefix + key : "", tensor: tensor))
            }
        }
        return tensors
    }
}

extension Module: ParameterSource {
    /// All parameters, so that an optimizer can be given the network itself.
    public final func optimizedParameters() throws -> [Tensor] { parameters() }
}
