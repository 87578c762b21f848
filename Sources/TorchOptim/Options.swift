import Torch

// How an optimiser reads and checks the options of a group.

extension StateDict {
    /// A pair of numbers, as `betas`.
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

/// Throws unless numbers that must not be negative are such.
func requireNotNegative(_ names: String..., in options: StateDict) throws {
    for name in names {
        let value = try options.double(.string(name))
        guard value >= 0 else { throw OptimizerError("'\(name)' must not be negative, and is \(value)") }
    }
}

/// Throws where numbers that may be any are none.
func requireNumbers(_ names: String..., in options: StateDict) throws {
    for name in names where try options.double(.string(name)).isNaN {
        throw OptimizerError("'\(name)' must be a number, and is NaN")
    }
}

/// Throws unless both decay rates of moving means are such.
func requireBetas(in options: StateDict) throws {
    let betas = try options.pair("betas")
    guard (0..<1).contains(betas.0), (0..<1).contains(betas.1) else {
        throw OptimizerError("'betas' must be at least 0 and below 1, and are \(betas)")
    }
}
