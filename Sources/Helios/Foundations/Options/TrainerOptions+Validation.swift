import Foundation

extension TrainerOptions {
    /// Throws if an option makes no sense. Called again after plug-ins have changed the options.
    ///
    /// - Throws: `ConfigurationError`, which names the option as a trainer is given it; `TorchError` for a device that
    ///   is not there.
    func validate() throws {
        try validateLength()
        try validateCounts()
        if let checkpoints {
            try TrainerOptions.requireFolder(checkpoints.folder, "checkpoints: .in(…)")
        }
        if let file = logs.file { try TrainerOptions.requireFolder(file.folder, "logs: .in(…)") }
        if case .count(let count) = threads, !(1...1024).contains(count) {
            throw ConfigurationError("threads must be from 1 to 1024, not \(count)")
        }
        if let count = deterministic.shardCount, !(1...1024).contains(count) || count.nonzeroBitCount != 1 {
            throw ConfigurationError(
                "deterministic: .acrossRanks(shards: \(count)) needs a power of two from 1 to 1024")
        }
        if let count = processes.count, !(1...65536).contains(count) {
            throw ConfigurationError("processes must be from 1 to 65536, not \(count)")
        }
        if processes.timeout <= .zero {
            throw ConfigurationError("the timeout of processes must be positive, not \(processes.timeout)")
        }
        try device.ensureAvailable()
    }

    /// Throws if there is nothing to train.
    func requireLength() throws {
        guard length == nil else { return }
        throw ConfigurationError(
            "there is nothing to train: say how long, as in Trainer(.epochs(20)) or Trainer(.iterations(1000))")
    }

    private func validateLength() throws {
        guard let length else { return }
        if let count = length.count, count < 1 {
            throw ConfigurationError(
                "the length of a training must be at least one \(length.unit), not .\(length.unit)s(\(count)); "
                    + ".unlimited(.\(length.unit)) trains without a limit, and a trainer without a length tests")
        }
        if let minimum = length.minimum { try validate(minimum, of: length) }
        if let limit = length.timeLimit, limit <= .zero {
            throw ConfigurationError("timeLimit must be positive, not \(limit); leave it out for no limit")
        }
    }

    private func validate(_ minimum: Length.Minimum, of length: Length) throws {
        let (least, unit) = minimum.amount
        guard least > 0 else { throw ConfigurationError("\(minimum.text) needs a number that is at least 1") }
        guard unit == .iteration || length.unit == .epoch else {
            throw ConfigurationError(
                "\(minimum.text) counts epochs, and the training counts iterations: say atLeast: .iterations(…)")
        }
        if unit == length.unit, let count = length.count, least > count {
            throw ConfigurationError(
                "\(minimum.text) is more than the length of the training, .\(unit)s(\(count))")
        }
    }

    private func validateCounts() throws {
        let training: (option: String, count: Int?) =
            switch data.training {
            case .all: ("", nil)
            case .first(let batches): ("data: .first(train: \(batches))", batches)
            case .overfit(let batches): ("data: .overfit(batches: \(batches))", batches)
            }
        let limits = if case .overfit = data.training { ".overfit" } else { ".first" }
        let counts: [(option: String, count: Int?)] = [
            ("validation: .every(…, stopAfter: \(validation?.stopAfter ?? 1))", validation?.stopAfter),
            ("validation: .every(…, limit: \(validation?.limit ?? 1))", validation?.limit),
            ("checkpoints: .in(…, every: \(checkpoints?.every ?? 1))", checkpoints?.every),
            ("checkpoints: .in(…, keeping: .last(\(checkpoints?.keeping.last ?? 1)))", checkpoints?.keeping.last),
            (
                "checkpoints: .in(…, keeping: .last(…, every: \(checkpoints?.keeping.every ?? 1)))",
                checkpoints?.keeping.every
            ),
            ("accumulation: \(accumulation.text)", accumulation.least), training,
            ("data: \(limits)(…, test: \(data.test ?? 1))", data.test),
            ("logs: \(logs.description(every: logs.every ?? 1))", logs.every),
        ]
        for (option, count) in counts {
            if let count, count < 1 { throw ConfigurationError("\(option) needs a number that is at least 1") }
        }
        if let interval = validation?.interval, let fault = interval.fault(in: unit) {
            throw ConfigurationError("validation: \(interval.text) \(fault)")
        }
        if let least = outOfMemory.least, least < 1 {
            throw ConfigurationError("outOfMemory: .splits(atLeast: \(least)) needs at least one sample in a part")
        }
        if outOfMemory != .fails, deterministic.shardCount != nil {
            throw ConfigurationError(
                "deterministic: .acrossRanks fixes the parts in which a batch is computed, and outOfMemory: .splits would change "
                    + "them: use more shards, which are smaller, or outOfMemory: .fails")
        }
        if let epoch = accumulation.schedule.keys.min(), epoch < 1 {
            throw ConfigurationError(
                "accumulation: \(accumulation.text) has an epoch \(epoch), and the first epoch is 1")
        }
        if !accumulation.schedule.isEmpty, unit == .iteration {
            throw ConfigurationError(
                "accumulation: \(accumulation.text) changes by epoch, and the training counts iterations, each of which is a "
                    + "fixed number of batches: train by epoch, as in .epochs(20), or use .batches(n)")
        }
        if let steps = validation?.sanityCheck, steps < 0 {
            throw ConfigurationError(
                "validation: .every(…, sanityCheck: \(steps)) needs a number of batches; 0 disables the check")
        }
    }

    private static func requireFolder(_ folder: URL, _ option: String) throws {
        var isFolder: ObjCBool = false
        if !folder.isFileURL {
            throw ConfigurationError("\(option) needs a folder of this machine, not \(folder.absoluteString)")
        }
        if FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), !isFolder.boolValue {
            throw ConfigurationError("\(option) needs a folder, and \(folder.path) is a file")
        }
    }
}
