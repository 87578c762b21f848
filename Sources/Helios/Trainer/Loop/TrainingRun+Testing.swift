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

    func predict(checkpoint: CheckpointChoice?) throws -> [Tensor] {
        let previous = try setUp(fastInit: true)
        try loadTrained(checkpoint, what: "predicting with", previous)
        try continueLogs()
        guard let loader = data.predictionDataLoader else {
            throw DataError("there is nothing to predict for: call setPrediction in \(type(of: data)).setup()")
        }
        var predictions: [Tensor] = []
        try evaluation.run(.predict) {
            try hooks.onPredictionStart()
            progress.beginPrediction(steps: loader.batchCount)
            try hooks.eval()
            let skippedCount = try evaluation.forEachBatch(of: loader, .predict) { batch, step in
                if let batch { predictions.append(try hooks.predictStep(batch, step: step)) }
                progress.endTestBatch()
                return true
            }
            status.skippedSamples.add(skippedCount, of: .prediction)
            progress.end()
            try hooks.onPredictionEnd()
        }
        announceSkippedSamples()
        return predictions
    }
}
