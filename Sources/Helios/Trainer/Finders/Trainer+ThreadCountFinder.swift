import Dispatch

extension Trainer {
    /// Finds the number of threads with which training is fastest, by training some steps with each number in turn.
    ///
    /// ```swift
    /// let threads = try Trainer().findThreadCount(model, data).suggestion
    /// try Trainer(.epochs(20), threads: .count(threads)).fit(model, data)
    /// ```
    /// A small network is often faster with one thread than with all of them. Sums may be rounded differently with a
    /// different number of threads, so give the trainer a fixed number; two runs with different numbers have different
    /// bits.
    ///
    /// The finder tries one, two, four threads, and so on, up to the maximum. The model and the data are set up as for
    /// `fit`, and trained from new weights without validation and checkpoints. The trainer writes no files and does not
    /// call `onTrainingEnd`. A subsequent `fit` sets everything up again and is not affected by the search.
    ///
    /// - Parameters:
    ///   - limit: the maximum number of threads to try; `nil` uses the number that the process has set.
    ///   - rounds: the number of steps to measure with each number of threads, after two steps that are not measured.
    /// - Returns: the duration of a step with each number of threads, which prints as a table, and the suggestion. If
    ///   progress is shown, the table is also printed.
    /// - Throws: `ConfigurationError` for invalid numbers; any error from hooks and data.
    @discardableResult
    public func findThreadCount<Batch>(
        _ model: Model<Batch>, _ data: DataModule<Batch>, upTo limit: Int? = nil, rounds: Int = 7
    ) throws -> ThreadCountSearch {
        let limit = limit ?? LibTorch.threadCount
        guard (1...1024).contains(limit) else {
            throw ConfigurationError("the greatest number of threads must be from 1 to 1024, not \(limit)")
        }
        guard (1...1_000_000).contains(rounds) else {
            throw ConfigurationError("a number of threads is measured in from 1 to a million rounds, not \(rounds)")
        }
        var timer = ThreadTimer(upTo: limit, rounds: rounds)
        try probe("finding a number of threads", model, data) { run in
            var start: UInt64?
            try run.probe("finding a number of threads", steps: timer.totalSteps) {
                // A step may take several batches.
                guard start == nil else { return }
                try LibTorch.setThreadCount(timer.current)
                start = DispatchTime.now().uptimeNanoseconds
            } afterStep: {
                timer.record(Double(DispatchTime.now().uptimeNanoseconds - (start ?? 0)) / 1e9)
                start = nil
                return true
            }
        }
        let search = timer.search
        if options.display.contains(.progress) { console.printLine("\(search)") }
        return search
    }
}
