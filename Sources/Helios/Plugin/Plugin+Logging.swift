extension Plugin {
    /// Logs a value for the loggers of the trainer, see `Model.log(_:_:step:)`.
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
