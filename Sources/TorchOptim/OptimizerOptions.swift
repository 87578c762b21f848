import Torch

/// Which options a parameter group may have besides its optimizer's own, and which a state may lack.
enum OptionNames {
    /// Options that only choose PyTorch's kernels. They come and go with its versions and change no result here.
    private static let ofKernels: Set<String> = ["foreach", "fused", "capturable", "differentiable"]

    /// Options that PyTorch introduced between versions 1.0 and 2.13. An older state lacks them, which means the
    /// default.
    private static let ofLaterVersions: Set<String> = ofKernels.union(["maximize", "decoupled_weight_decay"])

    /// Options that schedulers keep in a group.
    private static let ofSchedulers: Set<String> = [
        "initial_lr", "min_lr", "max_lr", "base_momentum", "max_momentum", "swa_lr",
    ]

    /// The names of a group and of its parameters, which no step uses.
    private static let labels: Set<String> = ["name", "param_names"]

    /// Returns the options among `options` that neither the optimizer nor anything that uses its groups has.
    static func unknown(in options: StateDict, of optimizer: Optimizer) -> [String] {
        options.keys.map(\.description).filter { name in
            optimizer.defaults[name] == nil && !ofKernels.contains(name) && !ofSchedulers.contains(name)
                && !labels.contains(name)
        }
    }

    /// Returns the options that every version of PyTorch writes for this optimizer and that `options` lacks.
    static func missing(in options: StateDict, of optimizer: Optimizer) -> [String] {
        optimizer.defaults.names.filter { name in
            options[name] == nil && !ofLaterVersions.contains(name) && !optimizer.optionsOfLaterVersions.contains(name)
        }
    }
}

extension Optimizer {
    /// Throws if a group has an option that this optimizer does not know, such as a misspelled one.
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

/// Lists names for a message.
func quoted(_ names: [String]) -> String {
    names.map { "'\($0)'" }.joined(separator: ", ")
}

// How an optimizer reads and checks the options of a group.

extension StateDict {
    /// Returns an option that is a pair of numbers, such as `betas`.
    func pair(_ name: String) throws -> (Double, Double) {
        let values = try list(.string(name)).map { value in
            switch value {
            case .double(let number): number
            case .int(let number): Double(number)
            default: Double.nan
            }
        }
        guard values.count == 2 else { throw OptimizerError("'\(name)' must be two numbers, and are \(values.count)") }
        return (values[0], values[1])
    }
}

/// Throws if an option is negative or not a number.
func requireNotNegative(_ names: String..., in options: StateDict) throws {
    for name in names {
        let value = try options.double(.string(name))
        guard value >= 0 else { throw OptimizerError("'\(name)' must not be negative, and is \(value)") }
    }
}

/// Throws if an option that may be any number is not a number.
func requireNumbers(_ names: String..., in options: StateDict) throws {
    for name in names where try options.double(.string(name)).isNaN {
        throw OptimizerError("'\(name)' must be a number, and is NaN")
    }
}

/// Throws if one of the decay rates of two moving means is not from 0 to 1.
func requireBetas(in options: StateDict) throws {
    let betas = try options.pair("betas")
    guard (0..<1).contains(betas.0), (0..<1).contains(betas.1) else {
        throw OptimizerError("'betas' must be at least 0 and below 1, and are \(betas)")
    }
}
