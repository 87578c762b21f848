// Gradients that are accumulated: when a step is due, and whether the model makes it.
extension TrainingRun {
    /// How many batches there were since the last step of the optimizer, if a step has this many batches.
    ///
    /// By epoch each epoch begins with a new step; by iteration the batches of two epochs may make one.
    func batchesSinceStep(in state: TrainingState, of batches: Int) -> Int {
        (plan.length.unit == .epoch ? state.datasetIter : state.globalIteration) % batches
    }

    /// How many batches make a step in the epoch that is under way.
    var batchesPerStep: Int { status.options.accumulation.batches(inEpoch: state.globalEpoch) }

    /// The place of the batch that is trained in the step that it belongs to.
    func accumulationWindow() throws -> AccumulationWindow {
        let steps = batchesPerStep
        guard steps > 1 else { return AccumulationWindow() }
        let position = batchesSinceStep(in: state, of: steps)
        // By iteration the state counts the batch already.
        guard plan.length.unit == .epoch else {
            return AccumulationWindow(batchCount: steps, isComplete: position == 0)
        }
        let batchCount = position + 1 + (try batches?.remaining(upTo: steps - position - 1) ?? 0)
        return AccumulationWindow(batchCount: batchCount, isComplete: position + 1 == batchCount)
    }

    /// Warns once if the model steps at other times than it should, or never.
    func checkSteps() {
        guard let stepWatch = environment.stepWatch else { return }
        let accumulation = status.options.accumulation
        let complaint = stepWatch.endBatch(status.accumulation, skips: model.mixedPrecision?.dtype == .float16)
        if accumulation.most == 1 { return warnOfMissingSteps(stepWatch) }
        guard let complaint, stepWatch.stepCount > 0 || stepWatch.hasSeenNoStep(of: model) else { return }
        status.log.warnOnce(
            "accumulation is \(accumulation.text), and \(complaint): in trainStep, call minimize, or divide the loss by "
                + "batchesPerStep and let the optimizer step only if isStepDue")
    }

    /// Warns once if no optimizer made a step in the first batches. A model may well begin without steps, so one batch
    /// says nothing.
    private func warnOfMissingSteps(_ stepWatch: StepWatch) {
        guard stepWatch.batchCount == 100, plan.writesFiles, stepWatch.hasSeenNoStep(of: model) else { return }
        status.log.warnOnce(
            "no optimizer made a step in the first \(stepWatch.batchCount) batches: in trainStep of \(type(of: model)), call "
                + "minimize, or the optimizer's step()")
    }

    /// Throws if a training that ran from its beginning to its end never updated a weight.
    func requireOptimizerStep() throws {
        guard let stepWatch = environment.stepWatch, stepWatch.batchCount == state.globalIteration,
            model.mixedPrecision?.dtype != .float16, stepWatch.hasSeenNoStep(of: model)
        else { return }
        let accumulation = status.options.accumulation
        throw ConfigurationError(
            "training is over, and no optimizer made a single step in its \(state.globalIteration) batches: "
                + (accumulation.most == 1
                    ? "call minimize, or the optimizer's step(), in trainStep of \(type(of: model)); a model whose weights "
                        + "change in another way needs no optimizer among its properties"
                    : "with accumulation: \(accumulation.text), \(type(of: model)) must let its optimizer step in trainStep "
                        + "if isStepDue, as minimize does"))
    }
}
