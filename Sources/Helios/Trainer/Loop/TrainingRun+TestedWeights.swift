import Foundation

// What a test or a prediction uses: a checkpoint, the weights that the model has, or what it loads itself.
extension TrainingRun {
    /// Gives the model the weights to test, and says which they are.
    ///
    /// - Parameter what: what is done with them, for the line that says so.
    func loadTrained(_ choice: CheckpointChoice?, what: String, _ previous: Previous) throws {
        guard let entry = try shareEntry({ try entry(for: choice) }) else {
            let source = try loadWithoutCheckpoint(what, previous)
            return try printBanner("\(what) \(source)")
        }
        let trained = entry.contents.trainingState
        // A restore that fails halfway leaves a mixture of two sets of weights.
        model.weightOrigin = .failure
        let file = try restore(entry) { checkpoint in
            try checkpoint.restore(model, fastInit: true)
            try checkpoint.restore(status.plugins, warn: status.log.warn)
        }
        model.weightOrigin = .loaded(file, trained)
        try printBanner("\(what) \(file.path) (\(trained.place))")
    }

    /// Keeps the weights that the model was trained to, and lets it load its own.
    ///
    /// - Returns: what the weights are, for a message.
    /// - Throws: `ConfigurationError` if the weights were never trained.
    private func loadWithoutCheckpoint(_ what: String, _ previous: Previous) throws -> String {
        let origin = model.weightOrigin
        try restorePlugins(previous)
        let fingerprint = try origin.isTested ? nil : WeightFingerprint(model)
        model.calledDefaultLoadForTesting = false
        try hooks.loadForTesting()
        // An override may call the default.
        let isLoaded =
            try !model.calledDefaultLoadForTesting || (fingerprint != nil && fingerprint != WeightFingerprint(model))
        if isLoaded { return "what \(type(of: model)).loadForTesting() loaded" }
        switch origin {
        case .trained(let state): return "the weights that this process trained (\(state.place))"
        case .loaded(let file, let state): return "the weights of \(file.path), loaded before (\(state.place))"
        case .setup, .failure, .probe: throw ConfigurationError(nothingToTest(what))
        }
    }

    private func nothingToTest(_ what: String) -> String {
        let reason: String
        switch model.weightOrigin {
        case .failure:
            reason =
                "the last training of the model, or the loading of its checkpoint, failed, so that its weights may be "
                + "those of half a step"
        case .probe: reason = "the model was used for a fast run or a search, whose weights are not trained ones"
        case .setup, .trained, .loaded: reason = "the model has not been trained in this process"
        }
        return "nothing to test (\(what) …): \(reason); \(missingCheckpoint); and \(type(of: model)) does not override "
            + "loadForTesting(). Train the model first, name a checkpoint, or override loadForTesting() to load the "
            + "weights (an empty override says that setup(fastInit:) has loaded them)"
    }

    private var missingCheckpoint: String {
        guard let root = status.options.checkpoints?.folder else { return "the trainer has no checkpoint folder" }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        let question = names.contains(model.saveName) ? "" : NearNames.question(model.saveName, among: names)
        return "there is no checkpoint of '\(model.saveName)' in \(root.path)\(question)"
    }

    // MARK: Checkpoints

    private func entry(for choice: CheckpointChoice?) throws -> CheckpointFolder.Entry? {
        switch choice {
        case nil: return try newestEntry()
        case .newest:
            guard let entry = try newestEntry() else {
                throw ConfigurationError("the newest checkpoint was asked for, and \(missingCheckpoint)")
            }
            return entry
        case .file(let file): return try entry(in: file)
        case .best: return try entry(in: bestFile(of: onlyBestCheckpoints()))
        case .bestOf(let id):
            let ids = status.plugins.filter { $0 is BestCheckpoints }.map(\.id)
            guard let plugin = hooks.trainer.plugin(id) as? BestCheckpoints else {
                throw PluginError(
                    id: id,
                    reason: "no BestCheckpoints of this id is registered with the trainer"
                        + NearNames.question(id, among: ids))
            }
            return try entry(in: bestFile(of: plugin))
        }
    }

    private func entry(in file: URL) throws -> CheckpointFolder.Entry {
        CheckpointFolder.Entry(file: file, contents: try CheckpointFolder.read(file))
    }

    /// `nil` if the checkpoint folder has none of the model's.
    ///
    /// - Throws: `CheckpointError` if the folder was named and does not exist.
    private func newestEntry() throws -> CheckpointFolder.Entry? {
        guard let root = status.options.checkpoints?.folder else { return nil }
        guard FileManager.default.fileExists(atPath: root.path) else {
            let parent = root.deletingLastPathComponent()
            let names = (try? FileManager.default.contentsOfDirectory(atPath: parent.path)) ?? []
            throw CheckpointError(
                path: root.path,
                reason: "the checkpoint folder does not exist"
                    + NearNames.question(root.lastPathComponent, among: names))
        }
        return try CheckpointFolder.existing(in: root, saveName: model.saveName)?.newest(warn: status.log.warn)
    }

    private func onlyBestCheckpoints() throws -> BestCheckpoints {
        let plugins = status.plugins.compactMap { $0 as? BestCheckpoints }
        guard let plugin = plugins.first else {
            throw ConfigurationError(
                "the best checkpoint was asked for, and no BestCheckpoints is registered with the trainer: register one, "
                    + "or name the file")
        }
        guard plugins.count == 1 else {
            throw ConfigurationError(
                "the best checkpoint was asked for, and \(plugins.count) BestCheckpoints are registered: choose with "
                    + ".bestOf(plugin:) among "
                    + plugins.map { "'\($0.id)'" }.joined(separator: ", "))
        }
        return plugin
    }

    private func bestFile(of plugin: BestCheckpoints) throws -> URL {
        guard let file = plugin.fileForTesting else {
            throw PluginError(id: plugin.id, reason: "it has saved no checkpoint yet: train with validation first")
        }
        return file
    }
}

/// Detects that a model's weights were changed: the networks, and a sum over each tensor.
private struct WeightFingerprint: Equatable {
    private var networks: [ObjectIdentifier] = []
    private var sums: [UInt64] = []

    init<Batch>(_ model: Model<Batch>) throws {
        for (_, network) in model.namedNetworks() {
            networks.append(ObjectIdentifier(network))
            let tensors = try network.parameters() + network.buffers()
            for tensor in tensors where tensor.isDefined {
                let values = try tensor.detach().to(.float64)
                sums.append(try values.sum().item(Double.self).bitPattern)
                sums.append(try (values * values).sum().item(Double.self).bitPattern)
            }
        }
    }
}
