import Foundation
import Helios
import TestSupport
import Testing

@Suite(.standardGenerator) struct PluginTests {
    // MARK: Order

    @Test("every hook of the plug-ins comes in the order of registration, before the model's")
    func order() throws {
        try withTemporaryFolder { folder in
            let calls = Calls()
            let trainer = try Trainer.quiet(
                .epochs(1), validation: .every(1, limit: 1), checkpoints: .in(folder, every: 1),
                data: .first(train: 1))
            let first = NotingPlugin("1", calls, overrides: .trainingBatch)
            first.wanted = ExtraCheckpoint(folder: "extra", name: "wanted")
            try trainer.register(first)
            try trainer.register(NotingPlugin("2", calls, overrides: .validationBatch))
            try trainer.fit(NotingModel(calls), SmallData())
            func each(_ hook: String) -> [String] { ["1.\(hook)", "2.\(hook)"] }
            func all(_ hook: String) -> [String] { each(hook) + [hook] }
            var expected = ["1.configure trainer", "1.configure model", "2.configure trainer", "2.configure model"]
            expected += each("setup") + ["setup"] + all("onTrainingStart") + all("onTrainingEpochStart")
            expected += ["1.processTrainingBatch"] + all("onTrainingBatchStart") + ["trainStep"]
            expected += all("onTrainingBatchEnd") + all("shouldTrainingStop")
            expected += each("onEvaluationStart") + ["eval"] + all("onValidationStart")
            expected += ["2.processValidationBatch", "validStep"] + all("onValidationEnd") + each("onEvaluationEnd")
            expected += each("onScores") + ["haveMetricsImproved"]
            expected += each("extraCheckpoint") + ["stateDict"] + each("stateDict") + ["1.onExtraCheckpointSaved"]
            expected += all("onTrainingEpochEnd") + all("shouldTrainingStop") + all("onTrainingEnd") + each("teardown")
            #expect(calls.list == expected)
            #expect(
                folder.filesBelow == ["small/extra/wanted.pth", "small/small_epoch_1_iter_1.pth"])
        }
    }

    @Test("testing restores the plug-ins after the model, and calls their hooks before the model's")
    func testingOrder() throws {
        try withTemporaryFolder { folder in
            let training = try Trainer.quiet(.epochs(1), checkpoints: .in(folder, every: 1))
            try training.register(NotingPlugin("1"))
            try training.fit(SmallModel(), SmallData())
            let calls = Calls()
            let trainer = try Trainer.quiet(checkpoints: .in(folder), data: .first(test: 1))
            try trainer.register(NotingPlugin("1", calls, overrides: .testingBatch))
            try trainer.test(NotingModel(calls), SmallData())
            #expect(
                calls.list == [
                    "1.configure trainer", "1.configure model", "1.setup", "setup", "loadStateDict", "1.loadStateDict",
                    "1.onEvaluationStart", "1.onTestingStart", "onTestingStart", "eval", "1.processTestingBatch",
                    "testStep", "1.onTestingEnd", "onTestingEnd", "1.onEvaluationEnd", "1.teardown",
                ])
        }
    }

    // MARK: Batches

    @Test("the steps of all three phases get what the plug-ins make of the batches")
    func batches() throws {
        final class Marking: BatchPlugin<LabeledBatch> {
            let claimed: PluginOverrides
            init(_ id: String, _ claimed: PluginOverrides) {
                self.claimed = claimed
                super.init(id: id)
            }
            override var overrides: PluginOverrides { claimed }
            private func marked(_ batch: LabeledBatch, _ mark: Double) throws -> LabeledBatch {
                LabeledBatch(inputs: try Tensor.full([1, 1, 3, 3], mark), targets: batch.targets)
            }
            override func processTrainingBatch(_ batch: LabeledBatch, state: TrainingState) throws -> LabeledBatch {
                try marked(batch, Double(state.globalIteration))
            }
            override func processValidationBatch(_ batch: LabeledBatch, step: Int) throws -> LabeledBatch {
                try marked(batch, 100 + Double(step))
            }
            override func processTestingBatch(_ batch: LabeledBatch, step: Int) throws -> LabeledBatch {
                try marked(batch, 200 + Double(step))
            }
        }
        final class Watching: SmallModel {
            var marks: [Double] = []
            private func see(_ batch: LabeledBatch) throws {
                marks.append(batch.inputs.count == 9 ? try batch.inputs.mean().item(Double.self) : -1)
            }
            // It trains nothing, so that it has no optimizer.
            override func setup(fastInit: Bool) throws { try super.setup(fastInit: true) }
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws { try see(batch) }
            override func validStep(_ batch: LabeledBatch, step: Int) throws { try see(batch) }
            override func testStep(_ batch: LabeledBatch, step: Int) throws { try see(batch) }
            override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) {}
        }
        let trainer = try Trainer.quiet(.epochs(1), validation: .every(1), data: .first(train: 2))
        let training = Marking("training", .trainingBatch)
        try trainer.register(training)
        let model = Watching()
        try trainer.fit(model, SmallData())
        try trainer.test(model, SmallData())
        // Only what was claimed is changed.
        #expect(model.marks == [1, 2, -1, -1, -1, -1])
        try trainer.register(Marking("evaluation", [.validationBatch, .testingBatch]))
        model.marks = []
        try trainer.fit(model, SmallData())
        try trainer.test(model, SmallData())
        #expect(model.marks == [1, 2, 100, 101, 200, 201])
    }

    // MARK: Votes

    @Test("the first plug-in that votes for a stop ends the asking, and is named", arguments: TrainingUnit.allCases)
    func vote(unit: TrainingUnit) throws {
        final class Voting: Plugin {
            let step: Int
            var (isReached, count) = (false, 0)
            init(_ id: String, at step: Int) {
                self.step = step
                super.init(id: id)
            }
            override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) {
                isReached = state.globalIteration >= step
            }
            override func shouldTrainingStop() -> Bool {
                count += 1
                return isReached
            }
        }
        final class Asked: SmallModel {
            var count = 0
            override func shouldTrainingStop() -> Bool {
                count += 1
                return false
            }
        }
        let trainer = try Trainer.quiet(.of(unit, 20))
        let plugins = [Voting("never", at: .max), Voting("third", at: 3), Voting("also third", at: 3)]
        for plugin in plugins { try trainer.register(plugin) }
        let model = Asked()
        let result = try trainer.fit(model, SmallData())
        #expect(result.outcome == .stoppedByPlugin(id: "third"))
        #expect(result.state.globalIteration == 3)
        #expect("\(result.outcome)" == "stopped by the plug-in 'third'")
        // By epoch it is asked once more at the epoch's end.
        let asked = unit == .epoch ? 4 : 5
        #expect(plugins[0].count == asked && plugins[1].count == asked)
        #expect(plugins[2].count == model.count && model.count == asked - (unit == .epoch ? 2 : 1))
    }

    // MARK: Configuration

    @Test("what a plug-in configures holds for the run: name, steps, time, folders")
    func configuration() throws {
        final class Configuring: Plugin {
            let folder: URL
            init(_ folder: URL) {
                self.folder = folder
                super.init(id: "configuring")
            }
            override func configure(_ options: inout TrainerOptions) {
                options.length?.count = 2
                options.checkpoints = .in(folder.appending(path: "checkpoints"), every: 1)
                options.logs = .in(folder.appending(path: "logs"))
            }
            override func configure(_ model: any AnyModel) { model.saveName = "renamed" }
        }
        try withTemporaryFolder { folder in
            let trainer = try Trainer.quiet(.epochs(1))
            try trainer.register(Configuring(folder))
            let result = try trainer.fit(SmallModel(), SmallData())
            #expect(result.state.globalEpoch == 2)
            #expect(
                folder.filesBelow == [
                    "checkpoints/renamed/renamed_epoch_1_iter_6.pth", "checkpoints/renamed/renamed_epoch_2_iter_12.pth",
                    "logs/renamed.log",
                ])
            #expect(try log(in: folder.appending(path: "logs"), "renamed").contains("epoch 2/2: loss "))
        }
    }

    @Test("a time limit that a plug-in sets ends the run, and options that it makes wrong are an error")
    func timeLimit() throws {
        final class Limiting: Plugin {
            var isWrong = false
            init() { super.init(id: "limiting") }
            override func configure(_ options: inout TrainerOptions) {
                options.length?.timeLimit = .nanoseconds(1)
                if isWrong { options.validation = .every(-1) }
            }
        }
        let trainer = try Trainer.quiet(.epochs(100))
        let plugin = Limiting()
        try trainer.register(plugin)
        #expect(try trainer.fit(SmallModel(), SmallData()).outcome == .interrupted(.timeLimit))
        plugin.isWrong = true
        #expect(throws: ConfigurationError.self) { try trainer.fit(SmallModel(), SmallData()) }
    }

    @Test("a plug-in knows trainer, model and device from configure and setup on")
    func knows() throws {
        final class Knowing: Plugin {
            init() { super.init(id: "knowing") }
            override func configure(_ model: any AnyModel) {
                #expect(trainer != nil && self.model === model)
            }
            override func setup() {
                #expect(device == .cpu && mapLocation == .cpu && rank == 0 && !isDistributed)
                #expect(model?.saveName == "small")
            }
            override func onTrainingStart() {
                #expect(model?.namedNetworks().map(\.name) == ["network"])
                #expect(model?.namedOptimizers().map(\.name) == ["optimizer"])
            }
        }
        let trainer = try Trainer.quiet(.epochs(1))
        try trainer.register(Knowing())
        try trainer.fit(SmallModel(), SmallData())
    }

    // MARK: Failures

    static let hooks = [
        "configure trainer", "setup", "onTrainingStart", "onTrainingEpochStart", "onTrainingBatchStart",
        "processTrainingBatch", "onTrainingBatchEnd", "onTrainingEpochEnd", "onTrainingEnd", "onValidationStart",
        "onValidationEnd", "onScores", "onEvaluationStart", "onEvaluationEnd", "shouldTrainingStop", "extraCheckpoint",
        "onExtraCheckpointSaved", "stateDict",
    ]

    @Test("an error of any hook is thrown on, the log names hook and plug-in, and all clean up", arguments: hooks)
    func failure(hook: String) throws {
        try withTemporaryFolder { folder in
            let calls = Calls()
            let trainer = try Trainer.quiet(
                .epochs(1), validation: .every(1), checkpoints: .in(folder, every: 1), logs: .in(folder))
            try trainer.register(NotingPlugin("1", calls))
            let failing = NotingPlugin("failing", calls, overrides: .trainingBatch)
            failing.failing = hook
            failing.wanted = ExtraCheckpoint(folder: "extra", name: "wanted")
            try trainer.register(failing)
            try trainer.register(NotingPlugin("3", calls))
            let error = #expect(throws: Trouble.self) { try trainer.fit(SmallModel(), SmallData()) }
            #expect(error == Trouble(hook: "failing.\(hook)"))
            #expect(calls.list.suffix(3) == ["1.teardown", "failing.teardown", "3.teardown"])
            let place =
                switch hook {
                case "configure trainer": "configure of the plug-in 'failing'"
                case "setup": "the plug-ins' setup of the plug-in 'failing'"
                case "processTrainingBatch": "processBatch, epoch 1"
                case "stateDict": "saving the checkpoint, epoch 1"
                default: "\(hook) of the plug-in 'failing'"
                }
            let log = try log(in: folder)
            #expect(log.contains("training failed in \(place)"), "\(log)")
        }
    }

    @Test("an error in the validation ends the evaluation for all plug-ins, and stays the one that is thrown")
    func failingValidation() throws {
        final class Failing: SmallModel {
            override func validStep(_ batch: LabeledBatch, step: Int) throws { throw Trouble(hook: "validStep") }
        }
        try withTemporaryFolder { folder in
            let calls = Calls()
            let trainer = try Trainer.quiet(.epochs(1), validation: .every(1), logs: .in(folder))
            let first = NotingPlugin("1", calls)
            first.failing = "onEvaluationEnd"
            try trainer.register(first)
            try trainer.register(NotingPlugin("2", calls))
            let error = #expect(throws: Trouble.self) { try trainer.fit(Failing(), SmallData()) }
            #expect(error?.hook == "validStep")
            #expect(calls.list.suffix(4) == ["1.onEvaluationEnd", "2.onEvaluationEnd", "1.teardown", "2.teardown"])
            let log = try log(in: folder)
            #expect(log.contains("training failed in validStep, batch 1 of the validation, epoch 1"))
            #expect(log.contains("ending the evaluation failed too"))
        }
    }

    @Test("a teardown that fails keeps no other from running, and is thrown if nothing else was")
    func failingTeardown() throws {
        let calls = Calls()
        let trainer = try Trainer.quiet(.epochs(1))
        for id in ["1", "2", "3"] {
            let plugin = NotingPlugin(id, calls)
            plugin.failing = id == "3" ? nil : "teardown"
            try trainer.register(plugin)
        }
        let data = SmallData()
        let error = #expect(throws: Trouble.self) { try trainer.fit(SmallModel(), data) }
        #expect(error?.hook == "1.teardown")
        #expect(calls.list.suffix(3) == ["1.teardown", "2.teardown", "3.teardown"])
        #expect(data.teardownCount == 1)
    }

    @Test("an interrupted validation ends the evaluation, and not the validation")
    func interruptedValidation() throws {
        final class Interrupting: SmallModel {
            override func validStep(_ batch: LabeledBatch, step: Int) { trainer?.stop() }
        }
        let calls = Calls()
        let trainer = try Trainer.quiet(.epochs(2), validation: .every(1))
        try trainer.register(NotingPlugin("1", calls))
        #expect(try trainer.fit(Interrupting(), SmallData()).outcome == .interrupted(.request))
        #expect(calls.list.contains("1.onEvaluationEnd") && !calls.list.contains("1.onValidationEnd"))
        #expect(!calls.list.contains("1.onScores"))
    }

    // MARK: State

    private final class Counting: Plugin {
        var count = 0
        override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) { count += 1 }
        override func stateDict() -> StateDict { ["count": .int(count)] }
        override func loadStateDict(_ state: StateDict) throws { count = try state.int("count") }
    }

    @Test("a plug-in's state is in the checkpoint under its id, and comes back, for testing too")
    func state() throws {
        try withTemporaryFolder { folder in
            func run(_ total: Int) throws -> (Trainer, Counting) {
                let trainer = try Trainer.quiet(.epochs(total), checkpoints: .in(folder, every: 1))
                let plugin = Counting(id: "counting")
                try trainer.register(plugin)
                return (trainer, plugin)
            }
            let (first, _) = try run(1)
            try first.fit(SmallModel(), SmallData())
            let file = try #require(first.lastCheckpoint)
            #expect(try TorchFile.loadDictionary(file).dictionary("counting").int("count") == 6)
            let (second, plugin) = try run(3)
            try second.fit(SmallModel(), SmallData())
            #expect(plugin.count == 18)
            let (tester, tested) = try run(1)
            try tester.test(SmallModel(), SmallData())
            #expect(tested.count == 18)
            try tester.test(SmallModel(), SmallData(), checkpoint: file)
            #expect(tested.count == 6)
        }
    }

    @Test("a plug-in that was added or left out since the checkpoint is warned of, by its id")
    func changedPlugins() throws {
        try withTemporaryFolder { folder in
            func train(_ total: Int, _ ids: [String]) throws -> [Counting] {
                let trainer = try Trainer.quiet(.epochs(total), checkpoints: .in(folder, every: 1), logs: .in(folder))
                let plugins = ids.map { Counting(id: $0) }
                for plugin in plugins { try trainer.register(plugin) }
                try trainer.fit(SmallModel(), SmallData())
                return plugins
            }
            _ = try train(1, ["stays", "goes"])
            let plugins = try train(2, ["stays", "comes"])
            #expect(plugins.map(\.count) == [12, 6])
            let log = try log(in: folder, "small.resumes")
            #expect(log.contains("warning the checkpoint has no state of the plug-in 'comes'"))
            #expect(log.contains("warning the checkpoint has a state of 'goes'"))
            #expect(!log.contains("'stays'"))
        }
    }

    @Test("a state that a plug-in refuses is an error that names file and plug-in")
    func refusedState() throws {
        try withTemporaryFolder { folder in
            func trainer() throws -> (Trainer, NotingPlugin) {
                let trainer = try Trainer.quiet(.epochs(2), checkpoints: .in(folder, every: 1))
                let plugin = NotingPlugin("refusing")
                try trainer.register(plugin)
                return (trainer, plugin)
            }
            try trainer().0.fit(SmallModel(), SmallData())
            let (again, plugin) = try trainer()
            plugin.failing = "loadStateDict"
            let error = #expect(throws: CheckpointError.self) { try again.fit(SmallModel(), SmallData()) }
            #expect(error?.path.hasSuffix("small_epoch_2_iter_12.pth") == true)
            #expect(error?.reason.contains("'refusing'") == true, "\(error?.reason ?? "")")
        }
    }

    // MARK: What is shown

    @Test("numbers that a plug-in adds are in the epoch's line, behind losses and scores")
    func progressItems() throws {
        final class Showing: Plugin {
            override var progressItems: [String: Double] { ["b": 2, "a": 0.125] }
        }
        try withTemporaryFolder { folder in
            let trainer = try Trainer.quiet(.epochs(1), validation: .every(1), logs: .in(folder))
            try trainer.register(Showing(id: "showing"))
            try trainer.fit(SmallModel(), SmallData())
            let line = try log(in: folder).split(separator: "\n").first { $0.contains("epoch 1/1: ") }
            #expect(try #require(line).contains(", a 0.125, b 2, 6 batches in "))
        }
    }

    private func log(in folder: URL, _ name: String = "small") throws -> String {
        try String(contentsOf: folder.appending(path: "\(name).log"), encoding: .utf8)
    }
}
