/// A place in the training loop: where a checkpoint was saved, and where the run that resumes from it enters the loop.
///
/// The cases are in the order in which the loop comes to them. `TrainingRun.trainByEpoch(from:)` and
/// `TrainingRun.trainByIteration(from:)` are read beside them.
enum LoopPosition: String {
    /// The beginning of a training. No checkpoint has it.
    case start
    /// After a batch, before anything that follows it. An interruption saves here, and so does an error.
    case batch = "step"
    /// After the question whether to stop, which was answered with no: the validation that follows was interrupted and
    /// runs again.
    case validation
    /// The same, except that the answer was to stop. The question is asked again, since the program may have changed.
    case lastValidation
    /// After a validation within an epoch when training by epoch, at the place of the checkpoints that plug-ins want.
    /// The question whether to stop comes next, and then the next batch.
    case validated
    /// After the validation, at the place of the checkpoints that are due. What comes after them is left to do: the end
    /// of the epoch when training by epoch, the questions whether to stop and whether to advance the phase when
    /// training by iteration.
    case saved
    /// After the last question whether to stop, which was answered with yes. It is asked again.
    case ended
}

extension LoopPosition {
    /// The position that a checkpoint names.
    ///
    /// - Throws: `StateDictError` if no checkpoint is saved at a position of that name.
    init(_ name: String) throws {
        guard let position = LoopPosition(rawValue: name), position != .start else {
            throw StateDictError("there is no place '\(name)' in the training loop to resume at")
        }
        self = position
    }
}
