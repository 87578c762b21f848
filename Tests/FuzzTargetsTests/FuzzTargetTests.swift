import Foundation
import FuzzTargets
import Testing
import TorchSerialization

/// What `scripts/fuzz` tries for long, tried shortly: an error is what damaged bytes should end in, and the test that
/// it is one is that the process still runs.
@Suite("FuzzTarget")
struct FuzzTargetTests {
    private static func seeds(_ target: FuzzTarget) throws -> [(name: String, bytes: [UInt8])] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Fuzzing/Corpus/\(target.rawValue)").standardizedFileURL
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        return try names.map { ($0, Array(try Data(contentsOf: folder.appending(path: $0)))) }
    }

    @Test("every seed is read, or is an error", arguments: FuzzTarget.allCases)
    func corpus(target: FuzzTarget) throws {
        let folder = try ScratchFolder()
        var read = 0
        for seed in try FuzzTargetTests.seeds(target) {
            if (try? target.run(seed.bytes, folder)) != nil { read += 1 }
        }
        #expect(read >= target.readableSeeds)
    }

    @Test("damaged seeds are errors, or are read", arguments: FuzzTarget.allCases)
    func damage(target: FuzzTarget) throws {
        let folder = try ScratchFolder()
        let seeds = try FuzzTargetTests.seeds(target)
        var mutator = Mutator(seed: 1)
        let isThorough = ProcessInfo.processInfo.environment["HELIOS_THOROUGH"] != nil
        let rounds = isThorough ? 100_000 : target.isSlow ? 200 : 2000
        for round in 0..<rounds {
            let (first, second) = (seeds[round % seeds.count], seeds[(round / seeds.count) % seeds.count])
            try? target.run(mutator.mutated(first.bytes, with: second.bytes), folder)
        }
    }
}

extension FuzzTarget {
    /// Whether a try takes milliseconds in a build that is not optimized.
    fileprivate var isSlow: Bool { self == .tokenizer || self == .shard }

    /// How many of the seeds must be read: a corpus that ends in errors at once tries nothing.
    fileprivate var readableSeeds: Int {
        switch self {
        case .torchFile: 23
        case .pickle: 40
        case .safetensors: 8
        case .legacyFile: 10
        case .shardIndex: 10
        case .runLog: 5
        case .eventsFile: 5
        case .jpeg: 12
        case .png: 16
        case .webp: 5
        case .array: 8
        case .idx: 4
        case .cifar: 3
        case .table: 2
        case .jsonLines: 2
        case .tokenizer: 5
        case .shard: 4
        }
    }
}
