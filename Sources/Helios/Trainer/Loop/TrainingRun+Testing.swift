// Testing and prediction.
extension TrainingRun {
    func test(checkpoint: CheckpointChoice?) throws -> TestResult {
        let previous = try setUp(fastInit: true)
        try loadTrained(checkpoint, what: "testing", previous)
        try continueLogs()
        try test()
        announceSkippedSamples()
        return TestResult(scores: model.testScores, skippedSamples: status.skippedSamples)
    }

    func test() throws {
        guard let loader = data.testDataLoader else {
            status.log.warn("there are no test data: set them in \(type(of: data)).setup()")
            return
        }
        try evaluation.run(.test) {
            try hooks.onTestingStart()
            progress.beginTesting(steps: loader.batchCount)
            try hooks.eval()
            let skippedCount = try evaluation.forEachBatch(of: loader, .test) { batch, step in
                if let batch { try hooks.test(batch, step: step) }
                progress.endTestBatch()
                return true
            }
            status.skippedSamples.add(skippedCount, of: .test)
            progress.end()
            try hooks.onTestingEnd()
            logScores(model.testScores, of: "test")
            if let line = progress.line(of: model.testScores) { status.log.info("test: \(line)") }
            warnOfUnwrittenTest()
        }
    }

    /// Gives the model the weights that a test would use.
    func load(checkpoint: CheckpointChoice?) throws {
        let previous = try setUp(fastInit: true)
        try loadTrained(checkpoint, what: "loading", previous)
        try hooks.eval()
    }

    /// Validates without training.
    func validate(checkpoint: CheckpointChoice?) throws -> Scores {
        let previous = try setUp(fastInit: true)
        try loadTrained(checkpoint, what: "validating", previous)
        try continueLogs()
        guard !data.usedValidationSets.isEmpty else {
            throw DataError("there is nothing to validate with: call setValidation in \(type(of: data)).setup()")
        }
        var scores = Scores()
        defer { status.validationSet = nil }
        for set in data.usedValidationSets {
            status.validationSet = set.name
            try evaluation.run(.valid) {
                try hooks.eval()
                try hooks.onValidationStart(validationCycle: state.validationCycles)
                progress.beginTesting(steps: set.loader.batchCount)
                let skippedCount = try evaluation.forEachBatch(of: set.loader, .valid) { batch, step in
                    if let batch { try hooks.validate(batch, step: step) }
                    progress.endTestBatch()
                    return true
                }
                status.skippedSamples.add(skippedCount, of: .validation(name: set.name))
                progress.end()
                try hooks.onValidationEnd(validationCycle: state.validationCycles)
            }
            scores = scores.merging(set.name.map { model.validationScores.prefixed(by: $0) } ?? model.validationScores)
        }
        model.validationScores = scores
        announceSkippedSamples()
        if let line = progress.line(of: scores) { status.log.info("validation: \(line)") }
        return scores
    }

    func predict(checkpoint: CheckpointChoice?, _ use: (Tensor) throws -> Void) throws {
        let previous = try setUp(fastInit: true)
        try loadTrained(checkpoint, what: "predicting with", previous)
        try continueLogs()
        guard let loader = data.predictionDataLoader else {
            throw DataError("there is nothing to predict for: call setPrediction in \(type(of: data)).setup()")
        }
        try evaluation.run(.predict) {
            try hooks.onPredictionStart()
            progress.beginPrediction(steps: loader.batchCount)
            try hooks.eval()
            let skippedCount = try evaluation.forEachBatch(of: loader, .predict) { batch, step in
                if let batch { try use(hooks.predictStep(batch, step: step)) }
                progress.endTestBatch()
                return true
            }
            status.skippedSamples.add(skippedCount, of: .prediction)
            progress.end()
            try hooks.onPredictionEnd()
        }
        announceSkippedSamples()
    }
}
