/// What a checkpoint holds of one rank, if several processes saved it together: what differs between ranks.
struct RankState {
    let random: RandomState
    /// Gradients that no step has used yet: each rank's own, of its parts of the batches.
    let gradients: StateDict?
}

extension RankState {
    private enum Key {
        static let random: StateDict.Key = "rng"
        static let gradients: StateDict.Key = "gradients"
    }

    func stateDict() -> StateDict {
        var state: StateDict = [Key.random: .dictionary(random.stateDict())]
        if let gradients { state[Key.gradients] = .dictionary(gradients) }
        return state
    }

    init(_ state: StateDict) throws {
        random = try RandomState(state.dictionary(Key.random))
        gradients = state[Key.gradients] == nil ? nil : try state.dictionary(Key.gradients)
    }

    /// The mean of the ranks' gradients, from which another number of ranks continues the step; `nil` if there are
    /// none.
    static func meanGradients(of ranks: [RankState]) throws -> StateDict? {
        guard let first = ranks.first?.gradients else { return nil }
        var mean = StateDict()
        for network in first.names {
            let all = try ranks.map { try ($0.gradients ?? [:]).dictionary(.string(network)) }
            var gradients = StateDict()
            for name in Set(all.flatMap(\.names)).sorted() {
                let tensors = try all.filter { $0[name] != nil }.map { try $0.tensor(name) }
                let sum = try tensors.dropFirst().reduce(tensors[0]) { try $0 + $1 }
                gradients[.string(name)] = .tensor(try sum / Double(ranks.count))
            }
            mean[.string(network)] = .dictionary(gradients)
        }
        return mean
    }
}
