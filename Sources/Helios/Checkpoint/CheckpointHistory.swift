/// What a training has saved in its checkpoint folder, before an interruption too. Every checkpoint carries it, so that
/// a resumed run knows which files it may remove.
struct CheckpointHistory {
    /// The checkpoints that are there and are not kept for good, the newest last.
    var written: [CheckpointName] = []
    /// The names of those that an interruption saved.
    var interrupted: Set<String> = []
    /// How many checkpoints the training has saved.
    var saveCount = 0
}

extension CheckpointRetention {
    /// What is to be done with the checkpoints that a training wrote and may still remove.
    ///
    /// - Parameters:
    ///   - names: in the order in which they were written.
    ///   - newest: the one that is about to be written; it stays, whatever its numbers.
    ///   - interrupted: the names of those that an interruption saved.
    func decide(
        _ names: [CheckpointName], newest: CheckpointName, unit: TrainingUnit, interrupted: Set<String> = []
    ) -> Decision {
        guard let last else { return Decision() }
        let older = names.filter { $0.fileName != newest.fileName }.enumerated().sorted { left, right in
            left.element.isOfSameStep(as: right.element)
                ? left.offset < right.offset : left.element < right.element
        }.map(\.element)
        let recent = older.suffix(last - 1)
        let obsolete = older.dropLast(recent.count).filter { name in
            guard let every, !interrupted.contains(name.fileName) else { return true }
            return (unit == .epoch ? name.epoch : name.iteration) % every != 0
        }
        return Decision(kept: recent + [newest], obsolete: obsolete)
    }

    struct Decision: Equatable {
        /// Those that may go at a later time, the newest last.
        var kept: [CheckpointName] = []
        /// Those that go when the newest is there.
        var obsolete: [CheckpointName] = []
    }
}
