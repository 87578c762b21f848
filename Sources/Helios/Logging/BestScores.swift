/// The best so far of some scores, in a training and in those that it resumes.
struct BestScores {
    private var best: [String: (value: Double, mode: MetricMode)] = [:]

    var isEmpty: Bool { best.isEmpty }

    /// The scores by their names.
    var values: [String: Double] { best.mapValues(\.value) }

    init() {}

    /// Takes the scores of a validation cycle.
    ///
    /// - Parameter modes: which of two scores is the better one; others are left out.
    mutating func add(_ scores: [String: Double], _ modes: [String: MetricMode]) {
        // What was the best when the program went by another mode says nothing.
        best = best.filter { modes[$0.key] == $0.value.mode }
        for (name, mode) in modes {
            guard let score = scores[name], !score.isNaN else { continue }
            if best[name].map({ mode.isBetter(score, than: $0.value) }) ?? true { best[name] = (score, mode) }
        }
    }

    // MARK: In checkpoints

    init(_ state: StateDict) throws {
        for name in state.names {
            guard let mode = MetricMode(rawValue: try state.string(.string(name), "mode")) else {
                throw StateDictError("the mode of the score '\(name)' must be min or max")
            }
            best[name] = (try state.double(.string(name), "value"), mode)
        }
    }

    func stateDict() -> StateDict {
        var state = StateDict()
        for (name, score) in best.sorted(by: { $0.key < $1.key }) {
            state[.string(name)] = .dictionary(["mode": .string(score.mode.rawValue), "value": .double(score.value)])
        }
        return state
    }
}
