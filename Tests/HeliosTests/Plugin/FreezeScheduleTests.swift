import Foundation
import Helios
import TestSupport
import Testing

@Suite(.standardGenerator) struct FreezeScheduleTests {
    /// Trains with weights and data that PyTorch made.
    private final class Compared: Model<LabeledBatch> {
        let start: StateDict
        var network: Sequential!
        var optimizer: SGD!
        private(set) var ends: [StateDict] = []
        private(set) var modes: [Bool] = []

        init(_ start: StateDict) {
            self.start = start
            super.init(saveName: "compared")
        }

        override func setup(fastInit: Bool) throws {
            try LibTorch.setThreadCount(1)
            network = Sequential(Linear(9, 6), BatchNorm1d(6), Tanh(), Linear(6, 3))
            try network.loadStateDict(start.dictionary("network"))
            let parameters = try network.parameters()
            optimizer = try SGD(
                groups: [ParameterGroup(Array(parameters.prefix(2))), ParameterGroup(Array(parameters.dropFirst(2)))],
                learningRate: 0.1, momentum: 0.9)
        }

        override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
            modes.append(network[1].isTraining)
            try minimize(optimizer) { try crossEntropy(network(batch.inputs.flatten(startDim: 1)), batch.targets) }
        }

        override func validStep(_ batch: LabeledBatch, step: Int) throws {
            _ = try network(batch.inputs.flatten(startDim: 1))
        }

        override func onTrainingEpochEnd(currentEpoch: Int) throws {
            var copy = StateDict()
            for (key, value) in try network.stateDict() {
                if case .tensor(let tensor) = value { copy[key] = .tensor(try tensor.detach().clone()) }
            }
            ends.append(copy)
        }
    }

    private final class ComparedData: DataModule<LabeledBatch> {
        let start: StateDict

        init(_ start: StateDict) {
            self.start = start
        }

        override func setup() throws {
            let dataset = try TensorDataset(inputs: start.tensor("inputs"), targets: start.tensor("targets"))
            try addTrainPhase(dataset, LoaderOptions(batchSize: 4))
            try setValidation(dataset, LoaderOptions(batchSize: 4))
        }
    }

    @Test("frozen, trained again with another rate, and frozen later, as a loop in PyTorch does it", .needsPyTorch)
    func beside() async throws {
        try await withTemporaryFolder { folder in
            #expect(try await Python.run("freeze_schedule.py", [folder.path]) == ["done"])
            let start = try TorchFile.loadDictionary(folder.appending(path: "start"))
            let ends = try TorchFile.loadDictionary(folder.appending(path: "end"))
            let model = Compared(start)
            let trainer = try Trainer.quiet(.epochs(4), validation: .every(1))
            try trainer.register(
                FreezeSchedule([
                    .frozen("network.0", until: .epoch(3), learningRateFactor: 0.1),
                    .frozen("network.1", until: .iteration(6)), .frozen("network.3*", from: .epoch(4)),
                ]))
            try trainer.fit(model, ComparedData(start))
            for (epoch, end) in model.ends.enumerated() {
                let expected = try ends.dictionary(.string("\(epoch + 1)"))
                for key in expected.keys {
                    try expectClose(
                        end.tensor(key).to(.float64), expected.tensor(key).to(.float64), relative: 1e-5, absolute: 1e-6)
                }
            }
            #expect(model.modes == (1...12).map { $0 >= 6 })
            // Afterwards all is as the model made it.
            #expect(try model.network.parameters().allSatisfy(\.requiresGrad))
            #expect(model.optimizer.parameterGroups.map(\.learningRate) == [0.1, 0.1])
        }
    }

    private class Frozen: StoppingModel {
        override func setup(fastInit: Bool) throws {
            try super.setup(fastInit: fastInit)
            let parameters = try network.parameters()
            optimizer = try SGD(
                groups: [ParameterGroup(Array(parameters.prefix(2))), ParameterGroup(Array(parameters.dropFirst(2)))],
                learningRate: 0.05, momentum: 0.9)
        }

        override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
            try minimize(optimizer) { try crossEntropy(network(batch.inputs), batch.targets) }
        }
    }

    @Test("stopped after any batch it ends the same", arguments: TrainingUnit.allCases, [1, 2])
    func resume(unit: TrainingUnit, accumulation: Int) throws {
        let frozen = try expectExactResume { folder in
            let trainer = try Trainer.quiet(
                .of(unit, unit == .epoch ? 3 : 7), checkpoints: .in(folder, every: 1),
                accumulation: .batches(accumulation))
            try trainer.register(
                FreezeSchedule([
                    .frozen("network.0", until: .iteration(4), learningRateFactor: 0.5),
                    .frozen("network.1", until: .epoch(2)), .frozen("network.5", from: .iteration(6)),
                ]))
            return (Frozen(), trainer)
        }
        let plain = Frozen()
        try Trainer.quiet(.of(unit, unit == .epoch ? 3 : 7), accumulation: .batches(accumulation))
            .fit(plain, SmallData())
        #expect(frozen.losses != plain.losses)
    }

    @Test("a frozen part stays what it is, with its running statistics, or without if that is asked for")
    func statistics() throws {
        for evaluates in [true, false] {
            let model = Frozen()
            let trainer = try Trainer.quiet(.epochs(1))
            try trainer.register(
                FreezeSchedule([.frozen("network.0"), .frozen("network.1")], evaluatesBatchNorm: evaluates))
            try trainer.fit(model, SmallData())
            let norm = try #require(model.network[1] as? BatchNorm)
            #expect(try norm.numBatchesTracked?.item(Int.self) == (evaluates ? 0 : 6))
            #expect(try norm.weight?.equal(Tensor.ones([2])) == true)
        }
    }

    @Test("parts are trained one after the other")
    func gradually() throws {
        let schedule = try FreezeSchedule(
            gradually: ["network.5", "network.1", "network.0"], every: 2, learningRateFactor: 0.5)
        #expect(schedule.parts.map(\.until) == [.epoch(2), .epoch(4), .epoch(6)])
        #expect(schedule.parts.map(\.learningRateFactor) == [0.5, 0.25, 0.125])
    }

    @Test("a path that names nothing is an error with the nearest name")
    func unknownPath() throws {
        for (path, text) in [
            ("netwrok.0", "did you mean 'network.0'"), ("network.0.wieght", "did you mean 'network.0.weight'"),
            ("network.77*", "no parameter is at 'network.77*'"), ("encoder", "The networks are: network"),
        ] {
            let trainer = try Trainer.quiet(.epochs(1))
            try trainer.register(FreezeSchedule([.frozen(path)]))
            let error = #expect(throws: PluginError.self) { try trainer.fit(Frozen(), SmallData()) }
            #expect(error?.description.contains(text) == true, "\(error?.description ?? "no error")")
        }
    }

    @Test("a factor for half a group, and a network without anything to train, are errors that say what to do")
    func mistakes() throws {
        let wrong: [(FreezeSchedule.Part, String)] = [
            (.frozen("network.0.weight", until: .epoch(2), learningRateFactor: 0.5), "a ParameterGroup for each part"),
            (.frozen("network"), "there is nothing to train"),
        ]
        for (part, text) in wrong {
            let trainer = try Trainer.quiet(.epochs(1))
            try trainer.register(FreezeSchedule([part]))
            let error = #expect(throws: PluginError.self) { try trainer.fit(Frozen(), SmallData()) }
            #expect(error?.description.contains(text) == true, "\(error?.description ?? "no error")")
        }
        let senseless: [FreezeSchedule.Part] = [
            .frozen("a", until: .epoch(0)), .frozen("a", until: .epoch(1)), .frozen("a", from: .never),
            .frozen("a", from: .epoch(3), until: .epoch(2)), .frozen("a", learningRateFactor: 0),
            .frozen("a", from: .iteration(-1)),
        ]
        for part in senseless { #expect(throws: PluginError.self) { try FreezeSchedule([part]) } }
        #expect(throws: PluginError.self) { try FreezeSchedule([]) }
        #expect(throws: PluginError.self) { try FreezeSchedule(gradually: ["a"], every: 0) }
    }

    @Test("a rate that a step has changed is back after a step that fails")
    func failedStep() throws {
        final class Failing: Frozen {
            override func setup(fastInit: Bool) throws {
                try super.setup(fastInit: fastInit)
                optimizer.registerStepPreHook { _ in
                    if self.losses.count == 3 { throw ConfigurationError("as asked") }
                }
            }
        }
        let model = Failing()
        let trainer = try Trainer.quiet(.epochs(2))
        try trainer.register(FreezeSchedule([.frozen("network.0", until: .iteration(2), learningRateFactor: 0.5)]))
        #expect(throws: (any Error).self) { try trainer.fit(model, SmallData()) }
        #expect(model.optimizer.parameterGroups[0].learningRate == 0.05)
    }
}
