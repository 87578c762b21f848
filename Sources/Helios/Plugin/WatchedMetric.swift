/// The score that a plug-in goes by.
struct WatchedMetric: Equatable {
    let name: String
    let mode: MetricMode

    /// Its value after a validation cycle.
    ///
    /// - Throws: `PluginError` if it is not among the scores, with those that are, or is no number.
    func value(in scores: Scores, for plugin: Plugin) throws -> Double {
        if let score = scores[name] { return score }
        let names = scores.names
        guard !names.isEmpty else {
            throw PluginError(
                id: plugin.id,
                reason: "there is no score '\(name)', nor any other: fill validationScores in validStep or "
                    + "onValidationEnd, or give them as the model's metrics")
        }
        guard !names.contains(name) else {
            throw PluginError(id: plugin.id, reason: "the score '\(name)' is no number, which it must be to go by it")
        }
        let question = NearNames.question(name, among: names)
        throw PluginError(
            id: plugin.id,
            reason: "there is no score '\(name)'\(question.isEmpty ? "." : question) There are: "
                + names.joined(separator: ", "))
    }

    /// Throws `PluginError` if there will be no validation, and so no score.
    func requireValidation(for plugin: Plugin) throws {
        guard let trainer = plugin.trainer else { return }
        guard trainer.options.validation != nil else {
            throw PluginError(
                id: plugin.id,
                reason: "it goes by a score of the validation, and without validation: .every(…) there is none")
        }
        // A metric may come from the training itself.
        guard trainer.hasValidationData || plugin.model?.metrics[name] != nil else {
            throw PluginError(
                id: plugin.id,
                reason: "it goes by '\(name)', which validation finds, and there is no validation data: call "
                    + "setValidation in the data module's setup(), or give '\(name)' as one of the model's metrics")
        }
    }
}

extension WatchedMetric {
    func stateDict() -> StateDict {
        ["name": .string(name), "mode": .string(mode.rawValue)]
    }

    /// Whether a state is of this metric; another metric's says nothing about this one.
    func fits(_ state: StateDict) throws -> Bool {
        try state.string("name") == name && state.string("mode") == mode.rawValue
    }
}
