import Torch

/// A parameter that is given as probabilities or as logits; the other form is computed when it is asked for.
enum Probabilities: Sendable {
    case probs(Tensor)
    case logits(Tensor)

    /// The tensor that was given.
    var tensor: Tensor {
        switch self {
        case .probs(let tensor), .logits(let tensor): tensor
        }
    }

    func map(_ transform: (Tensor) throws -> Tensor) rethrows -> Probabilities {
        switch self {
        case .probs(let tensor): .probs(try transform(tensor))
        case .logits(let tensor): .logits(try transform(tensor))
        }
    }

    /// Probabilities of one of two outcomes; logits are log-odds.
    var ofOne: Tensor {
        get throws {
            switch self {
            case .probs(let probs): probs
            case .logits(let logits): try logits.sigmoid()
            }
        }
    }

    var logOdds: Tensor {
        get throws {
            switch self {
            case .probs(let probs):
                let inside = try Self.clamped(probs)
                return try inside.log() - (-inside).log1p()
            case .logits(let logits): return logits
            }
        }
    }

    /// Probabilities of the classes in the last dimension; logits are their logarithms.
    var ofClasses: Tensor {
        get throws {
            switch self {
            case .probs(let probs): probs
            case .logits(let logits): try logits.softmax(dim: -1)
            }
        }
    }

    var logarithms: Tensor {
        get throws {
            switch self {
            case .probs(let probs): try Self.clamped(probs).log()
            case .logits(let logits): logits
            }
        }
    }

    /// Throws unless the parameter is in its range.
    func require(_ probs: Constraint, _ logits: Constraint, of distribution: String) throws {
        switch self {
        case .probs(let tensor): try probs.require(tensor, "probs", of: distribution)
        case .logits(let tensor): try logits.require(tensor, "logits", of: distribution)
        }
    }

    /// Away from 0 and 1, whose logarithms are infinite.
    private static func clamped(_ probs: Tensor) throws -> Tensor {
        let epsilon = probs.dtype.epsilon
        return try probs.clamp(min: epsilon, max: 1 - epsilon)
    }
}
