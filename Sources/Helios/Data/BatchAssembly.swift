/// Makes the samples of one batch, and notes those that fail.
struct BatchAssembly {
    /// Whether samples that fail are left out.
    let skips: Bool
    /// Whether nobody wants the batch any more.
    let stop: StopFlag
    private(set) var failures: [SampleError] = []

    init(skips: Bool = false, stop: StopFlag = StopFlag()) {
        self.skips = skips
        self.stop = stop
    }

    /// Adds a sample, unless it fails and may be left out.
    ///
    /// - Throws: `SampleError` if it fails and may not; `LoadingStopped` if nobody wants the batch any more.
    mutating func add<Sample>(
        to samples: inout [Sample], number: Int, name: () -> String?, _ make: () throws -> Sample
    ) throws {
        if stop.isSet { throw LoadingStopped() }
        do {
            samples.append(try make())
        } catch {
            let failure = SampleError(number: number, name: name(), underlying: error)
            guard skips, !error.isOutOfMemory else { throw failure }
            failures.append(failure)
        }
    }

    /// Throws if all samples of the batch failed.
    func requireSample(_ isThere: Bool) throws {
        guard !isThere, let first = failures.first else { return }
        throw DataError(
            "no sample of the batch is left, since all \(failures.count) failed; the first: \(first). A larger batch may "
                + "have good ones")
    }
}

/// Ends a batch that nobody wants any more. Nobody sees it.
struct LoadingStopped: Error {}

extension Error {
    /// Whether there was too little memory, perhaps for a sample.
    var isOutOfMemory: Bool {
        switch self {
        case let error as TorchError: error.kind == .outOfMemory
        case let error as SampleError: error.underlying.isOutOfMemory
        default: false
        }
    }
}
