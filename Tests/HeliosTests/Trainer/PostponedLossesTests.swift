import Foundation
import TestSupport
import Testing

@testable import Helios

/// On a GPU, losses are read for many steps at a time. Here, the processor does the same.
@Suite("Losses that stay on the device", .standardGenerator)
struct PostponedLossesTests {
    /// Looks at its losses only when it is asked to.
    private class Watching: SmallModel {
        let postponed: Bool
        /// How many steps were not read, after each step.
        var pending: [Int] = []
        /// What the losses were at the end of each epoch and at each validation.
        var sums: [[String: Double]] = []
        var last: [[String: Double]] = []
        /// The iteration whose loss is no number, and those after which somebody asks for the losses.
        var badIteration: Int?
        var curiousIterations: Set<Int> = []

        init(postponed: Bool = true) { self.postponed = postponed }

        override func setup(fastInit: Bool) throws {
            try super.setup(fastInit: fastInit)
            postponesLosses = postponed
        }

        override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
            try super.trainStep(batch, state: state)
            guard let loss = lossItems["loss"] else { return }
            if state.globalIteration == badIteration { lossItems["loss"] = try loss * Double.nan }
            if state.globalIteration % 3 == 0 { lossItems["rare"] = try loss * 2 }
        }

        override func noteLoss(state: TrainingState) {
            pending.append(lossTable.pendingCount)
            if curiousIterations.contains(state.globalIteration) { last.append(lastLosses) }
        }

        override func onTrainingEpochEnd(currentEpoch: Int) throws { note() }

        override func onValidationEnd(validationCycle: Int) throws {
            note()
            try super.onValidationEnd(validationCycle: validationCycle)
        }

        private func note() {
            sums.append(runningLosses)
            last.append(lastLosses)
        }
    }

    private static func train(
        _ model: Watching, _ unit: TrainingUnit = .epoch, _ steps: Int = 3, folder: URL? = nil
    ) throws {
        let trainer = try Trainer.quiet(
            .of(unit, steps), validation: .every(unit == .epoch ? 2 : 7), checkpoints: folder.map { .in($0, every: 1) },
            logs: folder.map { .in($0, every: 40) } ?? .every(40))
        let data = SmallData()
        data.count = 88
        try trainer.fit(model, data)
    }

    /// The log without the times, the paths and what the machine decides.
    private static func losses(inLogOf folder: URL) throws -> [Substring] {
        let name = try #require(folder.filesBelow.first { $0.hasSuffix(".log") })
        let log = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
        return log.matches(of: /(loss|rare)\S* [-\d.]+/).map(\.output.0)
    }

    @Test(
        "sums, last values and the log are the same as if each is read at once",
        arguments: [TrainingUnit.epoch, .iteration])
    func values(unit: TrainingUnit) throws {
        var runs: [(model: Watching, losses: [Substring])] = []
        for postponed in [false, true] {
            try withTemporaryFolder { folder in
                let model = Watching(postponed: postponed)
                try PostponedLossesTests.train(model, unit, unit == .epoch ? 3 : 50, folder: folder)
                runs.append((model, try PostponedLossesTests.losses(inLogOf: folder)))
            }
        }
        #expect(runs[0].model.sums == runs[1].model.sums)
        #expect(runs[0].model.last == runs[1].model.last)
        #expect(!runs[0].model.sums.isEmpty && runs[0].model.sums[0]["loss", default: 0] > 0)
        #expect(runs[0].losses == runs[1].losses)
        #expect(!runs[0].losses.isEmpty)
    }

    @Test("they are read together: at the latest after 32 steps, and when it is time to log")
    func together() throws {
        let model = Watching()
        try PostponedLossesTests.train(model, .epoch, 2)
        // 22 steps an epoch; a log line is due after the 40th.
        #expect(model.pending == Array(1...22) + Array(1...18) + Array(1...4))

        let long = Watching()
        let trainer = try Trainer.quiet(.epochs(1))
        let data = SmallData()
        data.count = 200
        try trainer.fit(long, data)
        #expect(long.pending == Array(1...32) + Array(1...18))
    }

    @Test("who asks for them gets those of the step that is over")
    func asked() throws {
        let (model, other) = (Watching(), Watching(postponed: false))
        for model in [model, other] { model.curiousIterations = [2, 9] }
        try PostponedLossesTests.train(model)
        try PostponedLossesTests.train(other)
        #expect(model.last == other.last)
        #expect(Array(model.pending.prefix(10)) == [1, 2, 1, 2, 3, 4, 5, 6, 7, 1])
    }

    @Test("one that is no number is an error with its own step, and there is no checkpoint of it")
    func notFinite() throws {
        try withTemporaryFolder { folder in
            let model = Watching()
            model.badIteration = 25
            let error = #expect(throws: NonFiniteLossError.self) {
                try PostponedLossesTests.train(model, folder: folder)
            }
            #expect(error?.state.globalIteration == 25)
            #expect(model.pending.count == 40)
            #expect(folder.filesBelow.filter { $0.hasSuffix(".pth") }.count == 1)
        }
    }

    @Test("it is an error after the step in which somebody asks")
    func notFiniteWhereAsked() throws {
        let model = Watching()
        model.badIteration = 5
        model.curiousIterations = [7]
        let error = #expect(throws: NonFiniteLossError.self) { try PostponedLossesTests.train(model) }
        #expect(error?.state.globalIteration == 5)
        #expect(model.pending.count == 7)
    }
}
