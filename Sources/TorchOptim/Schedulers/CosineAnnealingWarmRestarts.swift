import Foundation
import Torch

/// Lets the learning rates fall to `etaMin` along half a cosine, again and again, each time over `tMult` times as many
/// steps.
///
/// lr = etaMin + (lr₀ - etaMin) · (1 + cos(π·t / T)) / 2, with t the steps since the last restart and T those to the
/// next. PyTorch's `CosineAnnealingWarmRestarts`. Loshchilov and Hutter 2017, "SGDR: Stochastic gradient descent with warm
/// restarts".
public final class CosineAnnealingWarmRestarts: LRScheduler {
    private struct Options {
        var first: Int
        var period: Int
        var multiplier: Int
        var etaMin: Double
        /// Steps since the last restart.
        var position: Double
    }

    private var options: Options

    /// - Parameters:
    ///   - t0: the number of steps to the first restart.
    ///   - tMult: by what each period is longer than the one before.
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

    /// Sets the learning rates of any time, also between two epochs: `epoch + batch / batchesPerEpoch`.
    ///
    /// - Throws: `SchedulerError` where `epoch` is negative or beyond 2^53; otherwise as `step()`.
    public func step(epoch: Double) throws {
        let epoch = try checked("epoch", epoch, in: 0...0x1p53)
        let (first, multiplier) = (Double(options.first), Double(options.multiplier))
        var next = options
        if epoch < first {
            (next.period, next.position) = (options.first, epoch)
        } else if options.multiplier == 1 {
            next.position = epoch.truncatingRemainder(dividingBy: first)
        } else {
            // Base, quotient and rounding as in Python's `math.log`, so that the restarts fall on the same epochs.
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
