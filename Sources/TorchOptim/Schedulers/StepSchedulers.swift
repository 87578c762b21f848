import Foundation
import Torch

/// Multiplies the learning rates by `gamma` every `stepSize` steps. PyTorch's `StepLR`.
public final class StepLR: LRScheduler {
    public private(set) var stepSize: Int
    public private(set) var gamma: Double

    /// Creates a scheduler, and sets the learning rates of its first step.
    ///
    /// - Throws: `SchedulerError` unless `stepSize` is at least 1 and `gamma` at least 0; otherwise as `LRScheduler`.
    public init(_ optimizer: Optimizer, stepSize: Int, gamma: Double = 0.1, lastEpoch: Int = -1) throws {
        self.stepSize = try checked("step_size", stepSize, atLeast: 1)
        self.gamma = try checked("gamma", gamma)
        try super.init(optimizer, lastEpoch: lastEpoch)
    }

    public override func learningRates() throws -> [Double] {
        let isStep = lastEpoch != 0 && lastEpoch.isMultiple(of: stepSize)
        return try currentLearningRates().map { isStep ? $0 * gamma : $0 }
    }

    public override func closedFormLearningRates() throws -> [Double]? {
        baseLearningRates.map { $0 * pow(gamma, lastEpoch / stepSize) }
    }

    public override func ownState() throws -> StateDict {
        ["step_size": .int(stepSize), "gamma": .double(gamma)]
    }

    public override func setOwnState(_ state: StateDict) throws {
        (stepSize, gamma) = (
            try checked("step_size", state.int("step_size"), atLeast: 1), try checked("gamma", state.double("gamma"))
        )
    }
}

/// Multiplies the learning rates by `gamma` at each of some steps, and several times at one that is listed several
/// times.
///
/// PyTorch's `MultiStepLR`. The state has the milestones as a plain dictionary, while PyTorch writes a counter. PyTorch
/// can resume from the dictionary too, except when this scheduler's turn in a `SequentialLR` starts.
public final class MultiStepLR: LRScheduler {
    private var milestones: Milestones
    public private(set) var gamma: Double

    /// Creates a scheduler, and sets the learning rates of its first step.
    ///
    /// - Throws: `SchedulerError` if a milestone or `gamma` is negative; otherwise as `LRScheduler`.
    public init(_ optimizer: Optimizer, milestones: [Int], gamma: Double = 0.1, lastEpoch: Int = -1) throws {
        self.milestones = try Milestones(milestones)
        self.gamma = try checked("gamma", gamma)
        try super.init(optimizer, lastEpoch: lastEpoch)
    }

    public override func learningRates() throws -> [Double] {
        let count = milestones.count(at: lastEpoch)
        return try currentLearningRates().map { count == 0 ? $0 : $0 * pow(gamma, count) }
    }

    public override func closedFormLearningRates() throws -> [Double]? {
        baseLearningRates.map { $0 * pow(gamma, milestones.count(upTo: lastEpoch)) }
    }

    public override func ownState() throws -> StateDict {
        ["milestones": milestones.state, "gamma": .double(gamma)]
    }

    public override func setOwnState(_ state: StateDict) throws {
        (milestones, gamma) = (
            try Milestones(state.dictionary("milestones")), try checked("gamma", state.double("gamma"))
        )
    }
}

/// Multiplies the learning rates by `gamma` at some steps, and at others resets them to the initial ones times a
/// weight. Helios' `MultiStepRestartLR`.
public final class MultiStepRestartLR: LRScheduler {
    private struct Options {
        let milestones: Milestones
        let gamma: Double
        let restarts: [Int]
        let weights: [Double]

        init(milestones: Milestones, gamma: Double, restarts: [Int], weights: [Double]) throws {
            guard restarts.count == weights.count else {
                throw SchedulerError(
                    "each restart needs a weight: there are \(restarts.count) restarts and \(weights.count) weights")
            }
            self.milestones = milestones
            self.gamma = try checked("gamma", gamma)
            self.restarts = try restarts.map { try checked("restarts", $0, atLeast: 0) }
            self.weights = try weights.map { try checked("restart_weights", $0) }
        }
    }

    private var options: Options

    /// Creates a scheduler, and sets the learning rates of its first step.
    ///
    /// - Parameters:
    ///   - milestones: the steps at which the rates are multiplied by `gamma`.
    ///   - restarts: the steps at which the rates are reset.
    ///   - restartWeights: what the initial rates are multiplied by at each restart.
    /// - Throws: `SchedulerError` unless there are as many weights as restarts and nothing is negative; otherwise as
    ///   `LRScheduler`.
    public init(
        _ optimizer: Optimizer, milestones: [Int], gamma: Double = 0.1, restarts: [Int] = [0],
        restartWeights: [Double] = [1], lastEpoch: Int = -1
    ) throws {
        options = try Options(
            milestones: Milestones(milestones), gamma: gamma, restarts: restarts, weights: restartWeights)
        try super.init(optimizer, lastEpoch: lastEpoch)
    }

    public override func learningRates() throws -> [Double] {
        if let restart = options.restarts.firstIndex(of: lastEpoch) {
            // The group's, not the scheduler's own: they differ if the optimizer's state was loaded alone.
            return try optimizer.parameterGroups.map {
                try $0.options.double("initial_lr") * options.weights[restart]
            }
        }
        let count = options.milestones.count(at: lastEpoch)
        return try currentLearningRates().map { count == 0 ? $0 : $0 * pow(options.gamma, count) }
    }

    public override func ownState() throws -> StateDict {
        [
            "_milestones": options.milestones.state, "_gamma": .double(options.gamma),
            "_restarts": .numbers(options.restarts), "_restart_weights": .numbers(options.weights),
        ]
    }

    public override func setOwnState(_ state: StateDict) throws {
        options = try Options(
            milestones: Milestones(state.dictionary("_milestones")), gamma: state.double("_gamma"),
            restarts: state.ints("_restarts"), weights: state.doubles("_restart_weights"))
    }
}

/// Steps at which something happens, and how many times it does then: Python's `Counter` of a list of steps.
struct Milestones {
    private var counts: [Int: Int] = [:]
    /// The steps in the order in which they were given.
    private var steps: [Int] = []

    init(_ milestones: [Int]) throws {
        for milestone in milestones { try add(milestone, count: 1) }
    }

    /// Reads what `state` returned, or the counter of PyTorch.
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

    /// Returns how many times a step is a milestone.
    func count(at step: Int) -> Int {
        counts[step] ?? 0
    }

    /// Returns how many milestones are at a step or before it.
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

/// Returns a power with an integer exponent.
func pow(_ base: Double, _ exponent: Int) -> Double {
    Foundation.pow(base, Double(exponent))
}
