import Torch

/// Which options a parameter group may have beside its optimizer's own, and which a state may lack.
enum OptionNames {
    /// Options that only choose PyTorch's kernels: they come and go with its versions and change no result here.
    private static let ofKernels: Set<String> = ["foreach", "fused", "capturable", "differentiable"]

    /// Options that PyTorch introduced between versions 1.0 and 2.13: an older state lacks them, and means the default.
    private static let ofLaterVersions: Set<String> = ofKernels.union(["maximize", "decoupled_weight_decay"])

    /// What schedulers keep in a group.
    private static let ofSchedulers: Set<String> = [
        "initial_lr", "min_lr", "max_lr", "base_momentum", "max_momentum", "swa_lr",
    ]

    /// Names of a group and of its parameters, which no step looks at.
    private static let labels: Set<String> = ["name", "param_names"]

    /// The options among `options` that neither the optimizer has nor anything that uses its groups.
    static func unknown(in options: StateDict, of optimizer: Optimizer) -> [String] {
        options.keys.map(\.description).filter { name in
            optimizer.defaults[name] == nil && !ofKernels.contains(name) && !ofSchedulers.contains(name)
                && !labels.contains(name)
        }
    }

    /// The options that every version of PyTorch writes for this optimizer, and that `options` lacks.
    static func missing(in options: StateDict, of optimizer: Optimizer) -> [String] {
        optimizer.defaults.names.filter { name in
            options[name] == nil && !ofLaterVersions.contains(name) && !optimizer.optionsOfLaterVersions.contains(name)
        }
    }
}

extension Optimizer {
    /// Throws if a group has an option that this optimizer does not know, for instance a misspelled one.
    final func requireKnownOptions(_ options: StateDict, of group: String) throws {
        guard let name = OptionNames.unknown(in: options, of: self).first else { return }
        let question = NearNames.question(name, among: defaults.names)
        throw OptimizerError(
            "\(group) has an option '\(name)', which \(type(of: self)) does not have"
                + (question.isEmpty ? "; its options are \(defaults.names.joined(separator: ", "))" : question))
    }

    /// Throws if the options of a group in a state are those of another optimizer.
    final func requireOwnOptions(_ loaded: StateDict, current: StateDict, group position: Int) throws {
        let (unknown, missing) = (
            OptionNames.unknown(in: loaded, of: self), OptionNames.missing(in: loaded, of: self)
        )
        guard unknown.isEmpty, missing.isEmpty else {
            let problems = [
                unknown.isEmpty ? nil : "has \(quoted(unknown)), which \(type(of: self)) does not have",
                missing.isEmpty ? nil : "lacks \(quoted(missing))",
            ]
            throw OptimizerError(
                "the state was not saved by \(type(of: self)): its parameter group \(position) "
                    + problems.compactMap { $0 }.joined(separator: ", and ")
                    + "; load it into an optimizer of the class that saved it")
        }
        for name in identifyingOptions {
            guard case .bool(let saved)? = loaded[name], case .bool(let own)? = current[name], saved != own else {
                continue
            }
            throw OptimizerError(
                "the state was not saved by \(type(of: self)) with these options: '\(name)' is \(saved) in its "
                    + "parameter group \(position), and \(own) here (in AdamW it is true, in Adam false by default)")
        }
    }
}

/// Names for a message.
func quoted(_ names: [String]) -> String {
    names.map { "'\($0)'" }.joined(separator: ", ")
}
