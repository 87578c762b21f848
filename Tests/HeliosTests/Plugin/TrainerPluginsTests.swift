import Helios
import TestSupport
import Testing

@Suite(.standardGenerator) struct TrainerPluginsTests {
    @Test("what was registered is found by its id, in order, and knows its trainer")
    func registered() throws {
        let trainer = try Trainer.quiet()
        let (first, second) = (NotingPlugin("first"), NotingPlugin("second"))
        try trainer.register(first)
        try trainer.register(second)
        #expect(trainer.plugins.map(\.id) == ["first", "second"])
        #expect(trainer.plugin("second") === second)
        #expect(trainer.plugin("third") == nil)
        #expect(first.trainer === trainer)
    }

    @Test(
        "an id that is taken, empty, or a name in checkpoints is an error that names it",
        arguments: ["taken", "", "model", "rng", "training_state", "datamodule", "progress"])
    func impossibleId(_ id: String) throws {
        let trainer = try Trainer.quiet()
        try trainer.register(NotingPlugin("taken"))
        let error = #expect(throws: PluginError.self) { try trainer.register(NotingPlugin(id)) }
        #expect(error?.id == id)
        #expect(error?.description.hasPrefix("plug-in '\(id)': ") == true)
        #expect(trainer.plugins.count == 1)
    }

    @Test("one that comes while a run is under way is an error")
    func late() throws {
        final class Registering: SmallModel {
            override func onTrainingStart() throws { try (trainer as? Trainer)?.register(NotingPlugin("late")) }
        }
        let trainer = try Trainer.quiet()
        let error = #expect(throws: PluginError.self) { try trainer.fit(Registering(), SmallData()) }
        #expect(error?.id == "late" && error?.reason.contains("before the run") == true)
        #expect(trainer.plugins.isEmpty)
    }

    static let claims: [(PluginOverrides, String)] = [
        (.trainingBatch, "the training batch"), (.validationBatch, "the validation batch"),
        (.testingBatch, "the test batch"), (.trainingStop, "the end of training"),
        (.evaluationWeights, "the weights of the evaluation"),
    ]

    @Test("what only one plug-in may do is an error for the second that names both, and what", arguments: claims)
    func conflict(_ claim: PluginOverrides, _ name: String) throws {
        let trainer = try Trainer.quiet()
        try trainer.register(NotingPlugin("first", overrides: claim))
        try trainer.register(
            NotingPlugin("other", overrides: claim == .trainingBatch ? .testingBatch : .trainingBatch))
        let error = #expect(throws: PluginError.self) {
            try trainer.register(NotingPlugin("second", overrides: [claim]))
        }
        let text = error?.description ?? ""
        #expect(text.contains("'first'") && text.contains("'second'") && text.contains(name), "\(text)")
        #expect(trainer.plugins.count == 2)
    }

    @Test("a conflict names all that two plug-ins have in common, and nothing else")
    func severalConflicts() throws {
        let trainer = try Trainer.quiet()
        try trainer.register(NotingPlugin("first", overrides: [.trainingBatch, .testingBatch, .trainingStop]))
        let error = #expect(throws: PluginError.self) {
            try trainer.register(
                NotingPlugin("second", overrides: [.trainingBatch, .testingBatch, .validationBatch]))
        }
        #expect(error?.reason.contains("the training batch, the test batch,") == true, "\(error?.reason ?? "")")
    }

    @Test("a plug-in for other batches is an error that names its type and the model's")
    func otherBatches() throws {
        final class ForStrings: BatchPlugin<String> {
            override var overrides: PluginOverrides { .validationBatch }
        }
        let trainer = try Trainer.quiet()
        try trainer.register(ForStrings(id: "strings"))
        let model = SmallModel()
        let error = #expect(throws: PluginError.self) { try trainer.fit(model, SmallData()) }
        let text = error?.description ?? ""
        #expect(
            text.contains("'strings'") && text.contains("ForStrings") && text.contains("BatchPlugin<LabeledBatch>")
                && text.contains("the validation batch"), "\(text)")
        #expect(model.losses.isEmpty)
    }
}
