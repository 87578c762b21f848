/// What tools need to know of checkpoints.
package enum CheckpointInspection {
    /// The keys that are the trainer's own. Other dictionaries beside them are of plug-ins.
    package static var keysOfTrainer: Set<String> { Checkpoint.Key.all }

    /// Which program saved a state; `nil` for one that is not a trainer's checkpoint.
    package static func origin(of state: StateDict) -> CheckpointOrigin? { CheckpointOrigin(of: state) }

    /// Checks that a trainer could resume from a state.
    ///
    /// - Throws: for one that it would pass over, with the reason.
    package static func requireUsable(_ state: StateDict) throws {
        _ = try Checkpoint(CheckpointMigration.migrate(state))
    }

    /// Checks that a trainer could resume from a file.
    ///
    /// Of its tensors only the states of the random generators are read, which the trainer looks into: the rest may be
    /// larger than the memory.
    ///
    /// - Throws: for one that it would pass over, with the reason.
    package static func requireUsable(_ file: OpenTorchFile) throws {
        var state = try file.contents
        if let random = state[Checkpoint.Key.random] { state[Checkpoint.Key.random] = try file.read(random) }
        try requireUsable(state)
    }
}
