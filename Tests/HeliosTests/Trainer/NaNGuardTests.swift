import Foundation
import TestSupport
import Testing

@testable import Helios
@testable import TorchNN

@Suite(.standardGenerator) struct NaNGuardTests {
    private final class Block: Module, Layer {
        let first = Linear(9, 4)
        let log = LogLayer()
        let last = Linear(4, 3)

        func forward(_ input: Tensor) throws -> Tensor { try last(log(first(input))) }
    }

    /// Gives what is no number from the fifth call on.
    private final class LogLayer: Module, Layer {
        var calls = 0

        func forward(_ input: Tensor) throws -> Tensor {
            calls += 1
            return try calls < 5 ? input : (input * 0 - 1).log()
        }
    }

    private class Nested: SmallModel {
        private(set) var blocks: [Block] = []
        var inputFactor = 1.0

        override func setup(fastInit: Bool) throws {
            try super.setup(fastInit: fastInit)
            blocks = [Block(), Block()]
            blocks[0].log.calls = -1000
            optimizer = try SGD(blocks.flatMap { try $0.parameters() }, learningRate: 0.01)
        }

        override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
            let inputs = try (batch.inputs * inputFactor).flatten(startDim: 1)
            let loss = try crossEntropy(blocks[0](inputs) + blocks[1](inputs), batch.targets)
            lossItems["loss"] = loss
        }
    }

    private func trainer(isOn: Bool = true) throws -> Trainer {
        try Trainer.quiet(.epochs(2), diagnostics: isOn ? .nanGuard : [])
    }

    private func hookCount(_ model: Nested) -> Int {
        model.namedNetworks().flatMap { $0.network.namedModules() }.reduce(0) { $0 + $1.module.forwardHooks.count }
    }

    @Test("the first layer whose output is not finite is named, also deep inside, with what its input was")
    func layer() throws {
        let model = Nested()
        let error = #expect(throws: NonFiniteOutputError.self) { try trainer().fit(model, SmallData()) }
        #expect(error == NonFiniteOutputError(layer: "blocks.1.log", type: "LogLayer", inputIsFinite: true))
        #expect(error?.description.contains("'blocks.1.log' (LogLayer)") == true)
        #expect(error?.description.contains("its input is") == true)
        #expect(model.losses.count == 4)
    }

    @Test("if the input already is not finite, it says so", arguments: [Double.nan, .infinity])
    func input(factor: Double) throws {
        let model = Nested()
        model.inputFactor = factor
        let error = #expect(throws: NonFiniteOutputError.self) { try trainer().fit(model, SmallData()) }
        #expect(error?.layer == "blocks.0.first" && error?.inputIsFinite == false)
        #expect(error?.description.contains("nor is its input") == true)
    }

    @Test("layers of one network are named by their numbers")
    func sequential() throws {
        final class Overflowing: SmallModel {
            override func setup(fastInit: Bool) throws {
                try super.setup(fastInit: fastInit)
                try noGrad { _ = try network.namedParameters().last?.parameter.fill_(Double.infinity) }
            }
        }
        let error = #expect(throws: NonFiniteOutputError.self) { try trainer().fit(Overflowing(), SmallData()) }
        #expect(error?.layer == "network.5" && error?.type == "Linear" && error?.inputIsFinite == true)
    }

    @Test("without it the loss is the first to tell, and no hook is registered")
    func off() throws {
        let model = Nested()
        #expect(throws: NonFiniteLossError.self) { try trainer(isOn: false).fit(model, SmallData()) }
        #expect(hookCount(model) == 0)
    }

    @Test("its hooks are gone after the run, also after an error, and change nothing that is trained")
    func removed() throws {
        let model = Nested()
        #expect(throws: NonFiniteOutputError.self) { try trainer().fit(model, SmallData()) }
        #expect(hookCount(model) == 0)

        let (guarded, plain) = (SmallModel(), SmallModel())
        try trainer().fit(guarded, SmallData())
        try trainer(isOn: false).fit(plain, SmallData())
        #expect(guarded.losses == plain.losses)
        #expect(guarded.network.namedModules().allSatisfy { $0.module.forwardHooks.isEmpty })
    }

    @Test("validation, test and prediction are guarded too")
    func elsewhere() throws {
        final class BadInput: ReadyModel {
            override func testStep(_ batch: LabeledBatch, step: Int) throws { _ = try network(batch.inputs / 0) }
            override func validStep(_ batch: LabeledBatch, step: Int) throws { _ = try network(batch.inputs / 0) }
        }
        #expect(throws: NonFiniteOutputError.self) { try trainer().test(BadInput(), SmallData()) }
        let validating = try Trainer.quiet(.epochs(2), validation: .every(1), diagnostics: .nanGuard)
        let error = #expect(throws: NonFiniteOutputError.self) { try validating.fit(BadInput(), SmallData()) }
        #expect(error?.layer == "network.0" && error?.inputIsFinite == false)
    }

    @Test("layers with several inputs and outputs are looked at too")
    func recurrent() throws {
        final class Recurrent: Model<LabeledBatch> {
            var cells: LSTM!
            override func setup(fastInit: Bool) throws {
                cells = LSTM(3, 2)
            }
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                _ = try cells(batch.inputs.squeeze(dim: 1) * Double.nan)
            }
        }
        let error = #expect(throws: NonFiniteOutputError.self) {
            try trainer().fit(Recurrent(saveName: "recurrent"), SmallData())
        }
        #expect(error == NonFiniteOutputError(layer: "cells", type: "LSTM", inputIsFinite: false))
    }

    @Test("complex numbers are looked at, and so are modules without parameters")
    func complexNumbers() throws {
        final class Waves: Model<LabeledBatch> {
            var network: Identity!
            override func setup(fastInit: Bool) throws { network = Identity() }
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                _ = try network(Tensor.complex(batch.inputs, batch.inputs * Double.nan))
            }
        }
        let error = #expect(throws: NonFiniteOutputError.self) {
            try trainer().fit(Waves(saveName: "waves"), SmallData())
        }
        #expect(error == NonFiniteOutputError(layer: "network", type: "Identity", inputIsFinite: false))
    }

    @Test("whole numbers are not looked at")
    func integers() throws {
        final class Counting: Model<LabeledBatch> {
            var network: Identity!
            override func setup(fastInit: Bool) throws { network = Identity() }
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                _ = try network(batch.targets)
            }
        }
        #expect(try trainer().fit(Counting(saveName: "counting"), SmallData()).outcome == .completed)
    }
}
