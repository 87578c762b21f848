import Foundation
import TestSupport
import Testing

@testable import Helios
@testable import TrainingProgram

/// What is saved when a training ends, and what happens when it is started again.
@Suite(.standardGenerator) struct EndOfTrainingTests {
    /// Counts what is called, draws random numbers where hooks may, and has a scheduler that a hook of the epoch's end
    /// steps.
    final class Counting: SmallModel {
        private(set) var calls: [String: Int] = [:]
        private let random = BestScore()
        var scheduler: LRScheduler?
        /// The number of the question whether to stop that is answered with yes, the first being 1.
        var stopsAtQuestion: Int?
        private(set) var questions = 0
        var saves = true
        var improves = true

        private func count(_ name: String) throws {
            calls[name, default: 0] += 1
            _ = try Tensor.rand([2])
        }
        override func setup(fastInit: Bool) throws {
            try super.setup(fastInit: fastInit)
            if !fastInit { scheduler = try ExponentialLR(optimizer, gamma: 0.5) }
        }
        override func onTrainingStart() throws { try count("start") }
        override func onTrainingEpochEnd(currentEpoch: Int) throws {
            try count("epoch end")
            try scheduler?.step()
        }
        override func onTrainingEnd() throws { try count("end") }
        override func shouldSaveCheckpoint() -> Bool { saves }
        override func haveMetricsImproved() -> Bool { improves }
        override func shouldTrainingStop() throws -> Bool {
            try count("question")
            questions += 1
            return questions == stopsAtQuestion
        }
    }

    private func trainer(
        _ unit: TrainingUnit, _ total: Int, frequency: Int? = nil, in folder: URL, cycles: Int? = nil
    ) throws -> Trainer {
        try Trainer.quiet(
            .of(unit, total), validation: cycles.map { .every(1, stopAfter: $0) },
            checkpoints: .in(folder, every: frequency))
    }

    private func names(in folder: URL) -> [String] {
        folder.appending(path: "small").filesBelow.map { String($0.dropFirst("small_".count).dropLast(".pth".count)) }
    }

    // MARK: The end is saved

    @Test(
        "the end of a training is saved, whatever the frequency is",
        arguments: [
            (TrainingUnit.epoch, 3, nil, ["epoch_3_iter_18"]), (.epoch, 3, 2, ["epoch_2_iter_12", "epoch_3_iter_18"]),
            (.epoch, 2, 2, ["epoch_2_iter_12"]), (.iteration, 8, nil, ["epoch_2_iter_8"]),
            (.iteration, 8, 3, ["epoch_1_iter_3", "epoch_1_iter_6", "epoch_2_iter_8"]),
            (.iteration, 8, 8, ["epoch_2_iter_8"]),
        ] as [(TrainingUnit, Int, Int?, [String])])
    func end(unit: TrainingUnit, total: Int, frequency: Int?, expected: [String]) throws {
        try withTemporaryFolder { folder in
            let trainer = try trainer(unit, total, frequency: frequency, in: folder)
            try trainer.fit(Counting(), SmallData())
            #expect(names(in: folder) == expected)
            #expect(trainer.lastCheckpoint?.lastPathComponent == "small_\(expected.last ?? "").pth")
        }
    }

    @Test("it is saved though the model finds the checkpoint not worth it", arguments: TrainingUnit.allCases)
    func unwanted(unit: TrainingUnit) throws {
        try withTemporaryFolder { folder in
            let model = Counting()
            model.saves = false
            try trainer(unit, 3, frequency: 1, in: folder).fit(model, SmallData())
            #expect(names(in: folder).count == 1)
        }
    }

    @Test("from the end it trains on to the bits of a longer training", arguments: TrainingUnit.allCases)
    func more(unit: TrainingUnit) throws {
        try withTemporaryFolder { folder in
            let (part, total): (Int, Int) = unit == .epoch ? (2, 4) : (8, 15)
            let (whole, first, rest) = (Counting(), Counting(), Counting())
            try trainer(unit, total, in: folder.appending(path: "whole")).fit(whole, SmallData())
            let parts = folder.appending(path: "parts")
            try trainer(unit, part, in: parts).fit(first, SmallData())
            try trainer(unit, total, in: parts).fit(rest, SmallData())
            #expect(first.losses + rest.losses == whole.losses)
            try expectSameState(rest.network, whole.network)
            #expect(rest.optimizer.parameterGroups[0].learningRate == whole.optimizer.parameterGroups[0].learningRate)
        }
    }

    @Test(
        "a training that the model stopped and now lets continue ends in the bits of one that was not stopped",
        arguments: [
            // After a step; when training by iteration, after the place of the checkpoint; at an epoch's end.
            (TrainingUnit.iteration, 9), (.iteration, 10), (.epoch, 7), (.epoch, 14),
        ])
    func stoppedByModel(unit: TrainingUnit, question: Int) throws {
        try withTemporaryFolder { folder in
            let total: Int = unit == .epoch ? 3 : 9
            let (whole, first, again, rest) = (Counting(), Counting(), Counting(), Counting())
            try trainer(unit, total, in: folder.appending(path: "whole")).fit(whole, SmallData())
            let parts = folder.appending(path: "parts")
            first.stopsAtQuestion = question
            #expect(try trainer(unit, total, in: parts).fit(first, SmallData()).outcome == .stoppedByModel)
            #expect(names(in: parts).count == 1)
            // Stopped, it stays stopped.
            again.stopsAtQuestion = 1
            #expect(try trainer(unit, total, in: parts).fit(again, SmallData()).outcome == .stoppedByModel)
            #expect(again.losses.isEmpty && again.calls == ["question": 1])
            #expect(try trainer(unit, total, in: parts).fit(rest, SmallData()).outcome == .completed)
            #expect(first.losses + rest.losses == whole.losses)
            try expectSameState(rest.network, whole.network)
            #expect(rest.optimizer.parameterGroups[0].learningRate == whole.optimizer.parameterGroups[0].learningRate)
        }
    }

    @Test("early stopping is saved, and more cycles resume from it", arguments: TrainingUnit.allCases)
    func stoppedEarly(unit: TrainingUnit) throws {
        try withTemporaryFolder { folder in
            func train(_ cycles: Int, in name: String) throws -> (FitResult, Counting) {
                let model = Counting()
                model.improves = false
                let trainer = try trainer(unit, 20, in: folder.appending(path: name), cycles: cycles)
                return (try trainer.fit(model, SmallData()), model)
            }
            let (whole, first) = (try train(3, in: "whole"), try train(2, in: "parts"))
            #expect(first.0.outcome == .stoppedEarly && names(in: folder.appending(path: "parts")).count == 1)
            let (again, rest) = (try train(2, in: "parts"), try train(3, in: "parts"))
            #expect(again.0 == first.0 && again.1.calls.isEmpty)
            #expect(rest.0.outcome == .stoppedEarly && rest.0.state.globalIteration == whole.0.state.globalIteration)
            #expect(first.1.losses + rest.1.losses == whole.1.losses)
            try expectSameState(rest.1.network, whole.1.network)
        }
    }

    // MARK: Started again

    @Test("a complete training that is started again says so, and calls no hook of its end again")
    func complete() throws {
        try withTemporaryFolder { folder in
            let first = Counting()
            let result = try trainer(.epoch, 2, frequency: 1, in: folder).fit(first, SmallData())
            #expect(first.calls == ["start": 1, "epoch end": 2, "end": 1, "question": 14])
            for _ in 1...2 {
                let model = Counting()
                let again = try Trainer(
                    .epochs(2), checkpoints: .in(folder, every: 1), device: .cpu, display: .progress)
                var repeated: FitResult?
                let text = try again.printedText { repeated = try again.fit(model, SmallData()) }
                #expect(repeated == result)
                #expect(text.contains("the training has ended before: completed, epoch 2, iteration 12"), "\(text)")
                #expect(model.calls.isEmpty && model.losses.isEmpty)
                try expectSameState(model.network, first.network)
            }
            let more = Counting()
            try trainer(.epoch, 3, frequency: 1, in: folder).fit(more, SmallData())
            #expect(more.losses.count == 6 && more.calls["end"] == 1)
        }
    }

    @Test("a training that was killed or failed before its end was done does the rest when it is started again")
    func endLeftToDo() throws {
        final class Failing: SmallModel {
            static nonisolated(unsafe) var fails = true
            var ended = false
            override func onTrainingEnd() throws {
                if Failing.fails { throw CancellationError() }
                ended = true
            }
        }
        try withTemporaryFolder { folder in
            #expect(throws: CancellationError.self) {
                try trainer(.epoch, 1, in: folder).fit(Failing(), SmallData())
            }
            Failing.fails = false
            let model = Failing()
            try trainer(.epoch, 1, in: folder).fit(model, SmallData())
            #expect(model.ended && model.losses.isEmpty)
            let again = Failing()
            try trainer(.epoch, 1, in: folder).fit(again, SmallData())
            #expect(!again.ended)
        }
    }

    @Test("a second training of the same model without checkpoints starts over, and a warning says so")
    func startsOver() throws {
        let (model, trainer) = (Counting(), try Trainer.quiet(.epochs(1)))
        let first = try trainer.printedText { try trainer.fit(model, SmallData()) }
        let second = try trainer.printedText { try trainer.fit(model, SmallData()) }
        #expect(!first.contains("starts again"), "\(first)")
        #expect(second.contains("warning: the model was trained before in this process, and starts again"), "\(second)")
        #expect(second.contains("checkpoint folder"))
        #expect(Array(model.losses.prefix(6)) == Array(model.losses.suffix(6)))
    }
}
