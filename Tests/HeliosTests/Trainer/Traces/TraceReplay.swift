import Foundation
import Helios

/// Runs what a trace recorded, and compares.
struct TraceReplay {
    let trace: Trace

    /// The first difference of each run that differs; empty where all is the same.
    ///
    /// Python Helios' loaders have a seed of their own, which is the default one unless the recorded program handed the
    /// trainer's on. The recording does not say whether it did: the orders of either are right.
    func differences() throws -> [String] {
        let differences = try differences(loaderSeed: trace.config.seed)
        guard !differences.isEmpty, trace.config.seed != nil else { return differences }
        return try self.differences(loaderSeed: Helios.defaultSeed).isEmpty ? [] : differences
    }

    private func differences(loaderSeed: UInt64?) throws -> [String] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "helios-trace-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        return try trace.runs.enumerated().compactMap { number, run in
            try replay(run, in: folder, loaderSeed: loaderSeed).map { "run \(number + 1): \($0)" }
        }
    }

    private func replay(_ run: Trace.Run, in folder: URL, loaderSeed: UInt64?) throws -> String? {
        let recorder = Recorder()
        let model = RecordingModel(trace.config.model, recorder)
        let data = RecordingData(trace.config, loaderSeed: loaderSeed, recorder)
        let trainer = try makeTrainer(run.run.trainer, checkpoints: folder)
        if run.isTest {
            try trainer.test(model, data)
        } else {
            try trainer.fit(model, data)
        }
        return firstDifference(recorder.events, run.events) ?? checkpointDifference(run, folder: folder)
    }

    private func firstDifference(_ calls: [JSONValue], _ expected: [JSONValue]) -> String? {
        for (position, (call, wanted)) in zip(calls, expected).enumerated() where call != wanted {
            return "call \(position + 1) is\n  \(call)\nand should be\n  \(wanted)"
        }
        guard calls.count != expected.count else { return nil }
        let rest = calls.count > expected.count ? calls[expected.count] : expected[calls.count]
        return "there are \(calls.count) calls instead of \(expected.count); the first of the others is \(rest)"
    }

    private func checkpointDifference(_ run: Trace.Run, folder: URL) -> String? {
        let path = folder.appending(path: "trace").path
        let files = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
        let expected = run.checkpoints.sorted()
        return files == expected ? nil : "the checkpoints are \(files) instead of \(expected)"
    }

    private func makeTrainer(_ arguments: [String: JSONValue], checkpoints: URL) throws -> Trainer {
        var unit = TrainingUnit.epoch
        var totalSteps: StepLimit = 0
        var counts: [String: Int] = [:]
        for (name, value) in arguments {
            switch (name, value) {
            case ("train_unit", .string(let text)):
                guard let known = TrainingUnit(rawValue: text) else { throw TraceError("no training unit '\(text)'") }
                unit = known
            case ("total_steps", .int(let steps)): totalSteps = .steps(steps)
            case ("total_steps", .string("inf")): totalSteps = .infinite
            case (_, .int(let count)) where TraceReplay.countNames.contains(name): counts[name] = count
            // What is not part of the order of calls, and what stands for a default.
            case ("run_name", _), ("print_banner", _), ("enable_progress_bar", _), ("use_cpu", _), (_, .null): break
            default: throw TraceError("no trainer option '\(name)' with the value \(value)")
            }
        }
        return try Trainer(
            trainUnit: unit, totalSteps: totalSteps, validFrequency: counts["valid_frequency"],
            checkpointFrequency: counts["chkpt_frequency"], printFrequency: counts["print_frequency"],
            accumulationSteps: counts["accumulation_steps"] ?? 1, earlyStopCycles: counts["early_stop_cycles"],
            randomSeed: trace.config.seed ?? Helios.defaultSeed, checkpointRoot: checkpoints, showsProgress: false,
            printsBanner: false)
    }

    private static let countNames: Set<String> = [
        "valid_frequency", "chkpt_frequency", "print_frequency", "accumulation_steps", "early_stop_cycles",
    ]
}
