import Foundation
import Helios
import TestSupport
import Testing

/// A model that stops the training after one of its batches, if it is asked to.
class StoppingModel: SmallModel {
    /// After which batch, counted from 1.
    var stopsAfter: Int?

    override func noteLoss(state: TrainingState) throws {
        try super.noteLoss(state: state)
        if state.globalIteration == stopsAfter { trainer?.stop() }
    }
}

/// Expects a training that is stopped after any one of its batches, or after each, to end as one that is not stopped.
///
/// - Parameters:
///   - make: makes a model and its trainer, which saves checkpoints in a folder.
///   - data: makes the data.
/// - Returns: the model of the training that was not stopped.
@discardableResult
func expectExactResume<Trained: StoppingModel>(
    data: () -> SmallData = { SmallData() }, sourceLocation: SourceLocation = #_sourceLocation,
    _ make: (_ folder: URL) throws -> (Trained, Trainer)
) throws -> Trained {
    try withTemporaryFolder { folder in
        func train(
            stoppedAfter stops: [Int], in name: String
        ) throws -> (model: Trained, losses: [Double], end: StateDict) {
            var losses: [Double] = []
            for stop in stops.map(Optional.some) + [nil] {
                let (model, trainer) = try make(folder.appending(path: name))
                model.stopsAfter = stop
                let result = try trainer.fit(model, data())
                losses += model.losses
                guard stop == nil || result.outcome == .completed else { continue }
                return (model, losses, try model.stateDict())
            }
            throw ConfigurationError("unreachable: the last run is not stopped")
        }
        let whole = try train(stoppedAfter: [], in: "whole")
        #expect(!whole.losses.isEmpty, sourceLocation: sourceLocation)
        let all = Array(1...max(whole.losses.count, 1))
        for stops in all.map({ [$0] }) + [all] {
            let parts = try train(stoppedAfter: stops, in: "\(stops)")
            #expect(parts.losses == whole.losses, "stopped after \(stops)", sourceLocation: sourceLocation)
            try expectSameState(.dictionary(parts.end), .dictionary(whole.end), sourceLocation: sourceLocation)
        }
        return whole.model
    }
}
