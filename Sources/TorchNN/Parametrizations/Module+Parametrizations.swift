import Torch

extension Module {
    /// Computes a parameter or buffer of this module from other tensors from now on, as PyTorch's
    /// `parametrize.register_parametrization`.
    ///
    /// Reading the property returns the computed value. The tensors that it is computed from are at
    /// `parametrizations.<name>.original` (`original0`, `original1`, … if there are several) in `namedParameters()` and
    /// in state dictionaries. A second parametrization of the same tensor is applied to the result of the first one.
    ///
    /// If the parametrization replaces the parameter with one tensor, the parameter remains the same object, so an
    /// optimizer can continue to use it. If it replaces it with several tensors, pass the new parameters to the
    /// optimizer.
    /// - Parameters:
    ///   - name: the key in the state dictionary: `weight`, `in_proj_weight`, `weight_hh_l0`.
    ///   - unsafe: whether the parametrization may change the shape or the type, and is not tested first.
    /// - Throws: ``ModuleError`` if an initializer failed; `TorchError` if there is no such tensor, or if the
    ///   parametrization changes its shape or type.
    @discardableResult
    public final func registerParametrization(
        _ name: String, _ parametrization: any Parametrization, unsafe: Bool = false
    ) throws -> Self {
        try validate()
        try parametrization.validate()
        parametrization.train(isTraining)
        if let list = parametrizations(of: name) {
            try list.append(parametrization, isUnsafe: unsafe)
            return self
        }
        let slot = try registeredSlot(name, "registerParametrization")
        let list = try ParametrizationList(parametrization, of: name, in: slot, isUnsafe: unsafe)
        list.train(isTraining)
        slot.parametrize(by: list)
        parametrized.append((name: name, list: list))
        return self
    }

    /// Removes the parametrizations of a parameter or buffer, which then is a tensor of the module itself again.
    ///
    /// - Parameter leaveParametrized: whether the tensor keeps the computed value. Otherwise it becomes the original,
    ///   which is possible only if there is one.
    /// - Throws: `TorchError` if the tensor is not parametrized, or if it is computed from several and
    ///   `leaveParametrized` is false.
    @discardableResult
    public final func removeParametrizations(_ name: String, leaveParametrized: Bool = true) throws -> Self {
        let operation = "removeParametrizations"
        guard let slot = slot(of: name), let list = parametrizations(of: name) else {
            throw TorchError(
                kind: .other, operation: operation, message: "'\(name)' of \(typeName) has no parametrization")
        }
        let originals = list.originals
        if originals.count == 1 {
            if leaveParametrized { try noGrad { try originals[0].setData(list().detach()) } }
            slot.unparametrize(keeping: originals[0])
        } else {
            guard leaveParametrized else {
                throw TorchError(
                    kind: .other, operation: operation,
                    message: "'\(name)' is computed from \(originals.count) tensors, so that there is no original to "
                        + "leave: pass leaveParametrized: true")
            }
            let value = try noGrad { try list().detach() }
            let isTrained = list.kind == .parameter && originals.contains { $0.requiresGrad }
            slot.unparametrize(keeping: isTrained ? try value.asParameter() : value)
        }
        parametrized.removeAll { $0.name == name }
        return self
    }

    /// Whether a parameter or buffer is parametrized; without a name, whether any is.
    public final func isParametrized(_ name: String? = nil) -> Bool {
        guard let name else { return !parametrized.isEmpty }
        return parametrizations(of: name) != nil
    }

    /// The parametrizations of a parameter or buffer with their original tensors; `nil` if there are none.
    public final func parametrizations(of name: String) -> ParametrizationList? {
        parametrized.first { $0.name == name }?.list
    }

    /// The current value of a parameter or buffer.
    ///
    /// - Throws: `TorchError` that lists the names if there is none of this name.
    final func registeredTensor(_ name: String, _ operation: String) throws -> Tensor {
        try requireInitialized(below: self)
        let slot = try registeredSlot(name, operation)
        if let list = slot.parametrization { return try list() }
        return slot.tensor ?? .undefined
    }

    private final func registeredSlot(_ name: String, _ operation: String) throws -> TensorSlot {
        if let slot = slot(of: name) { return slot }
        let names = (parameterSlots + bufferSlots).filter(\.slot.hasValue).map { "'\($0.key)'" }
        throw TorchError(
            kind: .other, operation: operation,
            message: "\(typeName) has no parameter or buffer '\(name)'"
                + (names.isEmpty ? "" : ": it has \(names.joined(separator: ", "))"))
    }

    private final func slot(of name: String) -> TensorSlot? {
        (parameterSlots + bufferSlots).first { $0.key == name && $0.slot.hasValue }?.slot
    }

    /// Runs a forward pass; throws what kept a parametrized tensor from being computed, not what came of that.
    final func withParametrizations<Output>(_ forward: () throws -> Output) throws -> Output {
        try checkParametrizations()
        do {
            let output = try forward()
            try checkParametrizations()
            return output
        } catch {
            try checkParametrizations()
            throw error
        }
    }

    /// Throws what kept a parametrized tensor of this module from being assigned or computed.
    final func checkParametrizations() throws {
        for (_, list) in parametrized { try list.throwFailure() }
    }

    /// Gives the tensors that PyTorch's older hooks wrote (`weight_g`, `weight_v`; `weight_orig`, `weight_u`) the keys
    /// that the parametrizations here have.
    final func renameKeysOfOldParametrizations<Value>(in state: inout [String: Value]) {
        visit { prefix, module in
            for (name, list) in module.parametrized {
                guard let first = list.parametrizations.first as? any ReplacingOldKeys else { continue }
                let keys = first.oldKeys.map { old in
                    (old: "\(prefix)\(name)\(old.ending)", new: "\(prefix)parametrizations.\(name).\(old.path)")
                }
                guard !keys.isEmpty, keys.allSatisfy({ state[$0.old] != nil && state[$0.new] == nil }) else { continue }
                for (old, new) in keys { state[new] = state.removeValue(forKey: old) }
            }
        }
    }
}
