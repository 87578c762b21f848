import Foundation
import Torch

extension KFold {
    /// Trains one model for each fold, one after the other, and validates each with the samples that it has not seen.
    ///
    /// Run again after an interruption, it skips the folds that are over, and resumes the one that was under way if its
    /// trainer saves checkpoints in the fold's folder. A fold is over when its scores are in the file `result.json` of
    /// its folder. With another length it trains on, and with other weights it is validated again.
    ///
    /// - Parameters:
    ///   - folder: the folder of the cross-validation, which gets one for each fold.
    ///   - names: the scores that count; empty for all that are numbers.
    ///   - checkpoint: the weights to validate with, `.best` for those of the plug-in `BestCheckpoints`; `nil` for those
    ///     at the end of the training.
    ///   - make: makes the trainer, the model and the data module of a fold. Called for the folds that are over too, of
    ///     which nothing is run.
    /// - Returns: the scores of each fold, with their means. Printed too, if progress is shown. If the training of a fold
    ///   was interrupted, the result says so and has the folds before it.
    /// - Throws: what a training throws; `ConfigurationError` if the folder has a cross-validation with other folds, or a
    ///   validation does not give a score that counts; `CheckpointError` if a result cannot be written or read.
    @discardableResult
    public func run<Batch>(
        in folder: URL, scoring names: [String] = [], checkpoint: CheckpointChoice? = nil,
        _ make: (Fold) throws -> (trainer: Trainer, model: Model<Batch>, data: DataModule<Batch>)
    ) throws -> KFoldResult {
        let folder = KFoldFolder(url: folder)
        var results: [FoldResult] = []
        var interruption: Interruption?
        var last: (trainer: Trainer, isShown: Bool)?
        for (position, samples) in folds.enumerated() {
            let fold = Fold(
                number: position + 1, count: folds.count, samples: samples,
                folder: folder.folder(ofFold: position + 1))
            let (trainer, model, data) = try make(fold)
            let ranks = try Ranks.join(trainer.options.processes)
            let isShown = ranks.isFirst && trainer.options.display.contains(.progress)
            last = (trainer, isShown)
            let demand = KFoldFolder.Demand(trainer.options.length, checkpoint)
            if let before = try resultBefore(of: fold, folder, demand, ranks) {
                results.append(try before.scoring(names))
                if isShown { trainer.console.printLine("fold \(fold.number) of \(fold.count) is over already") }
                continue
            }
            if isShown { trainer.console.printLine("fold \(fold.number) of \(fold.count)") }
            let end = try trainer.fit(model, data)
            if case .interrupted(let reason) = end.outcome {
                interruption = reason
                break
            }
            let scores = try trainer.validate(model, data, checkpoint: checkpoint)
            let result = FoldResult(
                number: fold.number, scores: scores.numbers, trainCount: fold.train.count,
                validCount: fold.valid.count, epochs: end.state.globalEpoch, iterations: end.state.currentIteration)
            // First, so that a fold without such a score does not count as over.
            results.append(try result.scoring(names))
            try ranks.telling { try ranks.onFirst { try folder.note(result, demand) } }
        }
        let result = KFoldResult(folds: results, count: folds.count, interruption: interruption)
        if let last, last.isShown { last.trainer.console.printLine("\(result)") }
        return result
    }

    /// What a fold found that is over, as rank 0 has it in the folder; `nil` if it is not.
    private func resultBefore(
        of fold: Fold, _ folder: KFoldFolder, _ demand: KFoldFolder.Demand, _ ranks: Ranks
    ) throws -> FoldResult? {
        try ranks.telling {
            if fold.number == 1 { try ranks.onFirst { try folder.begin(folds, called: text) } }
            let record = try ranks.shareFirst {
                try folder.record(ofFold: fold.number).map { ["record": .string($0)] }
            }
            return try record.flatMap { try folder.result(ofFold: fold.number, $0.string("record"), demand) }
        }
    }
}

extension Ranks {
    /// Does something that all ranks take part in, and lets the others know if it fails on this one.
    fileprivate func telling<Output>(_ body: () throws -> Output) throws -> Output {
        do {
            return try body()
        } catch {
            throw fail(with: error)
        }
    }
}

extension FoldResult {
    /// The result with the scores that count.
    ///
    /// - Throws: `ConfigurationError` if there is none of a name.
    fileprivate func scoring(_ names: [String]) throws -> FoldResult {
        guard !names.isEmpty else { return self }
        if let missing = names.first(where: { scores[$0] == nil }) {
            throw ConfigurationError(
                "the validation of fold \(number) gives no number '\(missing)' that could count"
                    + "\(NearNames.question(missing, among: Array(scores.keys))) (there are: "
                    + "\(scores.keys.sorted().joined(separator: ", ")))")
        }
        return FoldResult(
            number: number, scores: scores.filter { names.contains($0.key) }, trainCount: trainCount,
            validCount: validCount, epochs: epochs, iterations: iterations)
    }
}
