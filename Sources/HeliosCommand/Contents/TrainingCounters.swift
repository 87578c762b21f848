import Helios

/// What a trainer's checkpoint says about its training.
struct TrainingCounters {
    /// The program that saved it.
    let origin: CheckpointOrigin
    /// The version of that program; `nil` in the oldest checkpoints of Python Helios.
    let version: String?
    let epoch: Int
    let iteration: Int
    let globalIteration: Int?
    let validationCycles: Int?
    /// The number of finished batches of the epoch; 0 between epochs.
    let batchesOfEpoch: Int?
    let seed: Int?
    let plugins: [String]
    /// How many checkpoints the training had saved, this one included; `nil` in older checkpoints.
    let saveNumber: Int?
    /// Whether an error ended the training here: nothing resumes from such a file by itself.
    let isAfterError: Bool

    /// `nil` if the value is not a trainer's checkpoint.
    init?(_ value: StateValue) {
        let root = StateTree(value).root
        guard case .dictionary(let state) = value, let origin = CheckpointInspection.origin(of: state),
            let epoch = root.int(at: "training_state.global_epoch"),
            let iteration = root.int(at: "training_state.current_iteration")
        else { return nil }
        self.origin = origin
        version = root.string(at: "version")
        self.epoch = epoch
        self.iteration = iteration
        globalIteration = root.int(at: "training_state.global_iteration")
        validationCycles = root.int(at: "training_state.validation_cycles")
        batchesOfEpoch = root.int(at: "training_state.dataset_iter")
        seed = root.int(at: "rng.seed")
        saveNumber = root.int(at: "save_number")
        isAfterError = root.string(at: "error") != nil
        plugins = root.children.compactMap { name, node in
            guard case .dictionary = node, !CheckpointInspection.keysOfTrainer.contains(name) else { return nil }
            return name
        }
    }

    /// Names and values, for a reader.
    var lines: [(name: String, value: String)] {
        var lines: [(name: String, value: String)] = [
            ("saved by", VisibleText.of("\(origin)")), ("epoch", Quantity.count(epoch)),
            ("iteration", Quantity.count(iteration)),
        ]
        if let globalIteration, globalIteration != iteration {
            lines.append(("batches", Quantity.count(globalIteration)))
        }
        if let batchesOfEpoch, batchesOfEpoch > 0 {
            lines.append(("inside epoch", "after \(Quantity.count(batchesOfEpoch, "batch", plural: "batches"))"))
        }
        if let validationCycles { lines.append(("validations", Quantity.count(validationCycles))) }
        // It is saved as a signed integer with the same bits.
        if let seed { lines.append(("seed", "\(UInt64(bitPattern: Int64(seed)))")) }
        lines.append(("plug-ins", plugins.isEmpty ? "none" : VisibleText.of(plugins.joined(separator: ", "))))
        return lines
    }

    var json: JSONValue {
        [
            "savedBy": .string("\(origin)"), "version": .string(version),
            "epoch": .int(epoch), "iteration": .int(iteration),
            "globalIteration": .int(globalIteration), "batchesOfEpoch": .int(batchesOfEpoch),
            "validationCycles": .int(validationCycles), "seed": .int(seed),
            "plugins": .array(plugins.map { .string($0) }),
        ]
    }
}

extension StateTree.Node {
    fileprivate func int(at path: String) -> Int? {
        guard case .leaf(let leaf) = node(at: StatePath(text: path)), case .int(let value) = leaf.value else {
            return nil
        }
        return value
    }

    fileprivate func string(at path: String) -> String? {
        guard case .leaf(let leaf) = node(at: StatePath(text: path)), case .string(let value) = leaf.value else {
            return nil
        }
        return value
    }
}
