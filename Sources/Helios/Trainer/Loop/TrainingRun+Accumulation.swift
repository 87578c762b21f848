// Gradients that are accumulated: when a step is due, and whether the model makes it.
extension TrainingRun {
    /// How many batches there were since the last step of the optimizer, with so many batches in a step.
    ///
    /// By epoch each epoch begins with a new step; by iteration the batches of two epochs may make one.
    func batchesSinceStep(in state: TrainingState, of batches: Int) -> Int {
        (plan.length.unit == .epoch ? state.datasetIter : state.globalIteration) % batches
    }

    /// What the batch that comes next is to the step that it belongs to.
    var accumulationWindow: AccumulationWindow {
        let steps = status.options.accumulation.batches
        guard steps > 1 else { return AccumulationWindow() }
        let position = batchesSinceStep(in: state, of: steps)
        // By iteration the state counts the batch already.
        guard plan.length.unit == .epoch else {
            return AccumulationWindow(batchCount: steps, isComplete: position == 0)
        }
        let rest = (data.trainDataLoader?.batchCount ?? 0) - (state.datasetIter - position)
        let batchCount = min(steps, max(rest, position + 1))
        return AccumulationWindow(batchCount: batchCount, isComplete: position + 1 == batchCount)
    }

    /// Warns once if the model steps at other times than it should.
    func checkAccumulation() {
        guard let accumulationWatch = environment.accumulationWatch,
            let complaint = accumulationWatch.endBatch(
                status.accumulation, skips: model.mixedPrecision?.dtype == .float16)
        else { return }
        status.log.warnOnce(
            "accumulation is .batches(\(status.options.accumulation.batches)), and \(complaint): in trainStep, call "
                + "minimize, or divide the loss by batchesPerStep and let the optimizer step only if isStepDue")
    }

    /// Throws if a training that ran from its beginning to its end never updated a weight.
    func requireOptimizerStep() throws {
        guard let accumulationWatch = environment.accumulationWatch, accumulationWatch.stepCount == 0,
            accumulationWatch.batchCount > 0,
            accumulationWatch.batchCount == state.globalIteration, model.mixedPrecision?.dtype != .float16
        else { return }
        throw ConfigurationError(
            "training is over, and no optimizer made a single step in its \(state.globalIteration) batches: with "
                + "accumulation: .batches(\(status.options.accumulation.batches)), \(type(of: model)) must let its "
                + "optimizer step in trainStep if isStepDue, as minimize does")
    }
}
