import Foundation
import Torch

/// Steps at which something happens, and how often it does then: Python's `Counter` of a list of steps.
struct Milestones {
    private var counts: [Int: Int] = [:]
    /// The steps in the order in which they were given.
    private var steps: [Int] = []

    init(_ milestones: [Int]) throws {
        for milestone in milestones { try add(milestone, count: 1) }
    }

    /// Reads what `state` gave, or the counter of PyTorch.
    init(_ state: StateDict) throws {
        for (key, value) in state {
            guard case .int(let milestone) = key, case .int(let count) = value else {
                throw SchedulerError("'milestones' of the state must count steps, and has \(key): \(value.typeName)")
            }
            try add(milestone, count: count)
        }
    }

    private mutating func add(_ milestone: Int, count: Int) throws {
        _ = try checked("milestones", milestone, atLeast: 0)
        let known = counts[milestone] ?? 0
        if known == 0 { steps.append(milestone) }
        counts[milestone] = known + (try checked("milestones", count, atLeast: 1))
    }

    /// How often a step is a milestone.
    func count(at step: Int) -> Int {
        counts[step] ?? 0
    }

    /// How many milestones are at a step or before it.
    func count(upTo step: Int) -> Double {
        counts.reduce(0) { $1.key <= step ? $0 + Double($1.value) : $0 }
    }

    var state: StateValue {
        var state = StateDict()
        state.kind = .counter
        for step in steps { state[.int(step)] = .int(count(at: step)) }
        return .dictionary(state)
    }
}

/// A power with a whole exponent.
func pow(_ base: Double, _ exponent: Int) -> Double {
    Foundation.pow(base, Double(exponent))
}
