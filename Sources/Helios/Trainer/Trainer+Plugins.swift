extension Trainer {
    /// Registers a plug-in. Its hooks are called after those of the plug-ins registered before it, and before the
    /// model's.
    ///
    /// - Throws: `PluginError` if the id is already taken or reserved for something else in checkpoints, if another
    ///   plug-in claims something that only one may do, or if a run is in progress.
    public func register(_ plugin: Plugin) throws {
        guard !isRunning else {
            throw PluginError(id: plugin.id, reason: "it comes too late: register plug-ins before the run")
        }
        guard !plugin.id.isEmpty, !Checkpoint.Key.all.contains(plugin.id) else {
            throw PluginError(id: plugin.id, reason: "checkpoints use this name: give the plug-in another id")
        }
        guard !plugins.contains(where: { $0.id == plugin.id }) else {
            throw PluginError(id: plugin.id, reason: "a plug-in of this id is registered already")
        }
        for other in plugins {
            let common = plugin.overrides.intersection(other.overrides)
            guard common.isEmpty else {
                throw PluginError(
                    id: plugin.id,
                    reason: "it decides on \(common), and so does '\(other.id)': only one plug-in may")
            }
        }
        status.plugins.append(plugin)
        plugin.trainer = self
    }

    /// Registers a logger. It receives the numbers and images of every run that has a log folder.
    ///
    /// ```swift
    /// let trainer = try Trainer(.epochs(20), logs: .in(folder))
    /// try trainer.register(CSVLogger())
    /// ```
    /// - Throws: `ConfigurationError` if the id is already taken, if the trainer has no log folder, or if a run is in
    ///   progress.
    public func register(_ logger: any RunLogger) throws {
        guard !isRunning else {
            throw ConfigurationError("the logger '\(logger.id)' comes too late: register loggers before the run")
        }
        guard !logger.id.isEmpty, logger.id != "root", !status.loggers.ids.contains(logger.id) else {
            throw ConfigurationError("a logger cannot be called '\(logger.id)': another has this name")
        }
        guard options.logs.file != nil else {
            throw ConfigurationError("the logger '\(logger.id)' needs a folder: Trainer(…, logs: .in(folder))")
        }
        status.loggers.register(logger)
    }
}
