import Dispatch

extension Trainer {
    /// Finds the number of threads with which training is fastest, by training some steps with each in turn.
    ///
    /// ```swift
    /// let threads = try Trainer().findThreadCount(model, data).suggestion
    /// try Trainer(.epochs(20), threads: .count(threads)).fit(model, data)
    /// ```
    /// A small network is often faster with one thread than with all. Sums may be rounded differently with another
    /// number of threads, so give the trainer a number that stays: two runs with different numbers have different bits.
    ///
    /// One, two, four threads and so on are tried up to the greatest number. Model and data are set up as for `fit`,
    /// and trained from new weights without validation and checkpoints. No file is written by the trainer, and
    /// `onTrainingEnd` is not called. A `fit` afterwards sets everything up again, and does what it would have done
    /// without.
    /// - Parameters:
    ///   - limit: the greatest number of threads to try; `nil` for as many as the process has set.
    ///   - rounds: how many steps are measured with each number; two more before do not count.
    /// - Returns: how long a step took with each, which prints as a table, and the suggestion. Printed too, if progress
    ///   is shown.
    /// - Throws: `ConfigurationError` for numbers that make no sense; what hooks and data throw.
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
