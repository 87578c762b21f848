import Foundation
import Torch

/// Lowers the learning rates to `etaMin` in `tMax` steps along half a cosine, and raises them again after that.
///
/// lr ← etaMin + (lr - etaMin) · (1 + cos(π·t / tMax)) / (1 + cos(π·(t - 1) / tMax)). PyTorch's `CosineAnnealingLR`.
/// Loshchilov and Hutter 2017, "SGDR: Stochastic gradient descent with warm restarts", without the restarts.
public final class CosineAnnealingLR: LRScheduler {
    public private(set) var tMax: Int
    public private(set) var etaMin: Double

    /// Creates a scheduler, and sets the learning rates of its first step.
    ///
    /// - Throws: `SchedulerError` unless `tMax` is at least 1 and `etaMin` not negative; otherwise as `LRScheduler`.
    public init(_ optimizer: Optimizer, tMax: Int, etaMin: Double = 0, lastEpoch: Int = -1) throws {
        self.tMax = try checked("T_max", tMax, atLeast: 1)
        self.etaMin = try checked("eta_min", etaMin)
        try super.init(optimizer, lastEpoch: lastEpoch)
    }

    public override func learningRates() throws -> [Double] {
        let rates = try currentLearningRates()
        if isInitialStep { return rates }
        if stepCount == 1 && lastEpoch > 0 { return closedForm() }
        let (step, period) = (Double(lastEpoch), Double(tMax))
        // At the bottom of the cosine the quotient would divide by zero.
        if (lastEpoch - 1 - tMax).isMultiple(of: 2 * tMax) {
            return zip(rates, baseLearningRates).map { $0 + ($1 - etaMin) * (1 - cos(.pi / period)) / 2 }
        }
        let factor = (1 + cos(.pi * step / period)) / (1 + cos(.pi * (step - 1) / period))
        return rates.map { factor * ($0 - etaMin) + etaMin }
    }

    public override func closedFormLearningRates() throws -> [Double]? {
        closedForm()
    }

    private func closedForm() -> [Double] {
        baseLearningRates.map { etaMin + ($0 - etaMin) * (1 + cos(.pi * Double(lastEpoch) / Double(tMax))) / 2 }
    }

    public override func ownState() throws -> StateDict {
        ["T_max": .int(tMax), "eta_min": .double(etaMin)]
    }

    public override func setOwnState(_ state: StateDict) throws {
        (tMax, etaMin) = (
            try checked("T_max", state.int("T_max"), atLeast: 1), try checked("eta_min", state.double("eta_min"))
        )
    }
}

/// Lowers the learning rates to `etaMin` along half a cosine, again and again, each time over `tMult` times as many
/// steps.
///
/// lr = etaMin + (lr₀ - etaMin) · (1 + cos(π·t / T)) / 2, with t the steps since the last restart and T the steps from
/// it to the next. PyTorch's `CosineAnnealingWarmRestarts`. Loshchilov and Hutter 2017, "SGDR: Stochastic gradient
/// descent with warm restarts".
public final class CosineAnnealingWarmRestarts: LRScheduler {
    private struct Options {
        var first: Int
        var period: Int
        var multiplier: Int
        var etaMin: Double
        /// The steps since the last restart.
        var position: Double
    }

    private var options: Options

    /// Creates a scheduler, and sets the learning rates of its first step.
    ///
    /// - Parameters:
    ///   - t0: the number of steps to the first restart.
    ///   - tMult: the factor by which each period is longer than the one before.
    ///   - etaMin: the lowest rate.
    /// - Throws: `SchedulerError` unless `t0` and `tMult` are at least 1 and `etaMin` is not negative; otherwise as
    ///   `LRScheduler`.
    public init(_ optimizer: Optimizer, t0: Int, tMult: Int = 1, etaMin: Double = 0, lastEpoch: Int = -1) throws {
        let first = try checked("T_0", t0, atLeast: 1)
        options = Options(
            first: first, period: first, multiplier: try checked("T_mult", tMult, atLeast: 1),
            etaMin: try checked("eta_min", etaMin), position: Double(lastEpoch))
        try super.init(optimizer, lastEpoch: lastEpoch)
    }

    public override func learningRates() throws -> [Double] {
        let etaMin = options.etaMin
        let height = 1 + cos(.pi * options.position / Double(options.period))
        return baseLearningRates.map { etaMin + ($0 - etaMin) * height / 2 }
    }

    public override func step() throws {
        guard lastEpoch >= 0 else { return try step(epoch: 0) }
        var next = options
        next.position += 1
        if next.position >= Double(next.period) {
            next.position.formTruncatingRemainder(dividingBy: Double(next.period))
            let (product, overflow) = next.period.multipliedReportingOverflow(by: next.multiplier)
            next.period = overflow ? largestCount : min(product, largestCount)
        }
        try move(to: next, epoch: lastEpoch + 1)
    }

    /// Sets the learning rates for any time, including between two epochs: `epoch + batch / batchesPerEpoch`.
    ///
    /// - Throws: `SchedulerError` if `epoch` is negative or beyond 2^53; otherwise as `step()`.
    public func step(epoch: Double) throws {
        let epoch = try checked("epoch", epoch, in: 0...0x1p53)
        let (first, multiplier) = (Double(options.first), Double(options.multiplier))
        var next = options
        if epoch < first {
            (next.period, next.position) = (options.first, epoch)
        } else if options.multiplier == 1 {
            next.position = epoch.truncatingRemainder(dividingBy: first)
        } else {
            // Base, quotient and rounding are those of Python's `math.log`, so that the restarts fall on the same
            // epochs.
            let restarts = (log(epoch / first * (multiplier - 1) + 1) / log(multiplier)).rounded(.towardZero)
            let scale = pow(multiplier, restarts)
            next.position = max(0, epoch - first * (scale - 1) / (multiplier - 1))
            next.period = Int(min((first * scale).rounded(), Double(largestCount)))
        }
        try move(to: next, epoch: Int(epoch))
    }

    private func move(to next: Options, epoch: Int) throws {
        let before = (options, lastEpoch)
        (options, lastEpoch) = (next, epoch)
        do {
            try setRates(learningRates())
        } catch {
            (options, lastEpoch) = before
            throw error
        }
    }

    override func restart() throws {
        try step(epoch: 0)
    }

    public override func ownState() throws -> StateDict {
        [
            "T_0": .int(options.first), "T_i": .int(options.period), "T_mult": .int(options.multiplier),
            "eta_min": .double(options.etaMin),
            "T_cur": Int(exactly: options.position).map { .int($0) } ?? .double(options.position),
        ]
    }

    public override func setOwnState(_ state: StateDict) throws {
        options = Options(
            first: try checked("T_0", state.int("T_0"), atLeast: 1),
            period: try checked("T_i", state.int("T_i"), atLeast: 1),
            multiplier: try checked("T_mult", state.int("T_mult"), atLeast: 1),
            etaMin: try checked("eta_min", state.double("eta_min")),
            position: try checked("T_cur", state.double("T_cur"), atLeast: -1))
    }
}

/// Lowers the learning rates to `etaMin` along half a cosine in each of several periods, each of which starts at its
/// own height.
///
/// lr = etaMin + weight · (lr₀ - etaMin) · (1 + cos(π·t / period)) / 2, with t the steps since the period began; its
/// last step is the lowest. After the last period the rates follow the cosine of the first one, as if it had started at
/// step 0. Helios' `CosineAnnealingRestartLR`.
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

    /// Creates a scheduler, and sets the learning rates of its first step.
    ///
    /// - Parameters:
    ///   - periods: the steps of each period.
    ///   - restartWeights: what the initial rates are multiplied by in each period.
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
