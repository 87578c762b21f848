import Torch

/// Which part of a whole state an optimizer keeps, if several ranks share the parameters.
///
/// A part numbers the parameters as the whole state does, so that parts can be put together. It carries this
/// description, so that it cannot be mistaken for the whole.
package struct OptimizerPart: Equatable, Sendable {
    package static let key = "part"

    /// Whose part it is, from 0, and how many parts there are.
    package let rank, size: Int
    /// The numbers of the parameters whose state is in it.
    package let parameters: [Int]

    package init(rank: Int, size: Int, parameters: [Int]) {
        self.rank = rank
        self.size = size
        self.parameters = parameters
    }

    /// - Throws: if the state of an optimizer says of its part what makes no sense.
    fileprivate init?(in state: StateDict) throws {
        guard state[OptimizerPart.key] != nil else { return nil }
        let part = try state.dictionary(OptimizerPart.key)
        (rank, size) = (try part.int("rank"), try part.int("size"))
        parameters = try part.list("parameters").map { value in
            guard case .int(let number) = value else {
                throw OptimizerError("a number of a parameter in 'part' is a \(value.typeName)")
            }
            return number
        }
    }

    var state: StateDict {
        [
            "rank": .int(rank), "size": .int(size),
            "parameters": .list(parameters.map { .int($0) }),
        ]
    }
}

extension Optimizer {
    /// Throws if a state is a part, and another one than this optimizer keeps. A whole state always passes.
    final func requireSamePart(_ state: StateDict) throws {
        guard let saved = try OptimizerPart(in: state), saved != part else { return }
        let own = part.map { own in
            (own.rank, own.size) == (saved.rank, saved.size)
                ? "this one has other parameters" : "this is the part of rank \(own.rank) of \(own.size)"
        }
        throw OptimizerError(
            "the state is only the part of rank \(saved.rank) of \(saved.size) of a sharded optimizer, and "
                + "\(own ?? "this optimizer is not sharded"): load a whole state, which consolidatedStateDict(to:) and "
                + "ShardedOptimizerFile give")
    }
}
