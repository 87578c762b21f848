/// Where in the training loop a checkpoint was saved: what a resumed run has to do first.
enum LoopPosition: String {
    /// In its place: validation is over, and what comes after the checkpoint is to be done: when training by epoch the
    /// end of the epoch, when training by iteration the questions whether to stop and whether to go on to the next phase.
    case saved
    /// Right after a step, because training was interrupted: nothing of what comes after a step has been done.
    case step
    /// After the question whether to stop that follows a step, because the validation that comes next was interrupted:
    /// it is run again.
    case validation
    /// The same if the answer was that training is to stop: it is asked once more, since the program may have changed.
    /// When training by epoch, the validation that was interrupted is then the last.
    case lastValidation
    /// After the last question whether to stop, whose answer was that it is: everything else that comes after the
    /// checkpoint's place (when training by epoch the end of the epoch) has been done. It is asked once more.
    case ended
}

extension LoopPosition {
    init(_ name: String) throws {
        guard let point = LoopPosition(rawValue: name) else {
            throw StateDictError("there is no place '\(name)' in the training loop to go on from")
        }
        self = point
    }
}
