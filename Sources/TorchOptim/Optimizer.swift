import Torch

/// Changes parameters by their gradients, and remembers what it needs for that: PyTorch's `Optimizer`.
///
/// A subclass supplies the options that a group may have, `step`, and the state of each parameter. The state dictionary
/// is PyTorch's, so each loads what the other wrote.
open class Optimizer: Stateful {
    /// The parameters with their options; schedulers set the learning rates.
    public final var parameterGroups: [ParameterGroup] { base?.parameterGroups ?? ownGroups }
    private final var ownGroups: [ParameterGroup] = []
    /// The optimizer that this one makes its steps with, and whose groups it has; `nil` for most.
    private final let base: Optimizer?
    /// Which part of a whole state this optimizer keeps; `nil` if it keeps all.
    package final var part: OptimizerPart?
    /// What to do after a group was added.
    package final var groupsDidChange: (() throws -> Void)?
    /// The options that a group has unless it sets its own, under PyTorch's names and in its order.
    public final let defaults: StateDict
    /// What the optimizers of this module remember about the parameters.
    final var memory = ParameterMemory()
    final var stepPreHooks: [StepHookRegistration] = []
    final var stepPostHooks: [StepHookRegistration] = []
    final var stepFailureHooks: [StepHookRegistration] = []

    /// Creates an optimizer for groups of parameters; a subclass calls it with the defaults of its options.
    ///
    /// - Throws: `OptimizerError` if there are no parameters, if one comes twice or cannot be optimized, or if an
    ///   option makes no sense.
    public init(groups: [ParameterGroup], defaults: StateDict) throws {
        self.defaults = defaults
        base = nil
        guard !groups.isEmpty else { throw OptimizerError("an optimizer needs parameters, and got none") }
        for group in groups { try addParameterGroup(group) }
    }

    /// An optimizer that makes its steps with another one, and has its groups and options.
    package init(steppingWith base: Optimizer) {
        defaults = base.defaults
        self.base = base
    }

    /// The parameters of all groups, in the order by which the state numbers them.
    public final var parameters: [Tensor] { parameterGroups.flatMap(\.parameters) }

    /// Adds parameters, with options of their own or the optimizer's.
    ///
    /// The optimizer keeps a copy of the group: change options in `parameterGroups`.
    /// - Throws: as the initializer does.
    public final func addParameterGroup(_ group: ParameterGroup) throws {
        if let base {
            try base.addParameterGroup(group)
            try groupsDidChange?()
            return
        }
        guard !group.parameters.isEmpty else { throw OptimizerError("a parameter group needs parameters") }
        if takesOneGroup, !parameterGroups.isEmpty {
            throw OptimizerError("\(type(of: self)) takes one parameter group, and has it already")
        }
        var seen = Set(parameters.map(\.pointer))
        for (position, parameter) in group.parameters.enumerated() {
            let name = "parameter \(position) of group \(parameterGroups.count)"
            if let problem = try problem(of: parameter) { throw OptimizerError("\(name) \(problem)") }
            if parameter.dtype.isComplex, !takesComplexParameters {
                throw OptimizerError(
                    "\(name) is \(parameter.dtype)\(parameter.shape), and \(type(of: self)) takes no complex parameters"
                )
            }
            guard seen.insert(parameter.pointer).inserted else {
                throw OptimizerError("\(name), \(parameter.dtype)\(parameter.shape), comes twice")
            }
        }
        try requireKnownOptions(group.options, of: "parameter group \(parameterGroups.count)")
        let filled = group.filled(with: defaults)
        try validate(filled.options)
        ownGroups.append(filled)
        try groupsDidChange?()
    }

    /// Whether a second group is not allowed.
    var takesOneGroup: Bool { false }

    /// Whether parameters may be complex. A step then treats the two parts of a number as two numbers, as PyTorch does.
    var takesComplexParameters: Bool { true }

    /// Options that PyTorch added to this optimizer alone after version 1.0, so an old state may lack them.
    var optionsOfLaterVersions: Set<String> { [] }

    /// Options that tell optimizers with the same names apart: loading does not change them.
    var identifyingOptions: [String] { [] }

    /// Throws unless the options make sense. Called for every group that is added or loaded.
    open func validate(_ options: StateDict) throws {}

    /// Changes every parameter that has a gradient. Must be overridden.
    open func step() throws {
        throw OptimizerError("\(type(of: self)) must override step()")
    }

    /// Runs `closure`, which computes the gradients and returns the loss, and then makes a step.
    ///
    /// - Returns: the loss.
    @discardableResult
    open func step(_ closure: () throws -> Tensor) throws -> Tensor {
        let loss = try enableGrad(closure)
        try step()
        return loss
    }

    /// Removes the gradients.
    public final func zeroGrad() throws {
        for group in parameterGroups {
            for parameter in group.parameters { try parameter.setGrad(nil) }
        }
    }

    // MARK: State

    /// Returns what is remembered about a parameter, by its position among `parameters`; `nil` if nothing is.
    open func parameterState(at index: Int) throws -> StateDict? { try memory.state(at: index) }

    /// Restores what `parameterState` returned for each parameter.
    ///
    /// - Throws: if a state does not fit its parameter; then nothing has changed.
    open func setParameterStates(_ states: [StateDict?]) throws {
        try memory.restore(states, of: parameters, optimizer: type(of: self))
    }

    /// Returns the state in PyTorch's layout: `state` by the parameters' numbers, and `param_groups` with the options.
    public final func stateDict() throws -> StateDict {
        var states = StateDict()
        var groups: [StateValue] = []
        var index = 0
        for group in parameterGroups {
            var options = group.options
            options["params"] = .list((index..<index + group.parameters.count).map { .int($0) })
            groups.append(.dictionary(options))
            for _ in group.parameters {
                if let state = try parameterState(at: index) { states[.int(index)] = .dictionary(state) }
                index += 1
            }
        }
        var whole: StateDict = ["state": .dictionary(states), "param_groups": .list(groups)]
        if let part { whole[OptimizerPart.key] = .dictionary(part.state) }
        return whole
    }

    /// Restores what `stateDict` returned, here or in PyTorch: the options of each group and the state of each
    /// parameter.
    ///
    /// Unlike PyTorch, this refuses the state of another optimizer. Options that only some versions of PyTorch have
    /// (`foreach`, `fused`, `maximize`, …) may be missing. Without `decoupled_weight_decay`, which old versions did not
    /// write, a state of Adam and one of AdamW look the same.
    ///
    /// - Throws: `OptimizerError` or `StateDictError` if groups, parameters, options or states do not fit; then nothing
    ///   has changed.
    public final func loadStateDict(_ state: StateDict) throws {
        try requireSamePart(state)
        let saved = try state.list("param_groups")
        guard saved.count == parameterGroups.count else {
            throw OptimizerError(Self.groupsDiffer(saved: saved, own: parameterGroups.map(\.parameters.count)))
        }
        // The options are those of the optimizer that makes the steps.
        let stepping = base ?? self
        var options: [StateDict] = []
        var indices: [StateDict.Key: Int] = [:]
        for (position, (value, group)) in zip(saved, parameterGroups).enumerated() {
            guard case .dictionary(var loaded) = value else {
                throw OptimizerError("group \(position) of the state must be a dictionary, and is a \(value.typeName)")
            }
            let numbers = try loaded.list("params")
            guard numbers.count == group.parameters.count else {
                throw OptimizerError(
                    "parameter group \(position) has \(numbers.count) parameters in the state, and "
                        + "\(group.parameters.count) here")
            }
            for number in numbers {
                guard case .int(let number) = number, indices.updateValue(indices.count, forKey: .int(number)) == nil
                else { throw OptimizerError("group \(position) of the state must list each parameter once, by number") }
            }
            loaded["params"] = nil
            try stepping.requireOwnOptions(loaded, current: group.options, group: position)
            try replaceTensors(in: &loaded)
            let filled = ParameterGroup([], options: loaded).filled(with: defaults).options
            try stepping.validate(filled)
            options.append(filled)
        }
        var states = [StateDict?](repeating: nil, count: indices.count)
        for (key, value) in try state.dictionary("state") {
            guard let index = indices[key], case .dictionary(let state) = value else {
                throw OptimizerError("the state of parameter \(key) belongs to no parameter, or is no dictionary")
            }
            states[index] = state
        }
        try setParameterStates(states)
        for (group, options) in zip(parameterGroups, options) { group.options = options }
    }

    /// Says why a state with another number of groups does not fit, and what to do if groups were added during the
    /// training.
    private static func groupsDiffer(saved: [StateValue], own: [Int]) -> String {
        let counts = saved.map { group in
            guard case .dictionary(let group) = group, let parameters = try? group.list("params") else { return "?" }
            return "\(parameters.count)"
        }
        let text =
            "the state has \(saved.count) parameter groups (of \(counts.joined(separator: ", ")) parameters), and the "
            + "optimizer has \(own.count) (of \(own.map(String.init).joined(separator: ", ")))"
        guard saved.count > own.count else { return text }
        return text + ": if groups were added during the training, add the same ones with addParameterGroup before the "
            + "state is loaded"
    }
}

/// An optimizer whose kernels unscale gradients and skip a step by themselves, so that nothing waits for the device.
package protocol ScaledOptimizer: Optimizer {
    /// Whether it really does, which for an optimizer that steps with another one depends on that.
    var takesScaledGradients: Bool { get }

    /// Makes a step with gradients that are first divided by `gradScale`, or skips it if `foundInf` is not zero.
    func step(gradScale: Tensor?, foundInf: Tensor?) throws
}

extension ScaledOptimizer {
    package var takesScaledGradients: Bool { true }
}

/// Returns a sparse gradient as a scaled step takes it; `nil` if the step is skipped.
func unscaled(_ gradient: Tensor, _ gradScale: Tensor?, _ foundInf: Tensor?) throws -> Tensor? {
    if let foundInf, try foundInf.item(Double.self) != 0 { return nil }
    guard let gradScale else { return gradient }
    return try gradient.div(gradScale.item(Double.self))
}

/// The error of an optimizer that cannot work with its parameters, options or state.
public struct OptimizerError: DescribedError {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}

/// Returns why a tensor cannot be optimized; `nil` if it can.
private func problem(of parameter: Tensor) throws -> String? {
    guard parameter.isDefined else { return "has no value" }
    let description = "\(parameter.dtype)\(parameter.shape)"
    guard parameter.isLeaf else {
        return "is the result of a recorded operation, \(description): optimize the tensors that it was made from"
    }
    guard parameter.dtype.isFloatingPoint || parameter.dtype.isComplex else {
        return "is \(description): only floating-point and complex numbers have gradients"
    }
    guard try parameter.sparseDim() == 0 else {
        return "is sparse, \(description): optimize a dense tensor, whose gradient may be sparse"
    }
    return nil
}

/// Turns options that are tensors of one number into numbers, since PyTorch allows both for learning rates and betas.
private func replaceTensors(in options: inout StateDict) throws {
    func number(_ value: StateValue) throws -> StateValue {
        guard case .tensor(let tensor) = value, tensor.isDefined, tensor.count == 1 else { return value }
        return .double(try tensor.item(Double.self))
    }
    for (key, value) in options {
        options[key] =
            switch value {
            case .tuple(let values): .tuple(try values.map(number))
            case .list(let values): .list(try values.map(number))
            default: try number(value)
            }
    }
}
