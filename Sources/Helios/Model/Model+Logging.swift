extension Model {
    /// Logs a value for the loggers of the trainer (`Trainer.register(_:)`).
    ///
    /// ```swift
    /// log("temperature", 0.7)
    /// try log("samples", .images(generator(noise)))
    /// try log("weights/fc", .histogram(network.fc.weight))
    /// ```
    /// Losses, learning rates, validation scores, the time of a step and the norm of clipped gradients are logged
    /// anyway. A resumed run does not log again what it logged before: what is logged before its first step goes only
    /// to loggers that the run before it did not have, but for hyperparameters that have changed.
    ///
    /// - Parameters:
    ///   - name: what the value is called. A slash makes a group, as in `weights/fc`.
    ///   - value: a number, or what a member of `LoggedValue` makes: images, a histogram, a text.
    ///   - step: the step that it belongs to; the iteration (`TrainingState.currentIteration`) by default.
    public final func log(_ name: String, _ value: LoggedValue, step: Int? = nil) {
        trainer?.log(name, value, step: step)
    }

    /// Logs a number for the loggers of the trainer.
    public final func log(_ name: String, _ value: Double, step: Int? = nil) {
        trainer?.log(name, .scalar(value), step: step)
    }
}
