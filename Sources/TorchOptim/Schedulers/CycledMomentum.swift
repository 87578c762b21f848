import Torch

/// A momentum that goes down while the learning rate goes up: SGD's `momentum`, or the first of Adam's `betas`.
extension Optimizer {
    /// Whether the momentum is the first of two betas. An optimizer without momentum is an error.
    func usesBeta1() throws -> Bool {
        if defaults["betas"] != nil { return true }
        guard defaults["momentum"] != nil else {
            throw SchedulerError("\(type(of: self)) has no momentum to cycle: say so with cycleMomentum: false")
        }
        return false
    }

    /// Throws if the optimizer cannot work with a momentum for each group.
    func validateMomentums(_ momentums: [Double]) throws {
        for (group, momentum) in zip(parameterGroups, momentums) {
            try validate(optionsOf(group, withMomentum: momentum))
        }
    }

    /// Sets the momentum of each group.
    func setMomentums(_ momentums: [Double]) throws {
        guard momentums.count == parameterGroups.count else {
            throw SchedulerError("there are momentums for \(momentums.count) groups of \(parameterGroups.count)")
        }
        guard momentums.allSatisfy(\.isFinite) else { throw SchedulerError("the momentums are \(momentums)") }
        let options = try zip(parameterGroups, momentums).map { try optionsOf($0, withMomentum: $1) }
        for (group, options) in zip(parameterGroups, options) { group.options = options }
    }

    /// Sets the momentum of each group to the highest value, and stores both ends as options under PyTorch's names.
    func startCycling(from highest: [Double], to lowest: [Double]) throws {
        try setMomentums(highest)
        for (group, ends) in zip(parameterGroups, zip(highest, lowest)) {
            group.options["max_momentum"] = .double(ends.0)
            group.options["base_momentum"] = .double(ends.1)
        }
    }

    private func optionsOf(_ group: ParameterGroup, withMomentum momentum: Double) throws -> StateDict {
        var options = group.options
        if try usesBeta1() {
            options["betas"] = try .tuple([.double(momentum)] + options.list("betas").dropFirst())
        } else {
            options["momentum"] = .double(momentum)
        }
        return options
    }
}
