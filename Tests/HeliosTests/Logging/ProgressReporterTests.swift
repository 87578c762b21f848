import Foundation
import TestSupport
import Testing

@testable import Helios

@Suite(.standardGenerator) struct ProgressReporterTests {
    /// The lines that a training prints, but for warnings; without the times, which are never the same.
    private func lines(
        _ model: SmallModel, _ data: SmallData = SmallData(), unit: TrainingUnit, _ total: Int,
        validFrequency: Int?, isTerminal: Bool = false, spacing: Double = 0, _ plugin: Plugin? = nil
    ) throws -> [String] {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "output")
            try Data().write(to: file)
            let handle = try FileHandle(forWritingTo: file)
            let trainer = try Trainer(
                .of(unit, total), validation: validFrequency.map { .every($0) }, device: .cpu, display: .progress)
            trainer.console = Console(
                output: handle.fileDescriptor, errors: handle.fileDescriptor, isTerminal: isTerminal,
                lines: SpacedLines(descriptor: handle.fileDescriptor, interval: spacing))
            if let plugin { try trainer.register(plugin) }
            try trainer.fit(model, data)
            return try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
                .filter { !$0.hasPrefix("warning: ") }
                .map { String($0).replacing(/[\d.]+ s$/) { _ in "s" } }
        }
    }

    /// A model that reports losses and trains nothing, so that it has no optimizer.
    class LossesOnly: SmallModel {
        override func setup(fastInit: Bool) throws { try super.setup(fastInit: true) }
    }

    /// Its losses are numbers that are easy to average.
    private final class Counting: LossesOnly {
        override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
            lossItems["step"] = try Tensor(state.globalIteration)
            if state.globalIteration % 3 == 0 { lossItems["rare"] = try Tensor(state.globalIteration) }
        }
        override func validStep(_ batch: LabeledBatch, step: Int) {
            validationScores["score"] = .nan
        }
    }

    @Test("the names of losses and scores do not act on the terminal")
    func controlCharacters() throws {
        final class Named: LossesOnly {
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                lossItems["a\u{1B}[31m\nb"] = try Tensor(1)
            }
            override func validStep(_ batch: LabeledBatch, step: Int) { validationScores["c\rd"] = 2 }
        }
        let expected = ["epoch 1/1: a\\u{1B}[31m\\nb 1, c\\rd 2, 6 batches in s"]
        #expect(try lines(Named(), unit: .epoch, 1, validFrequency: 1) == expected)
    }

    @Test("by epoch there is a line for each, with the means of the losses and the scores")
    func byEpoch() throws {
        #expect(
            try lines(Counting(), unit: .epoch, 3, validFrequency: 2) == [
                "epoch 1/3: rare 4.5, step 3.5, 6 batches in s",
                "epoch 2/3: rare 10.5, step 9.5, score nan, 6 batches in s",
                "epoch 3/3: rare 16.5, step 15.5, 6 batches in s",
            ])
    }

    @Test("of lines that come too fast, the first, the last and the newest before any other line appear")
    func spaced() throws {
        final class Telling: SmallModel {
            override func onTrainingEpochEnd(currentEpoch: Int) {
                if currentEpoch == 4 { trainer?.print("half of it") }
            }
        }
        let printed = try lines(Telling(), unit: .epoch, 8, validFrequency: nil, spacing: 1000)
        #expect(printed.map { $0.prefix { $0 != ":" } } == ["epoch 1/8", "epoch 4/8", "half of it", "epoch 8/8"])
    }

    @Test("an end and an error in the middle lose no line, and the log has all")
    func spacedEnd() throws {
        final class Ending: SmallModel {
            var fails = false
            override func onTrainingEpochEnd(currentEpoch: Int) throws {
                guard currentEpoch == 3 else { return }
                if fails { throw DataError("broken") }
                trainer?.stop()
            }
        }
        for fails in [false, true] {
            try withTemporaryFolder { folder in
                let trainer = try Trainer(.epochs(8), logs: .in(folder), device: .cpu, display: .progress)
                let model = Ending()
                model.fails = fails
                let printed = try trainer.printedText { _ = try? trainer.fit(model, SmallData()) }
                let epochs = printed.matches(of: #/(?m)^epoch (\d)/8: /#).map(\.1)
                #expect(epochs == ["1", "3"], "\(printed)")
                let file = try #require(folder.filesBelow.first { $0.hasSuffix(".log") })
                let log = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
                #expect((1...3).allSatisfy { log.contains("info epoch \($0)/8: ") })
            }
        }
    }

    @Test("by iteration there is a line for each validation and for the rest")
    func byIteration() throws {
        #expect(
            try lines(Counting(), unit: .iteration, 8, validFrequency: 3) == [
                "iteration 3/8: rare 3, step 2, score nan, 3 batches in s",
                "iteration 6/8: rare 6, step 5, score nan, 3 batches in s", "iteration 8/8: step 7.5, 2 batches in s",
            ])
    }

    @Test("by iteration without a validation there is a line for each epoch and for the rest")
    func withoutValidation() throws {
        #expect(
            try lines(Counting(), unit: .iteration, 8, validFrequency: nil) == [
                "iteration 6/8: rare 4.5, step 3.5, 6 batches in s", "iteration 8/8: step 7.5, 2 batches in s",
            ])
        final class TrainingOnly: SmallData {
            override func setup() throws {
                let dataset = try TensorDataset(inputs: Tensor.zeros([8, 1, 3, 3]), targets: Tensor.zeros([8]))
                try addTrainPhase(dataset, options)
            }
        }
        #expect(
            try lines(Counting(), TrainingOnly(), unit: .iteration, 4, validFrequency: 2) == [
                "iteration 2/4: step 1.5, 2 batches in s", "iteration 4/4: rare 3, step 3.5, 2 batches in s",
            ])
    }

    @Test("a score that is called as a loss is said to be the validation's")
    func sameName() throws {
        let data = SmallData()
        data.options.batchSize = 22
        let line = try #require(lines(SmallModel(), data, unit: .epoch, 1, validFrequency: 1).first)
        #expect(line.wholeMatch(of: /epoch 1\/1: loss [\d.]+, validation loss [\d.]+, 1 batch in s/) != nil, "\(line)")
    }

    @Test("a training without losses, and one with thousands of long names, has its lines")
    func oddLosses() throws {
        final class Many: LossesOnly {
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                for number in 0..<2000 {
                    lossItems["損失 \(number) " + String(repeating: "x", count: 50)] = try Tensor(1)
                }
            }
        }
        final class None: LossesOnly {
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) {}
        }
        #expect(try lines(None(), unit: .epoch, 1, validFrequency: nil) == ["epoch 1/1: 6 batches in s"])
        let printed = try lines(Many(), unit: .epoch, 1, validFrequency: nil, isTerminal: true)
        #expect(printed.last { $0.contains("epoch 1/1: ") }?.split(separator: ", ").count == 2001)
    }

    @Test("the view has the best score so far of what a plug-in watches, and ends")
    func bestScore() throws {
        final class Scored: LossesOnly {
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                lossItems["loss"] = try Tensor(1)
                // So long that the view is drawn.
                if state.globalIteration == 13 { usleep(150_000) }
            }
            override func onValidationEnd(validationCycle: Int) {
                validationScores["score"] = validationCycle == 0 ? 3 : 1
            }
        }
        let watch = try EarlyStopping(metric: "score", mode: .max, patience: 9)
        let printed = try lines(Scored(), unit: .epoch, 3, validFrequency: 1, isTerminal: true, watch)
        let views = printed.joined(separator: "\n")
        #expect(views.contains(#/score +1  best 3/#))
        #expect(views.contains(#/epoch +3\/3 /#) && views.contains(#/batch +1\/6 /#))
        #expect(printed.last?.hasSuffix("\u{1B}[r\u{1B}8\u{1B}[J") == true)
    }

    @Test("the view has the best score so far if the model says what better is, also after a resume")
    func bestScoreOfModel() throws {
        final class Scored: LossesOnly {
            override var scoreModes: [String: MetricMode] { ["score": .max, "loss of validation": .min] }
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                lossItems["loss"] = try Tensor(1)
                // So long that the view is drawn.
                if state.globalIteration % 6 == 1 { usleep(150_000) }
            }
            override func onValidationEnd(validationCycle: Int) {
                validationScores["score"] = [3, .nan, 1, 2][validationCycle]
                validationScores["loss of validation"] = [3, 2.5, 4, 5][validationCycle]
                validationScores["neither"] = 7
            }
        }
        try withTemporaryFolder { folder in
            for epochs in [2, 4] {
                let file = folder.appending(path: "output")
                try Data().write(to: file)
                let handle = try FileHandle(forWritingTo: file)
                let trainer = try Trainer(
                    .epochs(epochs), validation: .every(1), checkpoints: .in(folder.appending(path: "c"), every: 1),
                    device: .cpu, display: .progress)
                trainer.console = Console(
                    output: handle.fileDescriptor, errors: handle.fileDescriptor, isTerminal: true)
                try trainer.fit(Scored(), SmallData())
                let views = try String(contentsOf: file, encoding: .utf8)
                #expect(views.contains(#/score +[13]  best 3/#))
                #expect(views.contains(#/loss of validation +\S+  best \S/#) && !views.contains(#/neither +7  best/#))
                // Before its first validation, the run that resumes knows the best of the one before.
                if epochs == 4 { #expect(views.contains(#/score +–  best 3/#) && views.contains("best 2.5")) }
            }
        }
    }
}
