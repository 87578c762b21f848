extension TrainingState {
    /// The number of the optimiser's step that this batch ends, the first being 1; nil where gradients are still being
    /// accumulated.
    ///
    /// Every so many batches, counted through all epochs, make a step. A model that accumulates when training by epoch
    /// may count in another way.
    func optimizerStep(accumulationSteps: Int) -> Int? {
        guard accumulationSteps > 0, globalIteration % accumulationSteps == 0 else { return nil }
        return globalIteration / accumulationSteps
    }
}
