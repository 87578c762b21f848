import Foundation
import TestSupport
import Testing

@testable import Helios

/// Cross-validations of twenty-two samples in three classes.
@Suite(.standardGenerator) struct KFoldTests {
    /// The samples of `SmallData` in two parts.
    private final class FoldData: DataModule<LabeledBatch> {
        let samples: DataFold

        init(_ samples: DataFold) {
            self.samples = samples
        }

        override func setup() throws {
            let random = try Generator(seed: 1)
            let inputs = try Tensor.randn([22, 1, 3, 3], generator: random)
            let targets = try Tensor.randint(high: 3, size: [22], generator: random, dtype: .int64)
            let dataset = try TensorDataset(inputs: inputs, targets: targets)
            try addTrainPhase(dataset.subset(samples.train), LoaderOptions(batchSize: 4, shuffle: true))
            try setValidation(dataset.subset(samples.valid), LoaderOptions(batchSize: 11))
        }
    }

    /// Notes what the models did, by the number of their folds.
    private final class Runs {
        var models: [Int: StoppingModel] = [:]
        /// The fold, and after which batch of it the training is stopped.
        var stop: (fold: Int, batch: Int)?
        var epochs = 2
        var registersBest = false

        func run(
            _ kFold: KFold, in folder: URL, scoring names: [String] = [], checkpoint: CheckpointChoice? = nil
        ) throws -> KFoldResult {
            models = [:]
            return try kFold.run(in: folder, scoring: names, checkpoint: checkpoint) { fold in
                #expect(fold.folder == folder.appending(path: "fold-\(fold.number)"))
                #expect(fold.count == kFold.folds.count && fold.samples == kFold.folds[fold.number - 1])
                let model = StoppingModel()
                if let stop, stop.fold == fold.number { model.stopsAfter = stop.batch }
                models[fold.number] = model
                let trainer = try Trainer.quiet(
                    .epochs(epochs), validation: .every(1), checkpoints: .in(fold.folder, every: 1))
                if registersBest { try trainer.register(BestCheckpoints(metric: "loss", mode: .min)) }
                return (trainer, model, FoldData(fold.samples))
            }
        }

        var batchCounts: [Int] { models.sorted { $0.key < $1.key }.map(\.value.losses.count) }
    }

    @Test("each fold is trained with the others, and validated with its own samples")
    func scores() throws {
        try withTemporaryFolder { folder in
            let kFold = try KFold(folds: 3, count: 22, seed: 4)
            let result = try Runs().run(kFold, in: folder)
            #expect(result.interruption == nil && result.count == 3 && result.folds.map(\.number) == [1, 2, 3])
            #expect(result.folds.map(\.validCount) == [8, 7, 7] && result.folds.map(\.trainCount) == [14, 15, 15])
            #expect(result.folds.map(\.epochs) == [2, 2, 2] && result.folds.map(\.iterations) == [8, 8, 8])
            let scores = try kFold.folds.map { samples in
                let (model, data) = (SmallModel(), FoldData(samples))
                let trainer = try Trainer.quiet()
                try trainer.fit(model, data)
                return try #require(trainer.validate(model, data)["loss"])
            }
            #expect(result.folds.map { $0.scores["loss"] } == scores)
            #expect(Set(scores).count == 3)
            let mean = (scores[0] + scores[1] + scores[2]) / 3
            let variance = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 2
            #expect(abs((result.means["loss"] ?? .nan) - mean) < 1e-12)
            #expect(abs((result.deviations["loss"] ?? .nan) - variance.squareRoot()) < 1e-12)
        }
    }

    @Test("the table has the scores of each fold, their mean and their deviation")
    func table() {
        func fold(_ number: Int, _ score: Double) -> FoldResult {
            FoldResult(
                number: number, scores: ["accuracy": score], trainCount: 14, validCount: 8, epochs: 2, iterations: 8)
        }
        let result = KFoldResult(folds: [fold(1, 0.5), fold(2, 0.75), fold(3, 1)], count: 3, interruption: nil)
        #expect(
            "\(result)" == """
                fold       trained with  validated with  epochs  accuracy
                1                    14               8       2       0.5
                2                    14               8       2      0.75
                3                    14               8       2         1
                mean                                                 0.75
                deviation                                            0.25
                """)
        let single = KFoldResult(folds: [fold(1, 0.5)], count: 3, interruption: .request)
        #expect(single.deviations == [:] && single.means == ["accuracy": 0.5])
        #expect(KFoldResult(folds: [], count: 3, interruption: .request).means == [:])
    }

    @Test("one that is interrupted resumes where it was, with the bits of one that was not", arguments: [1, 4, 5, 8])
    func resumes(batch: Int) throws {
        try withTemporaryFolder { folder in
            let kFold = try KFold(folds: 3, count: 22, seed: 4)
            let whole = Runs()
            let expected = try whole.run(kFold, in: folder.appending(path: "whole"))
            let parts = folder.appending(path: "parts")
            let runs = Runs()
            runs.stop = (2, batch)
            let first = try runs.run(kFold, in: parts)
            #expect(first.interruption == .request && first.folds == Array(expected.folds.prefix(1)))
            #expect(runs.batchCounts == [8, batch])
            let losses = runs.models[2]?.losses ?? []
            runs.stop = nil
            #expect(try runs.run(kFold, in: parts) == expected)
            #expect(runs.batchCounts == [0, 8 - batch, 8])
            #expect(losses + (runs.models[2]?.losses ?? []) == whole.models[2]?.losses)
            #expect(try runs.run(kFold, in: parts) == expected)
            #expect(runs.batchCounts == [0, 0, 0])
            for number in 1...3 {
                let name = "fold-\(number)/result.json"
                #expect(
                    try Data(contentsOf: parts.appending(path: name))
                        == Data(contentsOf: folder.appending(path: "whole/\(name)")))
            }
        }
    }

    @Test("a fold whose training ended and whose scores were lost is validated again, and not trained")
    func lostScores() throws {
        try withTemporaryFolder { folder in
            let kFold = try KFold(folds: 2, count: 22)
            let runs = Runs()
            let expected = try runs.run(kFold, in: folder)
            try FileManager.default.removeItem(at: folder.appending(path: "fold-2/result.json"))
            #expect(try runs.run(kFold, in: folder) == expected)
            #expect(runs.batchCounts == [0, 0])
        }
    }

    @Test("with a greater length the folds are trained on")
    func longer() throws {
        try withTemporaryFolder { folder in
            let kFold = try KFold(folds: 2, count: 22)
            let runs = Runs()
            _ = try runs.run(kFold, in: folder.appending(path: "a"))
            runs.epochs = 3
            let longer = try runs.run(kFold, in: folder.appending(path: "a"))
            #expect(runs.batchCounts == [3, 3])
            #expect(try longer == runs.run(kFold, in: folder.appending(path: "b")))
        }
    }

    @Test("the scores can be those of the best checkpoint")
    func best() throws {
        try withTemporaryFolder { folder in
            let runs = Runs()
            (runs.registersBest, runs.epochs) = (true, 4)
            let kFold = try KFold(folds: 2, count: 22)
            let last = try runs.run(kFold, in: folder)
            let result = try runs.run(kFold, in: folder, checkpoint: .best)
            #expect(runs.batchCounts == [0, 0])
            let areBest = zip(result.folds, last.folds).allSatisfy { best, last in
                (best.scores["loss"] ?? .nan) <= (last.scores["loss"] ?? .nan)
            }
            #expect(areBest)
            for fold in result.folds {
                let file = folder.appending(path: "fold-\(fold.number)/small/best/best.pth")
                let state = try TorchFile.loadDictionary(file).dictionary("model").dictionary("validation_scores")
                #expect(try state.double("loss") == fold.scores["loss"])
            }
        }
    }

    // MARK: How samples are split

    @Test("stratified folds have the classes in their proportions, and grouped ones do not share a group")
    func splits() throws {
        // 9 of class 0 and 6 of class 1.
        let labels = [0, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1]
        for seed in [nil, 3] as [UInt64?] {
            let stratified = try KFold(folds: 3, stratifiedBy: labels, seed: seed)
            for fold in stratified.folds {
                #expect(fold.valid.map { labels[$0] }.sorted() == [0, 0, 0, 1, 1])
                #expect(Set(fold.train).isDisjoint(with: fold.valid) && fold.train.count == 10)
            }
            // Five groups of 4, 4, 3, 2 and 2: the largest first, each to the smallest fold.
            let groups = [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5]
            let grouped = try KFold(folds: 3, groupedBy: groups, seed: seed)
            #expect(grouped.folds.map(\.valid.count).sorted() == [4, 5, 6])
            for fold in grouped.folds {
                #expect(Set(fold.valid.map { groups[$0] }).isDisjoint(with: fold.train.map { groups[$0] }))
            }
        }
    }

    @Test("splits that make no sense are errors")
    func wrongSplits() {
        #expect(throws: DataError("a cross-validation has at least two folds, not 1")) {
            try KFold(folds: 1, count: 5)
        }
        #expect(throws: DataError("there are 6 folds, and only 5 samples")) { try KFold(folds: 6, count: 5) }
        #expect(throws: DataError("there are 4 folds, and only 3 groups")) {
            try KFold(folds: 4, groupedBy: [1, 2, 3, 3, 3])
        }
        let error = #expect(throws: DataError.self) { try KFold(folds: 3, stratifiedBy: [7, 7, 7, 8, 8]) }
        #expect(error?.description.hasPrefix("there are 3 stratified folds, and class 8 has only 2 samples") == true)
    }

    // MARK: Errors

    @Test("a folder of other folds, a score that there is none of, and a damaged result are errors")
    func wrongFolder() throws {
        try withTemporaryFolder { folder in
            let runs = Runs()
            runs.epochs = 1
            _ = try runs.run(KFold(folds: 2, count: 22, seed: 1), in: folder, scoring: ["loss"])
            for (kFold, text) in [
                (try KFold(folds: 2, count: 22, seed: 2), "labels, groups or seed were others"),
                (try KFold(folds: 3, count: 22, seed: 1), "this one has 3 folds of 22"),
                (try KFold(folds: 2, count: 21, seed: 1), "2 folds of 22 samples, and this one has 2 folds of 21"),
                (
                    try KFold(folds: 2, groupedBy: Array(0..<22)),
                    "has a cross-validation with 2 folds of 22 samples, and this one has 2 grouped folds"
                ),
            ] {
                let error = #expect(throws: ConfigurationError.self) { try runs.run(kFold, in: folder) }
                #expect(error?.description.contains(text) == true, "\(error?.description ?? "")")
            }
            let same = try KFold(folds: 2, count: 22, seed: 1)
            let missing = #expect(throws: ConfigurationError.self) { try runs.run(same, in: folder, scoring: ["los"]) }
            #expect(missing?.description.contains("fold 1 gives no number 'los'") == true)
            #expect(missing?.description.contains("'loss'") == true)
            try Data("{\"result\": 1}".utf8).write(to: folder.appending(path: "fold-2/result.json"))
            let damaged = #expect(throws: CheckpointError.self) { try runs.run(same, in: folder) }
            #expect(damaged?.path.hasSuffix("fold-2/result.json") == true)
        }
    }
}
