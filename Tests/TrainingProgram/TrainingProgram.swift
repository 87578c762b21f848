import Foundation
import Helios

/// Trainings for tests of several processes: `TrainingProgram <task> <ranks> <argument>...`. Started once, it starts
/// the other ranks itself.
@main
enum TrainingProgram {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard arguments.count >= 2, let ranks = Int(arguments[1]) else { exit(64) }
        do {
            try LibTorch.setThreadCount(1)
            let rest = Array(arguments.dropFirst(2))
            switch arguments[0] {
            case "stop-anywhere": try stopAnywhere(ranks, rest)
            case "stop-anywhere-in-streams": try stopAnywhere(ranks, rest, streams: true)
            case "traces": try replayTraces(ranks, rest)
            case "samples": try SampleTraining(ranks, rest).run()
            case "compared": try ComparedTraining(ranks, rest).run()
            case "folds": try FoldTraining(ranks, rest).run()
            case "fault": try FaultyTraining(ranks, rest).run()
            default: exit(64)
            }
        } catch {
            print("error: \(error)")
            exit(1)
        }
    }

    /// Trains as each of some seeds says: from start to end, and stopped after any one step and in any validation step.
    /// Prints what differs.
    ///
    /// - Parameters:
    ///   - arguments: a folder, and the seeds.
    ///   - streams: whether the data has no length.
    private static func stopAnywhere(_ ranks: Int, _ arguments: [String], streams: Bool = false) throws {
        let root = URL(filePath: arguments.first ?? "")
        for seed in arguments.dropFirst().compactMap({ UInt64($0) }) {
            let configuration = RandomTraining(seed: seed, ranks: ranks, streams: streams)
            let folder = root.appending(path: "\(seed)")
            let whole = try configuration.train(in: folder.appending(path: "whole"), stops: [])
            var stops = (1...max(whole.stepCount, 1)).map { [RandomTraining.Stop.step($0)] }
            stops += (0..<whole.validationStepCount).map { [.validationStep($0)] }
            stops.append((1...max(whole.stepCount, 1)).map { .step($0) })
            for (number, stops) in stops.enumerated() {
                let parts = try configuration.train(in: folder.appending(path: "\(number)"), stops: stops)
                for difference in parts.differences(from: whole).prefix(4).map({ $0.prefix(200) }) {
                    print("seed \(seed), stopped at \(stops.count == 1 ? "\(stops)" : "every step"): \(difference)")
                }
            }
            print("seed \(seed): \(whole.stepCount) steps, \(stops.count) trainings that were stopped")
        }
    }

    /// Replays recordings of Python Helios, with all data on each rank, and prints what differs.
    private static func replayTraces(_ ranks: Int, _ files: [String]) throws {
        for file in files.map({ URL(filePath: $0) }) {
            let replay = try TraceReplay(Trace(file), ranks: ranks)
            let isFirst = World.current?.rank ?? 0 == 0
            if isFirst, let difference = try replay.report().difference { print("\(file.path): \(difference)") }
            // Rank 0 alone prepares the data and names checkpoints.
            let calls = replay.replayed.flatMap(\.calls)
                .filter { $0["call"] != "append_metadata_to_chkpt_name" && $0["call"] != "prepare_data" }
            let hasFailed = replay.replayed.contains { $0.error != nil }
            let world = hasFailed ? nil : World.current
            let all = try world?.group.allGatherObject(["calls": .string("\(calls)")]) ?? []
            if let other = try all.firstIndex(where: { try $0.string("calls") != all[0].string("calls") }) {
                print("\(file.path): rank \(other) made other calls than rank 0")
            }
            print("\(file.lastPathComponent): \(calls.count) calls on \(hasFailed ? ranks : max(all.count, 1)) ranks")
        }
    }
}
