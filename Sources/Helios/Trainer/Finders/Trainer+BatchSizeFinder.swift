import Dispatch

extension Trainer {
    /// Finds the largest batch size for which there is enough memory, by training a few steps with larger and larger
    /// sizes.
    ///
    /// ```swift
    /// data.batchSize = try trainer.findBatchSize(model, data, upTo: 1024).batchSize
    /// try trainer.fit(model, data)
    /// ```
    /// Each attempt sets up the model and the data as for `fit` and trains from new weights, with batches of the size
    /// to try instead of the size in the data module's training phases, and without validation and checkpoints. An
    /// attempt ends when a step throws a `TorchError` of the kind `outOfMemory`; its memory is freed before the next
    /// attempt. Only the first training phase is tried. The trainer writes no files and does not call `onTrainingEnd`.
    /// A subsequent `fit` sets everything up again and is not affected by the search.
    ///
    /// On a CPU, the system may promise memory that it does not have, and end the process later. Specify an upper limit
    /// in this case.
    ///
    /// - Parameters:
    ///   - first: the first size to try.
    ///   - limit: the largest size to try. It is never more than the number of samples.
    ///   - steps: the number of training steps that a size must complete.
    /// - Returns: the largest size that worked, and all sizes that were tried, which print as a table. If progress is
    ///   shown, the table is also printed.
    /// - Throws: `ConfigurationError` for invalid numbers; any error from hooks and data, including the `TorchError` of
    ///   the first size if not even that one works.
    ///   the first size too, if not even that one works.
    @discardableResult
    public func findBatchSize<Batch>(
        _ model: Model<Batch>, _ data: DataModule<Batch>, from first: Int = 2, upTo limit: Int? = nil,
        steps: Int = 3, mode: BatchSizeSearch.Mode = .doubling
    ) throws -> BatchSizeSearch {
        guard first > 0 else { throw ConfigurationError("a batch has at least one sample, not \(first)") }
        if let limit, limit < first {
            throw ConfigurationError("the largest batch size, \(limit), is less than the first to try, \(first)")
        }
        guard steps > 0 else { throw ConfigurationError("a batch size is tried for at least one step, not \(steps)") }

        let start = try attempt(model, data, batchSize: first, steps: steps)
        let largest = min(limit ?? .max, start.sampleCount)
        var attempts = [BatchSizeSearch.Attempt(batchSize: start.batchSize, secondsPerStep: start.secondsPerStep)]
        var (works, fails) = (start.batchSize, Int?.none)
        while works < largest {
            guard let next = nextSize(works, fails, largest, mode) else { break }
            do {
                let result = try attempt(model, data, batchSize: next, steps: steps)
                attempts.append(.init(batchSize: next, secondsPerStep: result.secondsPerStep))
                works = next
            } catch  where error.isOutOfMemory {
                attempts.append(.init(batchSize: next, secondsPerStep: nil))
                fails = next
            }
        }
        let search = BatchSizeSearch(
            batchSize: works,
            end: fails != nil ? .outOfMemory : works >= start.sampleCount ? .allSamples : .limit, attempts: attempts)
        if options.display.contains(.progress) { console.printLine("\(search)") }
        return search
    }

    /// The size to try next; `nil` if there is none.
    private func nextSize(_ works: Int, _ fails: Int?, _ largest: Int, _ mode: BatchSizeSearch.Mode) -> Int? {
        guard let fails else { return works > largest / 2 ? largest : works * 2 }
        guard mode == .binarySearch, fails - works > 1 else { return nil }
        return works + (fails - works) / 2
    }

    private func attempt<Batch>(
        _ model: Model<Batch>, _ data: DataModule<Batch>, batchSize: Int, steps: Int
    ) throws -> (batchSize: Int, sampleCount: Int, secondsPerStep: Double) {
        try probe("finding a batch size", model, data, batchSize: batchSize) { run in
            let loader = try run.data.requiredTrainLoader()
            var times = [DispatchTime.now().uptimeNanoseconds]
            try run.probe(
                "batch size \(loader.options.batchSize)", steps: steps,
                afterStep: {
                    times.append(DispatchTime.now().uptimeNanoseconds)
                    return true
                })
            // The first step warms up, if there is another to go by.
            let steady = times.count > 2 ? times.dropFirst() : times[...]
            let nanoseconds = Double((steady.last ?? 0) - (steady.first ?? 0))
            return (
                loader.options.batchSize, loader.sampleCount ?? .max,
                nanoseconds / 1e9 / Double(max(steady.count - 1, 1))
            )
        }
    }
}
