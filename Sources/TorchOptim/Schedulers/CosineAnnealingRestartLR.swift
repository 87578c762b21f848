import Foundation
import Torch

/// Lets the learning rates fall to `etaMin` along half a cosine in each of some periods, each from a height of its own.
///
/// lr = etaMin + weight · (lr₀ - etaMin) · (1 + cos(π·t / period)) / 2, with t the steps since the period began; its
/// last step is the lowest. After the last period the rates go on along the cosine of the first one, from the very
/// start. Helios' `CosineAnnealingRestartLR`.
public final class CosineAnnealingRestartLR: LRScheduler {
    private struct Options {
        let periods: [Int]
        let weights: [Double]
        let etaMin: Double
        /// The step at which each period ends.
        let ends: [Int]

        init(periods: [Int], weights: [Double], etaMin: Double) throws {
            guard !periods.isEmpty, periods.count == weights.count else {
                throw SchedulerError(
                    "each period needs a weight: there are \(periods.count) periods and \(weights.count) weights")
            }
            self.periods = try periods.map { try checked("periods", $0, atLeast: 1) }
            self.weights = try weights.map { try checked("restart_weights", $0) }
            self.etaMin = try checked("eta_min", etaMin)
            var end = 0
            ends = try periods.map { period in
                end = try checked("periods", end + period, atLeast: 1)
                return end
            }
        }
    }

    private var options: Options

    /// - Parameters:
    ///   - periods: the steps of each period.
    ///   - restartWeights: what the initial rates are multiplied by in each.
    /// - Throws: `SchedulerError` unless each period has a step and a weight and none is negative; otherwise as
    ///   `LRScheduler`.
    public init(
        _ optimizer: Optimizer, periods: [Int], restartWeights: [Double] = [1], etaMin: Double = 0, lastEpoch: Int = -1
    ) throws {
        options = try Options(periods: periods, weights: restartWeights, etaMin: etaMin)
        try super.init(optimizer, lastEpoch: lastEpoch)
    }

    public override func learningRates() throws -> [Double] {
        let position = options.ends.firstIndex { lastEpoch <= $0 } ?? 0
        let start = position == 0 ? 0 : options.ends[position - 1]
        let part = Double(lastEpoch - start) / Double(options.periods[position])
        let (weight, etaMin) = (options.weights[position], options.etaMin)
        return baseLearningRates.map { etaMin + weight * 0.5 * ($0 - etaMin) * (1 + cos(.pi * part)) }
    }

    public override func ownState() throws -> StateDict {
        [
            "_periods": .numbers(options.periods), "_restart_weights": .numbers(options.weights),
            "_eta_min": .double(options.etaMin), "_cumulative_period": .numbers(options.ends),
        ]
    }

    public override func setOwnState(_ state: StateDict) throws {
        options = try Options(
            periods: state.ints("_periods"), weights: state.doubles("_restart_weights"),
            etaMin: state.double("_eta_min"))
    }
}
