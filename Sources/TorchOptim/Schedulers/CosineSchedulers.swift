import Foundation
import Torch

/// Lets the learning rates fall from their start to `etaMin` in `tMax` steps along half a cosine, and rise again after.
///
/// lr ← etaMin + (lr - etaMin) · (1 + cos(π·t / tMax)) / (1 + cos(π·(t - 1) / tMax)). PyTorch's `CosineAnnealingLR`.
/// Loshchilov and Hutter 2017, "SGDR: Stochastic gradient descent with warm restarts", without the restarts.
public final class CosineAnnealingLR: LRScheduler {
    public private(set) var tMax: Int
    public private(set) var etaMin: Double

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
