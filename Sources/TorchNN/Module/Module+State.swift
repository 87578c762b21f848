import Torch

extension Module {
    /// Returns the parameters and buffers of this module and of all modules below it, with PyTorch's keys.
    ///
    /// The tensors share their memory with the module's. A shared module appears under each of its paths.
    ///
    /// - Throws: ``ModuleError`` if an initializer failed; `StateDictError` if a parameter or buffer has no value yet,
    ///   or if two have the same key.
    public final func stateDict() throws -> StateDict {
        var state = StateDict()
        try visitState { key, tensor in
            guard state[key] == nil else {
                throw StateDictError("two parameters or buffers have the key '\(key)': give one another name")
            }
            state[key] = .tensor(try tensor.detach())
        }
        return state
    }

    /// Copies the result of `stateDict`, from Swift or from PyTorch, into the parameters and buffers.
    ///
    /// - Throws: ``ModuleError`` if an initializer failed; a `StateDictError` that lists every key that is missing, is
    ///   unexpected, or does not fit. In this case, nothing has changed.
    public final func loadStateDict(_ state: StateDict) throws {
        try loadStateDict(state, strict: true)
    }

    /// Copies a state into the parameters and buffers in place.
    ///
    /// ```swift
    /// try network.loadStateDict(state, strict: false) { $0.hasPrefix("head.") ? nil : $0 }
    /// ```
    /// - Parameters:
    ///   - strict: whether a missing or an unexpected key is an error. A different shape always is.
    ///   - renaming: returns the module's key for a key of the state, or `nil` to skip it.
    /// - Returns: the keys that the state lacks, and those that the module lacks.
    /// - Throws: ``ModuleError`` if an initializer failed; a `StateDictError` that lists every key that is missing, is
    ///   unexpected, or does not fit. In this case, nothing has changed.
    @discardableResult
    public final func loadStateDict(
        _ state: StateDict, strict: Bool, renaming: (String) -> String? = { $0 }
    ) throws -> (missing: [String], unexpected: [String]) {
        var (given, problems) = Self.renamed(state, by: renaming)
        renameKeysOfOldParametrizations(in: &given)
        var missing: [String] = []
        var copies: [(target: Tensor, source: Tensor)] = []
        try visitState { key, target in
            guard let value = given.removeValue(forKey: key) else {
                missing.append(key)
                return
            }
            if let problem = misfit(of: value, for: target) {
                problems.append("'\(key)' \(problem)")
            } else if case .tensor(let source) = value {
                copies.append((target, source))
            }
        }
        let unexpected = state.keys.map(\.description).filter { key in renaming(key).map { given[$0] != nil } ?? false }
        if strict && !missing.isEmpty { problems.insert("missing: \(missing.joined(separator: ", "))", at: 0) }
        if strict && !unexpected.isEmpty { problems.append("unexpected: \(unexpected.joined(separator: ", "))") }
        guard problems.isEmpty else {
            let list = problems.map { "\n  \($0)" }.joined()
            throw StateDictError("the state does not fit \(type(of: self)):\(list)")
        }
        try noGrad {
            for (target, source) in copies { try target.copy_(source) }
        }
        return (missing, unexpected)
    }

    /// The values by their keys here; a problem for each key that two of the state's come to.
    private static func renamed(
        _ state: StateDict, by renaming: (String) -> String?
    ) -> (values: [String: StateValue], problems: [String]) {
        var values: [String: StateValue] = [:]
        var problems: [String] = []
        for (key, value) in state {
            guard let name = renaming(key.description) else { continue }
            if values.updateValue(value, forKey: name) != nil {
                problems.append("'\(name)' is the new name of several keys, '\(key)' among them")
            }
        }
        return (values, problems)
    }

    /// Whether a state dictionary of this module has anything in it.
    package final var hasState: Bool {
        var hasState = false
        visit(named: false) { _, module in
            // A module whose initializer failed says so when its state is taken.
            hasState =
                hasState || module.initializationError != nil
                || (module.ownParameterSlots + module.ownBufferSlots).contains { _, slot in
                    slot.isPersistent && (slot.tensor != nil || !slot.isOptional)
                }
        }
        return hasState
    }

    private final func visitState(_ body: (_ key: String, _ tensor: Tensor) throws -> Void) throws {
        try visit { prefix, module in
            try module.requireInitialized(below: self)
            if let problem = module.childKeyProblem { throw StateDictError(problem) }
            try module.checkParametrizations()
            for (key, slot) in module.ownParameterSlots + module.ownBufferSlots where slot.isPersistent {
                if let tensor = slot.tensor {
                    try body(prefix + key, tensor)
                } else if !slot.isOptional {
                    throw StateDictError(
                        "'\(prefix)\(key)' of \(type(of: self)) has no value yet: assign a tensor to it")
                }
            }
        }
    }
}

/// What keeps a value from being copied into a tensor; `nil` if nothing does.
private func misfit(of value: StateValue, for target: Tensor) -> String? {
    guard case .tensor(let source) = value else {
        return "is a \(value.typeName) in the state, and must be a tensor"
    }
    guard source.isDefined else { return "is no tensor in the state" }
    guard source.shape == target.shape, target.dtype.isComplex || !source.dtype.isComplex else {
        return "is \(source.dtype)\(source.shape) in the state, and \(target.dtype)\(target.shape) here"
    }
    return nil
}
