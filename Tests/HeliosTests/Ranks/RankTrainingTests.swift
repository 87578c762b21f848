import Foundation
import TestSupport
import Testing

@testable import TrainingProgram

/// What several processes learn together.
@Suite("Several processes train", .serialized) struct RankTrainingTests {
    @Test("what one process learns with the same batches, whatever the number of processes", arguments: [2, 3, 4])
    func sameWeights(ranks: Int) async throws {
        for mode in ["minimize", "own"] {
            let alone = try await Samples(ranks: 1, mode: mode)
            let together = try await Samples(ranks: ranks, mode: mode)
            #expect(together.batches == alone.batches, "\(mode)")
            try expectClose(together, alone)
        }
    }

    @Test("with accumulated gradients, too")
    func accumulation() async throws {
        let alone = try await Samples(ranks: 1, mode: "minimize", accumulation: 3)
        let together = try await Samples(ranks: 2, mode: "minimize", accumulation: 3)
        #expect(together.batches == alone.batches)
        try expectClose(together, alone)
    }

    @Test(
        "with parts that are frozen, a schedule of accumulation, and too little memory on one rank, too",
        arguments: ["frozen", "scheduled", "split"])
    func schedules(mode: String) async throws {
        let alone = try await Samples(ranks: 1, mode: mode)
        let together = try await Samples(ranks: 2, mode: mode)
        #expect(together.batches == alone.batches)
        try expectClose(together, alone)
        let plain = try await Samples(ranks: 1, mode: "minimize")
        #expect(alone.weights != plain.weights)
        if mode == "split" { try expectClose(alone, plain) }
    }

    @Test("the same bits with an optimizer that the ranks share, and its checkpoints fit any number of ranks")
    func sharded() async throws {
        let plain = try await Samples(ranks: 2, mode: "minimize")
        let shared = try await Samples(ranks: 2, mode: "sharded")
        #expect(shared.weights == plain.weights && !plain.weights.isEmpty)
        try await withTemporaryFolder { folder in
            _ = try await Samples(ranks: 2, mode: "sharded", stop: 5, folder: folder)
            let copy = folder.appending(path: "copy")
            try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                at: folder.appending(path: "samples"), to: copy.appending(path: "samples"))
            #expect(try await Samples(ranks: 2, mode: "sharded", folder: folder).weights == plain.weights)
            try expectClose(try await Samples(ranks: 3, mode: "sharded", folder: copy), plain)
        }
    }

    @Test("the same bits with that optimizer if parts are trained later with another rate")
    func shardedRates() async throws {
        let alone = try await Samples(ranks: 1, mode: "rates")
        let plain = try await Samples(ranks: 2, mode: "rates")
        let shared = try await Samples(ranks: 2, mode: "sharded-rates")
        #expect(shared.weights == plain.weights && !plain.weights.isEmpty)
        try expectClose(shared, alone)
        try await withTemporaryFolder { folder in
            _ = try await Samples(ranks: 2, mode: "sharded-rates", stop: 5, folder: folder)
            #expect(try await Samples(ranks: 2, mode: "sharded-rates", folder: folder).weights == plain.weights)
        }
    }

    @Test("all ranks validate with the same running statistics")
    func buffers() async throws {
        #expect(try await Samples(ranks: 3, mode: "buffers").outcome == "completed")
    }

    @Test("the same bits on any number of processes, if that is asked for", arguments: [2, 4])
    func acrossRanks(ranks: Int) async throws {
        let alone = try await Samples(ranks: 1, mode: "shards")
        let together = try await Samples(ranks: ranks, mode: "shards")
        #expect(together.weights == alone.weights && !alone.weights.isEmpty)
        #expect(together.losses == alone.losses && together.score == alone.score)
        // Also if the number changes in the middle of an epoch.
        try await withTemporaryFolder { folder in
            _ = try await Samples(ranks: 2, mode: "shards", stop: 6, folder: folder)
            let rest = try await Samples(ranks: ranks == 2 ? 1 : 4, mode: "shards", folder: folder)
            #expect(rest.weights == alone.weights)
        }
    }

    @Test("the same bits need a number of processes that divides the shards")
    func threeRanks() async throws {
        let (_, end) = try await runRanks(["samples", "3", "/nonexistent", "0", "shards", "1"])
        #expect(end.status == 1 && describe(end).contains("needs a number of processes that is a power of two up to 4"))
    }

    @Test("each sample once in an epoch that begins on two ranks and ends on others", arguments: [1, 3, 4], [2, 4])
    func elastic(ranks: Int, stop: Int) async throws {
        let whole = try await Samples(ranks: 1, mode: "minimize")
        try await withTemporaryFolder { folder in
            let first = try await Samples(ranks: 2, mode: "minimize", stop: stop, folder: folder)
            // The last rank asks at the end of a batch. The others hear of it with the gradients of the next one, or, after
            // the last batch of an epoch, in the validation.
            #expect(first.outcome == "interrupted by Trainer.stop()")
            #expect(first.batches.count == (stop == SampleTraining.batchCount ? stop : stop + 1))
            let rest = try await Samples(ranks: ranks, mode: "minimize", folder: folder)
            #expect(rest.outcome == "completed")
            #expect(first.batches + rest.batches == whole.batches)
            for epoch in 1...SampleTraining.epochs {
                let seen = (first.batches + rest.batches).filter { $0.epoch == epoch }.flatMap(\.samples)
                #expect(seen.sorted() == Array(0..<SampleTraining.sampleCount))
            }
            try expectClose(rest, whole)
        }
    }

    @Test("stopped by one rank at any step, they end in the bits of a training that was not stopped")
    func stopAnywhere() async throws {
        let seeds = RankTrainingTests.isThorough ? Array(0..<40) : [2, 3, 6]
        try await withTemporaryFolder { folder in
            let (lines, end) = try await runRanks(
                ["stop-anywhere", "2", folder.path] + seeds.map { "\($0)" },
                limit: RankTrainingTests.isThorough ? 900 : 120)
            #expect(end.status == 0, "\(describe(end))")
            let areSame = lines.allSatisfy { $0.hasSuffix("trainings that were stopped") }
            #expect(lines.count == seeds.count && areSame, "\(describe(end))")
        }
    }

    @Test("with streams they end in the same bits too, wherever one of them was stopped")
    func stopInStreams() async throws {
        let seeds = RankTrainingTests.isThorough ? Array(0..<20) : [3]
        try await withTemporaryFolder { folder in
            let (lines, end) = try await runRanks(
                ["stop-anywhere-in-streams", "2", folder.path] + seeds.map { "\($0)" },
                limit: RankTrainingTests.isThorough ? 900 : 120)
            #expect(end.status == 0, "\(describe(end))")
            let areSame = lines.allSatisfy { $0.hasSuffix("trainings that were stopped") }
            #expect(lines.count == seeds.count && areSame, "\(describe(end))")
        }
    }

    @Test("a cross-validation that one rank stops resumes with the scores of one that was not stopped")
    func folds() async throws {
        try await withTemporaryFolder { folder in
            func run(_ name: String, stop: Int) async throws -> [String] {
                let (lines, end) = try await runRanks(
                    ["folds", "2", folder.appending(path: name).path, "\(stop)"])
                #expect(end.status == 0 && lines.count == 2, "\(describe(end))")
                return lines.map { "\($0)" }
            }
            let whole = try await run("whole", stop: 0)
            #expect(whole.first?.hasSuffix("complete") == true && whole.last == "trained [8, 8, 8]")
            // The other rank learns of it with the gradients of the next batch.
            let stopped = try await run("parts", stop: 3)
            #expect(stopped.first?.hasSuffix("Trainer.stop()") == true && stopped.last == "trained [8, 4]")
            let rest = try await run("parts", stop: 0)
            #expect(rest.first == whole.first && rest.last == "trained [0, 4, 8]")
            let again = try await run("parts", stop: 0)
            #expect(again.first == whole.first && again.last == "trained [0, 0, 0]")
        }
    }

    @Test("the hooks of each rank are called as Python Helios calls them")
    func traces() async throws {
        let (failing, files) = try TraceTests.files.partitioned { file in
            try Trace(file).runs.contains { $0.returns == false }
        }
        // After a failure the ranks part.
        for files in [files] + failing.map({ [$0] }) {
            let (lines, end) = try await runRanks(["traces", "2"] + files.map(\.path))
            #expect(end.status == 0, "\(describe(end))")
            let areSame = lines.allSatisfy { $0.hasSuffix("calls on 2 ranks") }
            #expect(lines.count == files.count && areSame, "\(describe(end))")
        }
    }

    static let isThorough = ProcessInfo.processInfo.environment["HELIOS_THOROUGH"] != nil

    private func expectClose(_ together: Samples, _ alone: Samples) throws {
        #expect(together.weights.count == alone.weights.count && !alone.weights.isEmpty)
        for (left, right) in zip(together.weights, alone.weights) { #expect(abs(left - right) < 1e-12) }
        #expect(abs(together.score - alone.score) < 1e-12)
        for (number, loss) in together.losses {
            let expected = try #require(alone.losses[number])
            #expect(abs(loss - expected) < 1e-12)
        }
    }
}

/// What a SampleTraining printed.
private struct Samples {
    struct Batch: Equatable {
        let epoch: Int
        let samples: [Int]
    }

    var batches: [Batch] = []
    var losses: [Int: Double] = [:]
    var weights: [Double] = []
    var score = Double.nan
    var outcome = ""

    init(ranks: Int, mode: String, accumulation: Int = 1, stop: Int = 0, folder: URL? = nil) async throws {
        let temporary = FileManager.default.temporaryDirectory.appending(path: "helios-test-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: temporary) }
        let (lines, end) = try await runRanks(
            ["samples", "\(ranks)", (folder ?? temporary).path, "\(stop)", mode, "\(accumulation)"])
        #expect(end.status == 0, "\(describe(end))")
        for line in lines {
            let words = line.split(separator: " ")
            switch words[0] {
            case "batch":
                batches.append(
                    Batch(epoch: Int(words[1]) ?? 0, samples: words[3].split(separator: ",").compactMap { Int($0) }))
            case "loss": losses[Int(words[1]) ?? 0] = Double(words[2])
            case "weights": weights = words.dropFirst().compactMap { Double($0) }
            case "scores": score = Double(words[1]) ?? .nan
            case "outcome": outcome = words.dropFirst().joined(separator: " ")
            default: break
            }
        }
    }
}

extension Array {
    fileprivate func partitioned(_ isFirst: (Element) throws -> Bool) rethrows -> ([Element], [Element]) {
        (try filter(isFirst), try filter { try !isFirst($0) })
    }
}
