import Foundation
import TestSupport
import Testing
import Torch
import TorchOptim
import TorchSerialization

@testable import TorchDistributed

@Suite("Files of a ShardedOptimizer")
struct ShardedOptimizerFileTests {
    private static func optimizer(_ make: ([Tensor]) throws -> Optimizer = { try AdamW($0) }) throws -> Optimizer {
        try make([[3, 4], [5], [2, 2], [7], []].map { try Tensor.ones($0, requiresGrad: true) })
    }

    private static func train(_ optimizer: Optimizer, steps: Range<Int>) throws {
        for step in steps {
            for (index, parameter) in optimizer.parameters.enumerated() {
                try parameter.setGrad(Tensor.full(parameter.shape, sin(Double(index + 3 * step))))
            }
            try optimizer.step()
        }
    }

    /// Saves what some ranks have after a number of steps.
    private static func save(
        to index: URL, ranks: Int, steps: Int = 3,
        _ make: @escaping @Sendable ([Tensor]) throws -> Optimizer = { try AdamW($0) }
    ) async throws {
        _ = try await results(ranks) { group in
            let optimizer = try ShardedOptimizer(Self.optimizer(make), group: group)
            try Self.train(optimizer, steps: 0..<steps)
            try optimizer.save(to: index)
        }
    }

    private static func names(in folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test("are put together on any number of ranks, and in the optimizer itself", arguments: [1, 2, 4])
    func otherRanks(_ size: Int) async throws {
        let kinds: [@Sendable ([Tensor]) throws -> Optimizer] = [
            { try AdamW($0) }, { try SGD($0, momentum: 0.9) }, { try RMSprop($0) }, { try NAdam($0) },
            { try SGD($0) },
        ]
        for kind in kinds {
            try await withTemporaryFolder { folder in
                let index = folder.appending(path: "optimizer.safetensors.index.json")
                let plain = try Self.optimizer(kind)
                try Self.train(plain, steps: 0..<3)
                let state = try StateCopy(plain.stateDict()).state
                try await Self.save(to: index, ranks: 2, kind)
                try expectSameState(.dictionary(ShardedOptimizerFile.load(index)), .dictionary(state))
                let all = try await results(size) { group in
                    let optimizer = try ShardedOptimizer(Self.optimizer(kind), group: group)
                    try optimizer.load(index)
                    let states = try optimizer.stateDict().dictionary("state").count
                    return (try optimizer.consolidatedStateDict(to: 0), states)
                }
                try expectSameState(.dictionary(#require(all[0].0)), .dictionary(state))
                #expect(try all.reduce(0) { $0 + $1.1 } == state.dictionary("state").count)
            }
        }
    }

    @Test("have names that an index lists as Hugging Face's do, and replace an older save as a whole")
    func replaced() async throws {
        try await withTemporaryFolder { folder in
            let index = folder.appending(path: "optimizer.safetensors.index.json")
            try Data("x".utf8).write(to: folder.appending(path: "other.safetensors"))
            try await Self.save(to: index, ranks: 3)
            try await Self.save(to: index, ranks: 2, steps: 1)
            let names = try Self.names(in: folder)
            #expect(names.count == 4 && names.contains("other.safetensors"), "\(names)")
            #expect(names.filter { $0.hasSuffix("-of-00002.safetensors") }.count == 2)
            #expect(try ShardedSafetensorsCheck(index).isWhole)
            let state = try ShardedOptimizerFile.load(index).dictionary("state")
            #expect(try state.dictionary(.int(1)).tensor("step").item(Int.self) == 1)
            #expect(throws: TorchFileError.self) { try ShardedSafetensorsFile.save([:], to: folder) }
        }
    }

    @Test("that are incomplete, mixed or changed are errors that name the file, on all ranks")
    func damaged() async throws {
        try await withTemporaryFolder { folder in
            let index = folder.appending(path: "a.safetensors.index.json")
            let manager = FileManager.default
            try await Self.save(to: index, ranks: 2)
            let text = try Data(contentsOf: index)
            let parts = ShardedSafetensorsFile.fileNames(in: index).map { folder.appending(path: $0) }
            let bytes = try parts.map { try Data(contentsOf: $0) }
            let own = try await results(2) { group in try ShardedOptimizer(Self.optimizer(), group: group).stateDict() }

            /// The reasons that both ranks give.
            func reasons() async throws -> [String] {
                try await onRanks(2) { group in
                    let optimizer = try ShardedOptimizer(Self.optimizer(), group: group)
                    defer { #expect(throws: Never.self) { try expectUnchanged(optimizer, own[group.rank]) } }
                    try optimizer.load(index)
                }.map { result in
                    let error = try #require(throws: (any Error).self) { try result.get() }
                    return "\(error)"
                }
            }
            @Sendable func expectUnchanged(_ optimizer: Optimizer, _ state: StateDict) throws {
                try expectSameState(.dictionary(optimizer.stateDict()), .dictionary(state))
            }
            func restore() throws {
                try text.write(to: index)
                for (part, bytes) in zip(parts, bytes) { try bytes.write(to: part) }
            }

            try manager.removeItem(at: parts[1])
            for reason in try await reasons() { #expect(reason.contains(parts[1].lastPathComponent), "\(reason)") }

            // The part of another save, under the name of this one's.
            let other = folder.appending(path: "b.safetensors.index.json")
            try await Self.save(to: other, ranks: 2, steps: 1)
            let name = try #require(ShardedSafetensorsFile.fileNames(in: other).last)
            try restore()
            try Data(contentsOf: folder.appending(path: name)).write(to: parts[1])
            for reason in try await reasons() {
                #expect(reason.contains(parts[1].lastPathComponent) && reason.contains("another save"), "\(reason)")
            }

            // A tensor of another shape, one that does not belong to an optimizer, and one that is missing.
            for (change, words) in Self.changes {
                try restore()
                var tensors = try SafetensorsFile.load(parts[0])
                let metadata = try OpenSafetensorsFile(parts[0]).metadata
                let key = try #require(tensors.names.first { $0.hasSuffix("exp_avg") })
                change(&tensors, key)
                try SafetensorsFile.save(tensors, metadata: metadata, to: parts[0])
                try Self.rewrite(index, parts)
                for reason in try await reasons() {
                    #expect(words.contains { reason.contains($0) }, "\(reason)")
                }
            }
            try restore()
            try Data("{\"weight_map\": {}}".utf8).write(to: index)
            for reason in try await reasons() { #expect(reason.contains("not the index of a sharded"), "\(reason)") }
        }
    }

    private static let changes: [(@Sendable (inout StateDict, String) -> Void, [String])] = [
        ({ $0[$1] = (try? Tensor.zeros([9])).map { .tensor($0) } }, ["has the shape [9]"]),
        ({ state, _ in state["weight"] = (try? Tensor.zeros([9])).map { .tensor($0) } }, ["a tensor 'weight'"]),
        ({ $0[$1] = nil }, ["'exp_avg'"]),
        (
            { state, _ in state["part.0"] = (try? Tensor([UInt8(1), 2, 3])).map { .tensor($0) } },
            ["zip", "end", "file"]
        ),
        ({ state, _ in state["part.0"] = nil }, ["whose part", "part.0"]),
    ]

    /// Writes the index that fits changed files, with the metadata that it has.
    private static func rewrite(_ index: URL, _ parts: [URL]) throws {
        guard var object = try JSONSerialization.jsonObject(with: Data(contentsOf: index)) as? [String: Any],
            var metadata = object["metadata"] as? [String: Any]
        else { throw DistributedTestError() }
        var map: [String: String] = [:]
        for part in parts { for name in try OpenSafetensorsFile(part).names { map[name] = part.lastPathComponent } }
        metadata["total_size"] = nil
        object["metadata"] = metadata
        object["weight_map"] = map
        try JSONSerialization.data(withJSONObject: object).write(to: index)
    }

    @Test("with any bytes changed are an error or a state, and never end the process")
    func mutated() async throws {
        try await withTemporaryFolder { folder in
            let index = folder.appending(path: "a.safetensors.index.json")
            try await Self.save(to: index, ranks: 2) { try SGD($0, momentum: 0.9) }
            let files = ShardedSafetensorsFile.fileNames(in: index).map { folder.appending(path: $0) } + [index]
            var generator = FixedGenerator(state: 7)
            var errorCount = 0
            for file in files {
                let bytes = try Data(contentsOf: file)
                for _ in 0..<150 {
                    var changed = bytes
                    for _ in 0..<Int.random(in: 1...3, using: &generator) {
                        let place = Int.random(in: 0..<changed.count, using: &generator)
                        changed[place] = UInt8.random(in: 0...255, using: &generator)
                    }
                    if Bool.random(using: &generator) {
                        changed = changed.prefix(Int.random(in: 0...changed.count, using: &generator))
                    }
                    try changed.write(to: file)
                    do throws(TorchFileError) {
                        _ = try ShardedOptimizerFile.load(index)
                    } catch {
                        errorCount += 1
                    }
                }
                try bytes.write(to: file)
            }
            #expect(errorCount > 300)
            _ = try ShardedOptimizerFile.load(index)
        }
    }

    /// Draws the same numbers in each run.
    private struct FixedGenerator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    @Test("are not written if one rank cannot write its own, and the older save stays")
    func failingSave() async throws {
        try await withTemporaryFolder { folder in
            let index = folder.appending(path: "a.safetensors.index.json")
            try await Self.save(to: index, ranks: 2)
            let names = try Self.names(in: folder)
            let outcomes = try await onRanks(2) { group in
                let optimizer = try ShardedOptimizer(Self.optimizer(), group: group)
                let missing = folder.appending(path: "missing/a.safetensors.index.json")
                try optimizer.save(to: group.rank == 1 ? missing : index)
            }
            let errors = try outcomes.map { outcome in
                try #require(throws: (any Error).self) { try outcome.get() }
            }
            #expect((errors[0] as? DistributedError)?.message.contains("rank 1 failed") == true, "\(errors[0])")
            #expect(errors[1] is TorchFileError, "\(errors[1])")
            #expect(try Self.names(in: folder) == names)
        }
    }
}
