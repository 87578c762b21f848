import Foundation
import Helios
import TestSupport
import Testing

@Suite(.standardGenerator) struct LearningRateMonitorTests {
    /// Halves the rate after every epoch, or after every step.
    private final class Scheduled: SmallModel {
        let perStep: Bool
        var schedule: StepLR!

        init(perStep: Bool = false) {
            self.perStep = perStep
            super.init()
        }

        override func setup(fastInit: Bool) throws {
            try super.setup(fastInit: fastInit)
            if fastInit { return }
            optimizer = try SGD(network.parameters(), learningRate: 0.5)
            schedule = try StepLR(optimizer, stepSize: 1, gamma: 0.5)
        }

        override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
            try super.trainStep(batch, state: state)
            if perStep { try schedule.step() }
        }

        override func onTrainingEpochEnd(currentEpoch: Int) throws {
            if !perStep { try schedule.step() }
        }
    }

    private func log(in folder: URL) throws -> String {
        try String(contentsOf: folder.appending(path: "small.log"), encoding: .utf8)
    }

    @Test("by epoch, the rate that the epoch begins with is logged and in the history")
    func byEpoch() throws {
        try withTemporaryFolder { folder in
            let trainer = try Trainer.quiet(.epochs(3), logs: .in(folder))
            let monitor = try LearningRateMonitor(historyLimit: 10)
            try trainer.register(monitor)
            try trainer.fit(Scheduled(), SmallData())
            #expect(monitor.history.map(\.rates) == [["optimizer": 0.5], ["optimizer": 0.25], ["optimizer": 0.125]])
            #expect(monitor.history.map(\.epoch) == [1, 2, 3] && monitor.history.map(\.iteration) == [0, 6, 12])
            let log = try log(in: folder)
            #expect(log.contains("learning rate: optimizer 0.25 (epoch 2, iteration 6)"))
            #expect(log.contains("learning rate 0.25, 6 batches in"))
        }
    }

    @Test("by step, the rate is noted once in the given number of the optimizer's steps")
    func bySteps() throws {
        let trainer = try Trainer.quiet(.iterations(7), accumulation: .batches(2))
        let monitor = try LearningRateMonitor(.steps(3), historyLimit: 10)
        try trainer.register(monitor)
        let model = Scheduled(perStep: true)
        try trainer.fit(model, SmallData())
        // The model makes a step with each batch: five of them are before the third iteration's second batch.
        #expect(monitor.history.map(\.iteration) == [3, 6])
        #expect(monitor.history.map { $0.rates["optimizer"] } == [0.5 / 32, 0.5 / 2048])
    }

    @Test("the history holds no more than its limit, and nothing by default")
    func limit() throws {
        let trainer = try Trainer.quiet(.iterations(10))
        let (short, none) = (
            try LearningRateMonitor(.steps(1), historyLimit: 3), try LearningRateMonitor(.steps(1), id: "b")
        )
        try trainer.register(short)
        try trainer.register(none)
        try trainer.fit(SmallModel(), SmallData())
        #expect(short.history.map(\.iteration) == [8, 9, 10])
        #expect(none.history.isEmpty)
    }

    @Test("several optimizers and groups are told apart by their names")
    func names() throws {
        final class Two: SmallModel {
            var others: [SGD] = []
            override func setup(fastInit: Bool) throws {
                try super.setup(fastInit: fastInit)
                let parameters = try network.parameters()
                others = [
                    try SGD(
                        groups: [
                            ParameterGroup([parameters[0]], learningRate: 0.25),
                            ParameterGroup([parameters[1]], learningRate: 0.75),
                        ], learningRate: 1)
                ]
            }
        }
        let trainer = try Trainer.quiet(.epochs(1))
        let monitor = try LearningRateMonitor(historyLimit: 1)
        try trainer.register(monitor)
        let model = Two()
        try trainer.fit(model, SmallData())
        #expect(monitor.history.last?.rates == ["optimizer": 0.05, "others.0.0": 0.25, "others.0.1": 0.75])
        #expect(monitor.progressItems["learning rate others.0.1"] == 0.75)
    }

    @Test("a resumed run notes what the uninterrupted one does, and no epoch twice", arguments: TrainingUnit.allCases)
    func resume(unit: TrainingUnit) throws {
        try withTemporaryFolder { folder in
            func train(_ total: Int, in name: String, _ interval: LearningRateMonitor.Interval) throws
                -> LearningRateMonitor
            {
                let trainer = try Trainer.quiet(
                    .of(unit, total), checkpoints: .in(folder.appending(path: name), every: 1))
                let monitor = try LearningRateMonitor(interval, historyLimit: 9)
                try trainer.register(monitor)
                try trainer.fit(Scheduled(), SmallData())
                return monitor
            }
            for (number, interval) in [LearningRateMonitor.Interval.epoch, .steps(2)].enumerated() {
                let totals: [Int] = unit == .epoch ? [1, 2, 4] : [3, 7, 14]
                let whole = try train(totals[2], in: "whole\(number)", interval)
                for total in totals.dropLast() { _ = try train(total, in: "parts\(number)", interval) }
                let resumed = try train(totals[2], in: "parts\(number)", interval)
                #expect(resumed.history == whole.history && !whole.history.isEmpty)
                #expect(flattened(resumed.stateDict()) == flattened(whole.stateDict()))
            }
        }
    }

    @Test("numbers that make no sense are errors, and a model without an optimizer is warned of")
    func unfit() throws {
        #expect(throws: PluginError.self) { try LearningRateMonitor(.steps(0)) }
        #expect(throws: PluginError.self) { try LearningRateMonitor(historyLimit: -1) }
        final class None: SmallModel {
            override func setup(fastInit: Bool) throws { try super.setup(fastInit: true) }
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) {}
        }
        try withTemporaryFolder { folder in
            let trainer = try Trainer.quiet(.epochs(1), logs: .in(folder))
            try trainer.register(LearningRateMonitor())
            try trainer.fit(None(), SmallData())
            #expect(try log(in: folder).contains("warning 'learning-rate-monitor' finds no optimizer"))
        }
    }
}
