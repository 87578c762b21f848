// The two loops of Python Helios' trainer, and what should come before them in a run that resumes from a checkpoint.
extension Reference {
    /// Returns whether all steps were trained, so that nothing stopped the training before.
    func trainByEpoch() throws -> Bool {
        var isDone = try isResumed && state.datasetIter == 0 && rightly(.restComesFirst) && finishEpoch()

        while !isDone, !isTotalReached(by: state.globalEpoch - (isInsideEpoch ? 1 : 0)) {
            for batch in try beginEpoch() {
                state.globalIteration += 1
                state.currentIteration += 1
                state.runningIter += 1
                try train(on: batch, shouldLog: isDue(options.printFrequency, at: state.currentIteration))
                if stopVote() {
                    isDone = true
                    break
                }
            }
            let position = state.datasetIter
            state.datasetIter = 0
            if isDue(options.validFrequency, at: state.globalEpoch) { try validate() }
            let lostPosition = try isEndOfEpoch(position) ? 0 : position
            save(
                isDue: isDue(options.checkpointFrequency, at: state.globalEpoch),
                isEnd: isDone || shouldStopEarly || isTotalReached(by: state.globalEpoch - (lostPosition > 0 ? 1 : 0)),
                lostPosition: lostPosition)
            isDone = try endEpoch(isDone: isDone)
            if isDone { saveEnd() }
        }
        return !isDone
    }

    /// What comes after an epoch's checkpoint. Returns whether training is over.
    private func endEpoch(isDone: Bool) throws -> Bool {
        record("on_training_epoch_end", ["epoch": .int(state.globalEpoch)])
        if !isDone { _ = try advancePhase() }
        let isEarly = shouldStopEarly
        return stopVote() || isEarly || isDone
    }

    /// Does what the checkpoint of an epoch left to do. Returns whether training was over.
    private func finishEpoch() throws -> Bool {
        isResumed = false
        guard try endEpoch(isDone: false) else { return false }
        _ = rightly(.stopIsFinal)
        return true
    }

    private func isEndOfEpoch(_ position: Int) throws -> Bool {
        var loader = loader
        loader?.start = position
        return try loader?.batches(epoch: 0).isEmpty ?? true
    }

    private enum Next {
        /// `stop` if something stops the training, `end` if all its steps have been trained.
        case batch, epoch, stop, end
    }

    /// Returns whether all steps were trained, so that nothing stopped the training before.
    func trainByIteration() throws -> Bool {
        var next = Next.batch
        if isResumed, rightly(.restComesFirst) {
            if state.datasetIter > 0 {
                next = try endStep()
            } else if try finishEpoch() {
                return false
            } else if isTotalReached(by: state.currentIteration) {
                _ = rightly(.stopIsFinal)
                return true
            }
            if next == .stop || next == .end { _ = rightly(.stopIsFinal) }
        }

        while true {
            if next == .batch {
                for batch in try beginEpoch() {
                    next = try trainBatch(batch)
                    if next != .batch { break }
                }
            }
            isResumed = false
            state.datasetIter = 0
            record("on_training_epoch_end", ["epoch": .int(state.globalEpoch)])
            if next == .stop || next == .end { return next == .end }
            next = .batch
            // An epoch without batches comes again and again.
            if recorder.events.count > 2 * Reference.callLimit { throw Failure.tooLong }
        }
    }

    private func trainBatch(_ batch: [Int]) throws -> Next {
        guard options.accumulation != 0 else { throw Failure.python }
        state.globalIteration += 1
        let isStep = state.globalIteration % options.accumulation == 0
        if isStep {
            state.currentIteration += 1
            state.runningIter += 1
        }
        try train(on: batch, shouldLog: isStep && isDue(options.printFrequency, at: state.currentIteration))
        if stopVote() {
            saveEnd()
            return .stop
        }
        if isStep, isDue(options.validFrequency, at: state.currentIteration) { try validate() }
        if isStep {
            save(
                isDue: isDue(options.checkpointFrequency, at: state.currentIteration),
                isEnd: shouldStopEarly || isTotalReached(by: state.currentIteration))
        }
        return try endStep()
    }

    /// What comes after a step's checkpoint.
    private func endStep() throws -> Next {
        if shouldStopEarly { return .stop }
        if stopVote() {
            saveEnd()
            return .stop
        }
        if isTotalReached(by: state.currentIteration) { return .end }
        return try advancePhase() ? .epoch : .batch
    }

    private func isTotalReached(by count: Int) -> Bool {
        options.total.map { count >= $0 } ?? false
    }
}
