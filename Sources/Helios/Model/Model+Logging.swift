extension Model {
    /// Passes a value to the trainer's loggers (`Trainer.register(_:)`).
    ///
    /// ```swift
    /// log("temperature", 0.7)
    /// try log("samples", .images(generator(noise)))
    /// try log("weights/fc", .histogram(network.fc.weight))
    /// ```
    /// Losses, learning rates, validation scores, the time of a step, and the norm of clipped gradients are logged
    /// automatically. A resumed run does not log again what was logged before. Values that are logged before its first
    /// step go only to loggers that the previous run did not have, except for hyperparameters that have changed.
    ///
    /// - Parameters:
    ///   - name: the name of the value. A slash creates a group, as in `weights/fc`.
    ///   - value: a number, or a value created by a member of `LoggedValue`, such as images, a histogram, or text.
    ///   - step: the step to which the value belongs; by default, the iteration (`TrainingState.currentIteration`).
    public final func log(_ name: String, _ value: LoggedValue, step: Int? = nil) {
        trainer?.log(name, value, step: step)
    }

    /// Passes a number to the trainer's loggers.
    public final func log(_ name: String, _ value: Double, step: Int? = nil) {
        trainer?.log(name, .scalar(value), step: step)
    }
}
