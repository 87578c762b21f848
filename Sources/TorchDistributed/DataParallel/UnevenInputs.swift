import Torch

/// What the ranks inside a `join` tell each other before each forward pass: who still has data.
final class UnevenInputs {
    /// What one forward pass is on all ranks.
    struct Round {
        /// The ranks that have data, in order.
        let active: [Int]
        /// Whether the backward pass exchanges gradients.
        let exchanges: Bool

        /// The rank with the newest buffers: the last one that has data, as in PyTorch.
        var source: Int { active.last ?? 0 }
    }

    private static let operation = "join"
    private let group: ProcessGroup
    private let throwsOnEarlyEnd: Bool
    /// Whether sums of gradients are divided by the number of all ranks, not of those that have data.
    let dividesByAllRanks: Bool
    /// The rank whose network all ranks get in the end.
    private(set) var lastRank: Int

    init(_ group: ProcessGroup, throwsOnEarlyEnd: Bool, dividesByAllRanks: Bool) {
        self.group = group
        self.throwsOnEarlyEnd = throwsOnEarlyEnd
        self.dividesByAllRanks = dividesByAllRanks
        lastRank = group.size - 1
    }

    /// Tells the others what this rank does, and returns what all do; `nil` if no rank has data any more.
    ///
    /// - Parameter exchanges: whether this rank's backward pass exchanges gradients; `nil` if it has no data.
    /// - Throws: ``DistributedError`` of kind `mismatch` on all ranks if those that have data do different things, or
    ///   if a rank has none and that shall be an error.
    func meet(exchanges: Bool?) throws -> Round? {
        let own = exchanges.map { $0 ? 2 : 1 } ?? 0
        let states = try group.allGather(Tensor([own])).map { try $0.item(Int.self) }
        let active = states.indices.filter { states[$0] > 0 }
        guard let last = active.last else { return nil }
        guard active.allSatisfy({ states[$0] == states[last] }) else {
            throw group.error(
                .mismatch, Self.operation,
                "\(names(of: active.filter { states[$0] == 2 })) will exchange gradients, and "
                    + "\(names(of: active.filter { states[$0] == 1 })) not: all ranks use `noSync` and `noGrad` for the "
                    + "same forward passes")
        }
        guard !throwsOnEarlyEnd || active.count == group.size else {
            throw group.error(
                .mismatch, Self.operation,
                "\(names(of: states.indices.filter { states[$0] == 0 })) had no more data, and "
                    + "\(names(of: active)) had some left")
        }
        lastRank = last
        return Round(active: active, exchanges: states[last] == 2)
    }

    private func names(of ranks: [Int]) -> String {
        let numbers = ranks.prefix(8).map(String.init).joined(separator: ", ") + (ranks.count > 8 ? ", …" : "")
        return "rank\(ranks.count == 1 ? "" : "s") \(numbers)"
    }
}
