import Foundation
import Torch

/// Multiplies the learning rates by `gamma` at each of some steps, and at others sets them to the initial ones times a
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

    /// - Parameters:
    ///   - milestones: the steps at which the rates are multiplied by `gamma`.
    ///   - restarts: the steps at which they are set anew.
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
            // The group's and not the scheduler's own: they differ where the optimiser's state was loaded alone.
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
