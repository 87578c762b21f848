import Foundation
import TestSupport
import Testing

@testable import Helios

/// State that a model carries from batch to batch in stored properties, through a stop.
@Suite(.standardGenerator) struct CarriedStateTests {
    /// A recurrent network that begins each batch in the state in which the last one ended.
    class Recurrent: Model<LabeledBatch> {
        var network: LSTM!
        let criterion = MSELoss()
        var optimizer: SGD!
        private(set) var losses: [Double] = []

        init() { super.init(saveName: "recurrent") }

        /// The state that is carried.
        var carried: LSTM.State? {
            get { nil }
            set {}
        }

        override func setup(fastInit: Bool) throws {
            try LibTorch.setThreadCount(1)
            network = LSTM(3, 4, batchFirst: true)
            carried = nil
            if fastInit { return }
            optimizer = try SGD(network.parameters(), learningRate: 0.5)
        }

        override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
            try optimizer.zeroGrad()
            let (output, last) = try network(batch.inputs.flatten(startDim: 1, endDim: 2), carried)
            carried = (try last.hidden.detach(), try last.cell.detach())
            let loss = try criterion(output, Tensor.ones(output.shape))
            try loss.backward()
            try optimizer.step()
            lossItems["loss"] = loss
        }

        override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) throws {
            try super.onTrainingBatchEnd(state: state, shouldLog: shouldLog)
            losses.append(lastLosses["loss"] ?? .nan)
        }
    }

    final class Annotated: Recurrent {
        @Saved var hidden: LSTM.State?
        override var carried: LSTM.State? {
            get { hidden }
            set { hidden = newValue }
        }
    }

    final class Plain: Recurrent {
        var hidden: LSTM.State?
        override var carried: LSTM.State? {
            get { hidden }
            set { hidden = newValue }
        }
    }

    final class FromSetup: Recurrent {
        var hidden: LSTM.State!
        override var carried: LSTM.State? {
            get { hidden }
            set { hidden = newValue }
        }
        override func setup(fastInit: Bool) throws {
            try super.setup(fastInit: fastInit)
            hidden = (try Tensor.zeros([1, 4, 4]), try Tensor.zeros([1, 4, 4]))
        }
    }

    final class Handled: Recurrent {
        var hidden: LSTM.State?
        override var carried: LSTM.State? {
            get { hidden }
            set { hidden = newValue }
        }
        override func stateDict() throws -> StateDict {
            var state = try super.stateDict()
            if let hidden { state["hidden"] = .tuple([.tensor(hidden.hidden), .tensor(hidden.cell)]) }
            return state
        }
        override func loadStateDict(_ state: StateDict, fastInit: Bool) throws {
            var state = state
            if case .tuple(let parts)? = state["hidden"], case .tensor(let h) = parts[0], case .tensor(let c) = parts[1]
            {
                hidden = (h, c)
            }
            state["hidden"] = nil
            try super.loadStateDict(state, fastInit: fastInit)
        }
    }

    final class WholeBatches: SmallData {
        override init() {
            super.init()
            count = 24
        }
    }

    /// The losses of a training with a stop after three batches, and what was printed up to it.
    private func losses(_ make: () -> Recurrent, stop: Int?) throws -> (losses: [Double], printed: String) {
        try withTemporaryFolder { folder in
            var losses: [Double] = []
            var printed = ""
            for end in (stop.map { [$0] } ?? []) + [Int.max] {
                let model = make()
                let trainer = try Trainer.quiet(.iterations(8), checkpoints: .in(folder))
                try trainer.register(Stopping(end))
                printed += try trainer.printedText { try trainer.fit(model, WholeBatches()) }
                losses += model.losses
            }
            return (losses, printed)
        }
    }

    private final class Stopping: Plugin {
        let end: Int
        init(_ end: Int) {
            self.end = end
            super.init(id: "stopping")
        }
        override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) {
            if state.globalIteration == end { trainer?.stop() }
        }
    }

    @Test("a recurrent state is carried over a stop: @Saved, made in setup, or saved by an override")
    func carried() throws {
        let makers: [(String, () -> Recurrent)] = [
            ("Annotated", { Annotated() }), ("FromSetup", { FromSetup() }), ("Handled", { Handled() }),
        ]
        for (name, make) in makers {
            let whole = try losses(make, stop: nil)
            let parts = try losses(make, stop: 3)
            #expect(whole.losses.count == 8)
            #expect(parts.losses == whole.losses, "\(name)")
            #expect(!parts.printed.contains("hidden"), "\(name): \(parts.printed)")
        }
    }

    @Test("a recurrent state that cannot be restored is warned about once, and what it changes shows")
    func warned() throws {
        let whole = try losses({ Plain() }, stop: nil)
        let parts = try losses({ Plain() }, stop: 3)
        #expect(parts.losses.prefix(3) == whole.losses.prefix(3) && parts.losses != whole.losses)
        let text = "the property 'hidden' of Plain holds a tensor that is not in the checkpoint: mark it @Saved"
        #expect(parts.printed.components(separatedBy: text).count >= 2)
    }

    @Test("tensors inside a structure, which are not saved, are warned about")
    func insideStructure() throws {
        struct Memory {
            var step = 0
            var last: Tensor?
        }
        final class Remembering: SmallModel {
            var memory = Memory()

            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                try super.trainStep(batch, state: state)
                memory = Memory(step: state.globalIteration, last: try lossItems["loss"]?.detach())
            }
        }
        try withTemporaryFolder { (folder: URL) throws in
            let trainer = try Trainer.quiet(.epochs(1), checkpoints: .in(folder))
            let text = try trainer.printedText { try trainer.fit(Remembering(), SmallData()) }
            #expect(text.contains("the property 'memory' of Remembering holds a tensor that is not in the checkpoint"))
        }
    }

    @Test("a parameter group that was added in mid-training comes back if it is added before the state is loaded")
    func addedGroup() throws {
        class Unfreezing: SmallModel {
            override func setup(fastInit: Bool) throws {
                try super.setup(fastInit: fastInit)
                optimizer = try SGD(Array(network.parameters()[..<2]), learningRate: 0.05, momentum: 0.9)
            }

            func addRest() throws {
                try optimizer.addParameterGroup(
                    ParameterGroup(Array(network.parameters()[2...]), learningRate: 0.01))
            }

            override func onTrainingBatchStart(state: TrainingState) throws {
                try super.onTrainingBatchStart(state: state)
                if state.globalIteration == 2 { try addRest() }
            }
        }
        final class Resuming: Unfreezing {
            override func loadStateDict(_ state: StateDict, fastInit: Bool) throws {
                if !fastInit, try state.dictionary("optimizer").list("param_groups").count == 2 { try addRest() }
                try super.loadStateDict(state, fastInit: fastInit)
            }
        }
        try Trainer.quiet(.iterations(20)).checkResume(batches: 3, then: 3) { (Resuming(), SmallData()) }
        let error = #expect(throws: CheckpointError.self) {
            try Trainer.quiet(.iterations(20)).checkResume(batches: 3, then: 3) { (Unfreezing(), SmallData()) }
        }
        #expect(
            error?.description.contains("add the same ones with addParameterGroup before the state is loaded") == true)
    }

    // MARK: checkResume

    @Test("checkResume says that all is well, and leaves nothing behind")
    func checkPasses() throws {
        for unit in TrainingUnit.allCases {
            let trainer = try Trainer.quiet(.of(unit, 8))
            let (plugins, options, random) = (trainer.plugins.count, trainer.options, try Generator.standard().state())
            var check: ResumeCheck?
            let printed = try trainer.printedText {
                check = try trainer.checkResume(batches: 3, then: 4) { (Annotated(), WholeBatches()) }
            }
            #expect(printed.contains("resume check: after a stop at batch 3, the next 4 are the same to the bit"))
            #expect(!printed.contains("interrupted"))
            // The list of losses is no state, and changes.
            #expect(check?.unsavedProperties == ["losses"])
            #expect(trainer.plugins.count == plugins && trainer.options == options && trainer.lastCheckpoint == nil)
            try expectSameBits(Generator.standard().state(), random)
        }
    }

    @Test("checkResume names what differs first and the property that is not restored")
    func checkFails() throws {
        let trainer = try Trainer.quiet(.iterations(20))
        let error = #expect(throws: ResumeCheckError.self) {
            try trainer.checkResume(batches: 2, then: 3) { (Plain(), WholeBatches()) }
        }
        #expect(error?.difference.hasPrefix("the loss 'loss' is ") == true)
        #expect(error?.difference.contains(" in batch 3, without the stop and after the resume (") == true)
        #expect(error?.unsavedProperties == ["losses", "hidden"])
    }

    @Test("checkResume finds a counter that is not saved, and a state that differs while the losses agree")
    func checkFindsState() throws {
        final class Counting: SmallModel {
            var count = 0
            let tracker = Tracker()
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                count += 1
                tracker.value = Double(count)
                try super.trainStep(batch, state: state)
            }
        }
        final class Tracker: Stateful {
            var value = 0.0
            func stateDict() -> StateDict { ["value": .double(value)] }
            func loadStateDict(_ state: StateDict) throws { value = try state.double("value") }
        }
        let trainer = try Trainer.quiet(.iterations(20))
        let error = #expect(throws: ResumeCheckError.self) {
            try trainer.checkResume(batches: 2, then: 2) { (Counting(), SmallData()) }
        }
        #expect(error?.difference.contains("'model.user.tracker.value' of the checkpoint is 4.0 and 2.0") == true)
        #expect(error?.unsavedProperties.contains("count") == true)
    }

    @Test("checkResume tells a training that is not reproducible from a resume that is not exact")
    func checkTellsChance() throws {
        final class Chance: SmallModel {
            static nonisolated(unsafe) var count = 0.0
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                try super.trainStep(batch, state: state)
                Chance.count += 1
                lossItems["chance"] = try Tensor(Chance.count)
            }
        }
        let error = #expect(throws: ResumeCheckError.self) {
            try Trainer.quiet(.iterations(20)).checkResume(batches: 2, then: 2) { (Chance(), SmallData()) }
        }
        #expect(error?.difference.hasPrefix("two trainings from the start differ already") == true)
    }

    @Test("checkResume with more batches than the training has is an error")
    func checkIsTooLong() throws {
        #expect(throws: ConfigurationError.self) {
            try Trainer.quiet(.iterations(3)).checkResume(batches: 2, then: 2) { (SmallModel(), SmallData()) }
        }
        for (batches, more) in [(0, 3), (3, 0), (.max, 1)] {
            #expect(throws: ConfigurationError.self) {
                try Trainer.quiet().checkResume(batches: batches, then: more) { (SmallModel(), SmallData()) }
            }
        }
    }
}
