import Foundation
import Torch

/// Multiplies the learning rates by `gamma` at each of some steps, several times where one is listed several times.
///
/// PyTorch's `MultiStepLR`. The state has the milestones as a plain dictionary, where PyTorch has a counter: it goes on
/// with one all the same, but not at the start of this scheduler's turn in a `SequentialLR`.
public final class MultiStepLR: LRScheduler {
    private var milestones: Milestones
    public private(set) var gamma: Double

    /// - Throws: `SchedulerError` where a milestone or `gamma` is negative; otherwise as `LRScheduler`.
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
