import Foundation
import Helios
import TestSupport
import Testing

/// Validations within an epoch. An epoch of `SmallData` has six batches.
@Suite(.standardGenerator) struct ValidationIntervalTests {
    typealias Interval = TrainerOptions.Validation.Interval

    /// Notes after which batches it is validated, and asks to stop where it is told to.
    private final class Noting: StoppingModel {
        private(set) var validated: [Int] = []
        var stopsInValidation = false

        override func onValidationEnd(validationCycle: Int) throws {
            try super.onValidationEnd(validationCycle: validationCycle)
            validated.append(trainer?.state.globalIteration ?? 0)
        }

        override func validStep(_ batch: LabeledBatch, step: Int) throws {
            try super.validStep(batch, step: step)
            if stopsInValidation { trainer?.stop() }
        }
    }

    private func validated(
        _ length: TrainerOptions.Length, _ interval: Interval, data: TrainerOptions.DataLimits = .all,
        accumulation: TrainerOptions.Accumulation = .batches(1)
    ) throws -> [Int] {
        let model = Noting()
        let trainer = try Trainer.quiet(length, validation: .every(interval), accumulation: accumulation, data: data)
        let result = try trainer.fit(model, SmallData())
        #expect(result.state.validationCycles == model.validated.count)
        return model.validated
    }

    @Test("a part of an epoch is followed by a validation, and so is its end")
    func fraction() throws {
        // By hand: the batches by which a multiple of the part is reached, and the last one.
        #expect(try validated(.epochs(2), .fraction(0.25)) == [2, 3, 5, 6, 8, 9, 11, 12])
        #expect(try validated(.epochs(2), .fraction(0.5)) == [3, 6, 9, 12])
        #expect(try validated(.epochs(1), .fraction(0.4)) == [3, 5, 6])
        #expect(try validated(.epochs(2), .fraction(1)) == [6, 12])
        #expect(try validated(.epochs(1), .fraction(0.01)) == [1, 2, 3, 4, 5, 6])
        #expect(try validated(.epochs(2), .fraction(0.5), data: .first(train: 5)) == [3, 5, 8, 10])
        #expect(try validated(.epochs(1), .fraction(0.5), accumulation: .batches(4, remainder: .drop)) == [2, 4])
    }

    @Test("multiples of a part that a number cannot hold exactly are reached by the batch that reaches them")
    func roundedFraction() throws {
        final class Long: SmallData {
            override init() {
                super.init()
                (count, options.batchSize) = (10, 1)
            }
        }
        let model = Noting()
        // 3 * 0.1 is greater than 0.3, and 0.7 / 0.1 less than 7.
        try Trainer.quiet(.epochs(1), validation: .every(.fraction(0.1)), data: .first(train: 10))
            .fit(model, Long())
        #expect(model.validated == Array(1...10))
    }

    @Test("iterations count over the whole training")
    func iterations() throws {
        #expect(try validated(.epochs(2), .iterations(4)) == [4, 8, 12])
        #expect(try validated(.epochs(2), .iterations(5)) == [5, 10])
        #expect(try validated(.iterations(9), .iterations(4)) == [4, 8])
        #expect(try validated(.iterations(4), .iterations(2), accumulation: .batches(3)) == [6, 12])
    }

    @Test("time is over with the first batch that ends after it", arguments: TrainingUnit.allCases)
    func time(unit: TrainingUnit) throws {
        let length = TrainerOptions.Length.of(unit, unit == .epoch ? 2 : 12)
        #expect(try validated(length, .time(.nanoseconds(1))) == Array(1...12))
        #expect(try validated(length, .time(.seconds(3600))) == [])
    }

    @Test("a run that resumes adds to the time that the one before has measured", arguments: TrainingUnit.allCases)
    func timeOverRuns(unit: TrainingUnit) throws {
        try withTemporaryFolder { folder in
            func train(stopsAfter: Int?, stopsInValidation: Bool = false) throws -> Noting {
                let model = Noting()
                (model.stopsAfter, model.stopsInValidation) = (stopsAfter, stopsInValidation)
                let trainer = try Trainer.quiet(
                    .of(unit, unit == .epoch ? 2 : 12), validation: .every(.time(.seconds(3600))),
                    checkpoints: .in(folder))
                try trainer.fit(model, SmallData())
                return model
            }
            func setClock(_ seconds: Double, ofBatch batch: Int) throws {
                let file = folder.appending(path: "small/small_epoch_1_iter_\(batch).pth")
                var state = try TorchFile.loadDictionary(file)
                #expect(try (0..<3600).contains(state.double("validation_time")))
                state["validation_time"] = .double(seconds)
                try TorchFile.save(.dictionary(state), to: file)
            }
            #expect(try train(stopsAfter: 2).validated == [])
            try setClock(3600, ofBatch: 2)
            // The validation that is due is interrupted, and still due in the next run.
            #expect(try train(stopsAfter: nil, stopsInValidation: true).validated == [])
            // After it the time begins anew.
            #expect(try train(stopsAfter: 4).validated == [2])
            // A checkpoint with a time that is none is damaged: the one before it takes its place.
            try setClock(-1, ofBatch: 4)
            let rest = try train(stopsAfter: nil)
            #expect(rest.losses.count == 10 && rest.validated == [2])
        }
    }

    @Test("a part that is the whole epoch trains the bits of a validation after each epoch")
    func wholeEpoch() throws {
        let models = try [Interval.units(1), .fraction(1), .iterations(6)].map { interval in
            let model = Noting()
            try Trainer.quiet(.epochs(3), validation: .every(interval)).fit(model, SmallData())
            return model
        }
        #expect(models.map(\.validated) == Array(repeating: [6, 12, 18], count: 3))
        for model in models.dropFirst() {
            #expect(model.losses == models[0].losses)
            try expectSameState(.dictionary(model.stateDict()), .dictionary(models[0].stateDict()))
        }
    }

    // MARK: What follows a validation

    @Test("a stop that a validation within an epoch causes comes before the next batch")
    func stops() throws {
        final class Worse: SmallModel {
            override func haveMetricsImproved() -> Bool { false }
        }
        let model = Worse()
        let trainer = try Trainer.quiet(.epochs(3), validation: .every(.fraction(0.5), stopAfter: 3))
        let result = try trainer.fit(model, SmallData())
        #expect(result.outcome == .stoppedEarly && result.state.globalIteration == 9 && model.losses.count == 9)

        let scored = ScoredModel([2, 1, 3])
        let watched = try Trainer.quiet(.epochs(3), validation: .every(.iterations(4)))
        try watched.register(EarlyStopping(metric: "score", mode: .min, patience: 1))
        let stopped = try watched.fit(scored, SmallData())
        #expect(stopped.outcome == .stoppedByPlugin(id: "early-stopping") && scored.losses.count == 12)
        let target = ScoredModel([2, 1, 3])
        let aimed = try Trainer.quiet(.epochs(3), validation: .every(.iterations(4)))
        try aimed.register(EarlyStopping(metric: "score", mode: .min, target: 1))
        #expect(try aimed.fit(target, SmallData()).state.globalIteration == 8)
    }

    @Test("a training that early stopping ended within an epoch has ended, until more cycles are allowed")
    func endedWithinEpoch() throws {
        final class Worse: SmallModel {
            override func haveMetricsImproved() -> Bool { false }
        }
        try withTemporaryFolder { folder in
            func train(stopAfter: Int, forgets: Bool = false) throws -> (SmallModel, FitResult) {
                if forgets { try folder.forgetEnd(of: "small") }
                let model = Worse()
                let trainer = try Trainer.quiet(
                    .epochs(2), validation: .every(.fraction(0.5), stopAfter: stopAfter), checkpoints: .in(folder))
                return (model, try trainer.fit(model, SmallData()))
            }
            #expect(try train(stopAfter: 1).1.state.globalIteration == 3)
            for forgets in [false, true] {
                let (model, again) = try train(stopAfter: 1, forgets: forgets)
                #expect(again.outcome == .stoppedEarly && again.state.globalIteration == 3 && model.losses.isEmpty)
            }
            let (model, rest) = try train(stopAfter: 9)
            #expect(rest.outcome == .completed && rest.state.globalIteration == 12 && model.losses.count == 9)
        }
    }

    @Test("the best of the checkpoints within epochs are kept, and training resumes from them to the bit")
    func bestWithinEpoch() throws {
        try withTemporaryFolder { folder in
            func train(in name: String) throws -> (ScoredModel, FitResult) {
                let model = ScoredModel([3, 1, 2, 4])
                let trainer = try Trainer.quiet(
                    .epochs(2), validation: .every(.fraction(0.5)), checkpoints: .in(folder.appending(path: name)))
                try trainer.register(BestCheckpoints(metric: "score", mode: .min, keep: 3))
                return (model, try trainer.fit(model, SmallData()))
            }
            let (whole, result) = try train(in: "whole")
            let best = folder.appending(path: "whole/small/best")
            let names = [
                "small_epoch_1_iter_3_score_3.pth", "small_epoch_1_iter_6_score_1.pth",
                "small_epoch_2_iter_9_score_2.pth",
            ]
            #expect(best.filesBelow == ["best.pth"] + names)
            for (name, count) in zip(names, [9, 6, 3]) {
                let copy = folder.appending(path: "\(count)/small")
                try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
                try FileManager.default.copyItem(
                    at: best.appending(path: name),
                    to: copy.appending(path: "small_epoch_\(count < 6 ? 2 : 1)_iter_\(12 - count).pth"))
                let (rest, end) = try train(in: "\(count)")
                #expect(
                    rest.losses == Array(whole.losses.suffix(count)) && end.validationScores == result.validationScores)
                try expectSameState(.dictionary(rest.stateDict()), .dictionary(whole.stateDict()))
            }
        }
    }

    @Test("a scheduler that waits for a plateau, early stopping and the best checkpoints resume anywhere to the bit")
    func resumes() throws {
        final class Watched: StoppingModel {
            var plateau: ReduceLROnPlateau!

            override func setup(fastInit: Bool) throws {
                try super.setup(fastInit: fastInit)
                if !fastInit { plateau = try ReduceLROnPlateau(optimizer, factor: 0.5, patience: 0) }
            }

            override func haveMetricsImproved() throws -> Bool {
                try plateau.step(metric: validationScores["loss"] ?? .nan)
                return true
            }
        }
        let model = try expectExactResume { folder in
            let trainer = try Trainer.quiet(
                .epochs(3), validation: .every(.fraction(0.4)), checkpoints: .in(folder, every: 2))
            try trainer.register(EarlyStopping(metric: "loss", mode: .min, patience: 4))
            try trainer.register(BestCheckpoints(metric: "loss", mode: .min, keep: 2))
            return (Watched(), trainer)
        }
        #expect(model.optimizer.parameterGroups[0].learningRate < 0.05)
    }

    // MARK: What is said

    @Test("a validation within an epoch has a line of its own, and the epoch's line is about all its batches")
    func lines() throws {
        let trainer = try Trainer(
            .epochs(1), validation: .every(.fraction(0.5)), device: .cpu, display: .progress)
        let text = try trainer.printedText { try trainer.fit(ScoredModel([0.5, 0.25]), SmallData()) }
        let lines = text.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.hasPrefix("epoch 1/1, batch 3/6: validation loss") == true, "\(text)")
        #expect(lines.first?.hasSuffix("score 0.5") == true)
        #expect(lines.last?.contains("6 batches") == true && lines.last?.contains("score 0.25") == true)
    }

    @Test("a part of a stream that has no length is an error at the start")
    func stream() throws {
        let model = SmallModel()
        let trainer = try Trainer.quiet(.epochs(1), validation: .every(.fraction(0.5)))
        let error = #expect(throws: ConfigurationError.self) {
            try trainer.fit(model, DataInTrainingTests.StreamData())
        }
        #expect(error?.description.contains("the training data is a stream without a length") == true)
        #expect(model.losses.isEmpty)
        // What needs no length works: the stream has six batches.
        let other = Noting()
        try Trainer.quiet(.epochs(2), validation: .every(.iterations(3))).fit(other, DataInTrainingTests.StreamData())
        #expect(other.validated == [3, 6, 9, 12])
    }
}
