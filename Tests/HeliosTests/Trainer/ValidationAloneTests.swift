import Foundation
import Helios
import TestSupport
import Testing

/// `Trainer.validate` and `Trainer.load`, and what a program says its configuration is.
@Suite(.standardGenerator) struct ValidationAloneTests {
    @Test("a checkpoint has the scores of the validation that came before it, and nothing else changes")
    func scores() throws {
        try withTemporaryFolder { folder in
            let trained = SmallModel()
            try Trainer.quiet(.epochs(2), validation: .every(1), checkpoints: .in(folder, every: 1)).fit(
                trained, SmallData())
            let files = folder.filesBelow
            let model = SmallModel()
            let scores = try Trainer.quiet(checkpoints: .in(folder)).validate(model, SmallData())
            #expect(scores == trained.validationScores && scores["loss"] != nil)
            #expect(model.validationScores == scores && model.optimizer == nil)
            try expectSameState(model.network, trained.network)
            #expect(folder.filesBelow == files)
        }
    }

    @Test("without validation data there is nothing to do")
    func noData() throws {
        final class TrainingOnly: SmallData {
            override func setup() throws {
                try addTrainPhase(
                    TensorDataset(inputs: Tensor.zeros([4, 1, 3, 3]), targets: Tensor.zeros([4], dtype: .int64)))
            }
        }
        let error = #expect(throws: DataError.self) { try Trainer.quiet().validate(ReadyModel(), TrainingOnly()) }
        #expect(error?.description == "there is nothing to validate with: call setValidation in TrainingOnly.setup()")
    }

    @Test("load gives the networks of a checkpoint, in evaluation mode")
    func loading() throws {
        try withTemporaryFolder { folder in
            let trained = SmallModel()
            try Trainer.quiet(.epochs(1), checkpoints: .in(folder)).fit(trained, SmallData())
            let model = SmallModel()
            try Trainer.quiet(checkpoints: .in(folder)).load(model, SmallData())
            try expectSameState(model.network, trained.network)
            #expect(!model.network.isTraining)
            #expect(throws: ConfigurationError.self) { try Trainer.quiet().load(SmallModel(), SmallData()) }
        }
    }

    @Test("each checkpoint has the configuration that the program says, and a resume does not need it")
    func configuration() throws {
        try withTemporaryFolder { folder in
            let trainer = try Trainer.quiet(.epochs(1), checkpoints: .in(folder, every: 1))
            trainer.configuration = ["width": .int(3), "optimizer": .dictionary(["lr": .double(0.1)])]
            try trainer.fit(SmallModel(), SmallData())
            let state = try TorchFile.loadDictionary(folder.appending(path: "small/small_epoch_1_iter_6.pth"))
            let configuration = try state.dictionary("configuration")
            #expect(try configuration.int("width") == 3)
            #expect(try configuration.dictionary("optimizer").double("lr") == 0.1)
            let result = try Trainer.quiet(.epochs(2), checkpoints: .in(folder, every: 1)).fit(
                SmallModel(), SmallData())
            #expect(result.outcome == .completed)
            let next = try TorchFile.loadDictionary(folder.appending(path: "small/small_epoch_2_iter_12.pth"))
            #expect(next["configuration"] == nil)
        }
    }
}
