import Foundation
import Torch

/// Moves the learning rates to a constant one in `annealEpochs` steps, for averaging weights. PyTorch's `SWALR`.
///
/// Izmailov and others 2018, "Averaging weights leads to wider optima and better generalization".
public final class SWALR: LRScheduler {
    /// How the rates move there.
    public enum AnnealStrategy: String, CaseIterable, Sendable {
        case cos, linear
    }

    public private(set) var annealEpochs: Int
    private var annealStrategy: AnnealStrategy

    /// Creates a scheduler, and sets the learning rates of its first step.
    ///
    /// - Parameters:
    ///   - swaLearningRate: the constant rate, of all groups or of each.
    ///   - annealEpochs: the number of steps until it is reached.
    /// - Throws: `SchedulerError` if a rate or `annealEpochs` is negative; otherwise as `LRScheduler`.
    public init(
        _ optimizer: Optimizer, swaLearningRate: any PerGroup, annealEpochs: Int = 10,
        annealStrategy: AnnealStrategy = .cos, lastEpoch: Int = -1
    ) throws {
        let rates = try swaLearningRate.values("swa_lr", of: optimizer)
        self.annealEpochs = try checked("anneal_epochs", annealEpochs, atLeast: 0)
        self.annealStrategy = annealStrategy
        for (group, rate) in zip(optimizer.parameterGroups, rates) { group.options["swa_lr"] = .double(rate) }
        try super.init(optimizer, lastEpoch: lastEpoch)
    }

    public override func learningRates() throws -> [Double] {
        let step = max(stepCount - 1, annealEpochs == 0 ? 1 : 0)
        let (before, now) = (weight(at: step - 1), weight(at: step))
        return try zip(optimizer.parameterGroups, currentLearningRates()).map { group, rate in
            let target = try group.options.double("swa_lr")
            // The rate without the target's part in it.
            let start = before == 1 ? target : (rate - before * target) / (1 - before)
            return target * now + start * (1 - now)
        }
    }

    /// Returns the constant rate's part at a step.
    private func weight(at step: Int) -> Double {
        let part = max(0, min(1, Double(step) / Double(max(1, annealEpochs))))
        return annealStrategy == .cos ? (1 - cos(.pi * part)) / 2 : part
    }

    public override func ownState() throws -> StateDict {
        ["_anneal_strategy": .string(annealStrategy.rawValue), "anneal_epochs": .int(annealEpochs)]
    }

    public override func setOwnState(_ state: StateDict) throws {
        (annealStrategy, annealEpochs) = (
            try state.option("_anneal_strategy", as: AnnealStrategy.self),
            try checked("anneal_epochs", state.int("anneal_epochs"), atLeast: 0)
        )
    }
}
