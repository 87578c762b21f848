import Foundation

extension Trainer {
    /// Throws where options contradict each other. Again after plug-ins have changed them.
    func validateOptions() throws {
        for (name, value) in [
            ("validFrequency", validFrequency), ("checkpointFrequency", checkpointFrequency),
            ("printFrequency", printFrequency), ("earlyStopCycles", earlyStopCycles),
            ("accumulationSteps", accumulationSteps),
        ] {
            if let value, value < 1 {
                throw ConfigurationError("\(name) must be positive, not \(value); leave it out for never")
            }
        }
        for (name, value) in [
            ("trainBatchLimit", trainBatchLimit), ("validBatchLimit", validBatchLimit),
            ("testBatchLimit", testBatchLimit), ("overfitBatches", overfitBatches),
        ] {
            if let value, value < 1 {
                throw ConfigurationError("\(name) must be positive, not \(value); leave it out for all batches")
            }
        }
        if sanityCheckSteps < 0 {
            throw ConfigurationError("sanityCheckSteps must not be negative, and is \(sanityCheckSteps)")
        }
        if let steps = totalSteps.count, steps < 0 {
            throw ConfigurationError("totalSteps must not be negative, and is \(steps)")
        }
        if let timeLimit, timeLimit <= .zero {
            throw ConfigurationError("timeLimit must be positive, not \(timeLimit)")
        }
        if case .count(let count) = threads, !(1...1024).contains(count) {
            throw ConfigurationError("threads must be from 1 to 1024, not \(count)")
        }
        if earlyStopCycles != nil, validFrequency == nil {
            throw ConfigurationError(
                "earlyStopCycles counts validation cycles, and without validFrequency there are none")
        }
        if checkpointFrequency != nil, checkpointRoot == nil {
            throw ConfigurationError("checkpointFrequency was given without checkpointRoot: say where checkpoints go")
        }
        try checkpointRetention.validate()
        for (name, folder) in [("checkpointRoot", checkpointRoot), ("logRoot", logRoot)] {
            if let folder { try Trainer.requireFolder(folder, name) }
        }
        try device.ensureAvailable()
    }

    /// Throws where there is nothing to train.
    func requireSteps() throws {
        if let steps = totalSteps.count, steps < 1 {
            throw ConfigurationError(
                "there is nothing to train: totalSteps is \(steps); give the number of \(trainUnit)s")
        }
    }

    private static func requireFolder(_ folder: URL, _ name: String) throws {
        var isFolder: ObjCBool = false
        if !folder.isFileURL {
            throw ConfigurationError("\(name) must be a folder of this machine, not \(folder.absoluteString)")
        }
        if FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), !isFolder.boolValue {
            throw ConfigurationError("\(name) must be a folder, and \(folder.path) is a file")
        }
    }

    /// Throws for a name that a file cannot have, or that leaves no room for what is always added to it: epoch, iteration
    /// and extension. (Temporary files have names of their own.)
    static func requireFileName(_ name: String, _ what: String) throws {
        guard !name.isEmpty, !name.utf8.contains(0), !name.contains("/"), name != ".", name != "..",
            CheckpointName.longestByteCount(saveName: name) <= CheckpointName.maximumByteCount
        else {
            throw ConfigurationError(
                "\(what) becomes part of the names of files: it must be from 1 to 200 bytes without '/', not "
                    + "'\(VisibleText.of(name))'")
        }
    }
}
