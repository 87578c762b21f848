import Foundation
import Helios

/// Runs what a trace recorded, and compares.
///
/// The reference of Python Helios must make the recorded calls, all of them; our trainer must make the calls of the
/// reference that is right. If no rule makes those two differ, our trainer is compared with the recording.
struct TraceReplay {
    /// What a replay found.
    struct Report {
        /// The first difference; `nil` if all is as it should be.
        var difference: String?
        /// What made our calls differ from the recorded ones.
        var rules: Set<TraceRule> = []
    }

    /// What our trainer did in a run.
    struct Replayed {
        var calls: [JSONValue]
        let error: (any Error)?
        let checkpoints: [String]
    }

    var trace: Trace
    var replayed: [Replayed] = []
    private let loaderSeed: Int
    private let ranks: Int

    /// Runs what the trace recorded.
    ///
    /// - Parameter ranks: how many processes run it, each with all data.
    init(_ trace: Trace, ranks: Int = 1) throws {
        self.trace = trace
        self.ranks = ranks
        loaderSeed = try TraceReplay.loaderSeed(of: trace)
        let folder = FileManager.default.temporaryDirectory.appending(path: "helios-trace-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        // Python Helios makes it, also for a test.
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for run in trace.runs {
            replayed.append(try replay(run.run, in: folder))
            // After a failure the ranks have parted.
            if ranks > 1, replayed.last?.error != nil { break }
        }
    }

    /// The seed of loaders that have none of their own.
    ///
    /// In Python Helios that is the default one unless the recorded program handed the trainer's on. The recording does
    /// not say whether it did: the one that gives the recorded orders, or else the default.
    private static func loaderSeed(of trace: Trace) throws -> Int {
        func explains(_ seed: Int) throws -> Bool {
            let python = try Reference(trace.config, isPython: true, loaderSeed: seed)
            return try trace.runs.allSatisfy {
                try python.run($0.run, loadedWeight: $0.loadedWeight).events == $0.events
            }
        }
        let defaultSeed = Int(TrainerOptions.defaultSeed)
        guard let seed = trace.config.seed, !(try explains(defaultSeed)), try explains(seed) else { return defaultSeed }
        return seed
    }

    // MARK: Comparing

    /// Compares.
    func report() throws -> Report {
        var report = Report()
        let python = try Reference(trace.config, isPython: true, loaderSeed: loaderSeed)
        let right = try Reference(trace.config, isPython: false, loaderSeed: loaderSeed)
        for (number, (run, replayed)) in zip(trace.runs, replayed).enumerated() {
            let recorded = try python.run(run.run, loadedWeight: run.loadedWeight)
            let expected = try right.run(run.run, loadedWeight: nil)
            report.rules.formUnion(expected.rules)
            let isStrict = report.rules.isEmpty
            let difference =
                recordingDifference(run, recorded, checkpoints: python.checkpointNames)
                ?? failureDifference(replayed.error, expected.failure)
                ?? firstDifference(replayed.calls, isStrict ? run.events : expected.events)
                ?? checkpointDifference(
                    replayed.checkpoints, isStrict ? run.checkpoints.sorted() : right.checkpointNames)
            if let difference {
                // What comes after it may differ because of it.
                report.difference = "run \(number + 1): \(difference)"
                return report
            }
        }
        return report
    }

    private func recordingDifference(
        _ run: Trace.Run, _ result: Reference.Result, checkpoints: [String]
    ) -> String? {
        let difference =
            firstDifference(result.events, run.events) ?? checkpointDifference(checkpoints, run.checkpoints.sorted())
        if let difference { return "the recording differs from what is known of Python Helios: \(difference)" }
        guard let returns = run.returns, returns != (result.failure == nil) else { return nil }
        return "the recording differs from what is known of Python Helios: it returned \(returns)"
    }

    private func failureDifference(_ error: (any Error)?, _ failure: Reference.Failure?) -> String? {
        switch (failure, error) {
        case (nil, nil), (.options, is ConfigurationError), (.data, is DataError), (.tooLong, is TooManyCalls): nil
        case (nil, let error?): "it failed: \(error)"
        case (let failure?, nil): "it did not fail, and should have: \(failure)"
        case (let failure?, let error?): "it failed otherwise than it should have, \(failure): \(error)"
        }
    }

    // MARK: Running

    private func replay(_ run: Trace.Run.Arguments, in folder: URL) throws -> Replayed {
        let recorder = Recorder()
        var failure: (any Error)?
        do {
            let model = RecordingModel(trace.config.model, callLimit: Reference.callLimit, recorder)
            let data = RecordingData(trace.config, loaderSeed: loaderSeed, recorder)
            let trainer = try makeTrainer(TraceOptions(run.trainer), checkpoints: folder)
            if trace.config.plugin == true { try trainer.register(RecordingPlugin(recorder)) }
            if run.mode == "test" {
                try trainer.test(model, data)
            } else {
                try trainer.fit(model, data)
            }
        } catch let error as TraceError {
            throw error
        } catch {
            failure = error
        }
        let path = folder.appending(path: "trace").path
        let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return Replayed(
            calls: recorder.events, error: failure, checkpoints: files.filter { $0 != ".helios-ended" }.sorted())
    }

    private func makeTrainer(_ options: TraceOptions, checkpoints: URL) throws -> Trainer {
        // What Python Helios refuses, and what cannot be written here.
        if options.earlyStopCycles != nil, options.validFrequency == nil {
            throw ConfigurationError("there is no early stopping without validation")
        }
        return try Trainer(
            options.total == 0 ? nil : .init(unit: options.unit, count: options.total),
            validation: options.validFrequency.map { .every($0, stopAfter: options.earlyStopCycles) },
            checkpoints: .in(checkpoints, every: options.checkpointFrequency),
            accumulation: .batches(options.accumulation), logs: options.printFrequency.map { .every($0) } ?? .none,
            seed: (options.seed ?? trace.config.seed).map { UInt64(seedOfPyTorch: $0) } ?? TrainerOptions.defaultSeed,
            deterministic: Determinism(options.isDeterministic), device: .cpu,
            processes: .count(ranks, timeout: .seconds(20)), stopsOnSignals: false, display: .nothing)
    }
}

private func firstDifference(_ calls: [JSONValue], _ expected: [JSONValue]) -> String? {
    for (position, (call, wanted)) in zip(calls, expected).enumerated() where call != wanted {
        return "call \(position + 1) is\n  \(call)\nand should be\n  \(wanted)"
    }
    guard calls.count != expected.count else { return nil }
    let rest = calls.count > expected.count ? calls[expected.count] : expected[calls.count]
    return "there are \(calls.count) calls instead of \(expected.count); the first of the others is \(rest)"
}

private func checkpointDifference(_ files: [String], _ expected: [String]) -> String? {
    files == expected ? nil : "the checkpoints are \(files) instead of \(expected)"
}
