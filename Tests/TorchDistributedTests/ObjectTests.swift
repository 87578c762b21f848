import TestSupport
import Testing
import Torch
import TorchDistributed

@Suite("States as objects")
struct ObjectTests {
    private static func state(_ rank: Int) throws -> StateDict {
        [
            "rank": .int(rank), "name": "Größe", "values": .list(Array(repeating: .double(0.5), count: rank * 50)),
            "nested": .dictionary(["weight": .tensor(try Tensor.arange(rank + 3)), "none": .none]),
        ]
    }

    @Test("come to all ranks, or to one, as they were given")
    func exchange() async throws {
        let all = try await results(3) { group in
            let own = try Self.state(group.rank)
            return (
                try group.broadcastObject(group.rank == 2 ? own : nil, source: 2), try group.allGatherObject(own),
                try group.gatherObject(own, destination: 1)
            )
        }
        for (rank, (sent, gathered, collected)) in all.enumerated() {
            try expectSameState(.dictionary(sent), .dictionary(Self.state(2)))
            #expect(gathered.count == 3)
            for (other, state) in gathered.enumerated() {
                try expectSameState(.dictionary(state), .dictionary(Self.state(other)))
            }
            #expect(collected.count == (rank == 1 ? 3 : 0))
            for (other, state) in collected.enumerated() {
                try expectSameState(.dictionary(state), .dictionary(Self.state(other)))
            }
        }
    }

    @Test("that are too large or cannot be written are errors on all ranks, and the group remains usable")
    func failures() async throws {
        _ = try await results(2) { group in
            let own = try Self.state(group.rank)
            var error = try #require(throws: DistributedError.self) {
                try group.broadcastObject(own, source: 0, maximumByteCount: 100)
            }
            #expect(error.kind == .invalidData && error.message.contains("maximumByteCount"), "\(error)")
            error = try #require(throws: DistributedError.self) {
                try group.allGatherObject(own, maximumByteCount: 100)
            }
            #expect(error.kind == .invalidData, "\(error)")
            error = try #require(throws: DistributedError.self) { try group.broadcastObject(nil, source: 0) }
            #expect(error.kind == (group.rank == 0 ? .invalidArgument : .invalidData), "\(error)")
            let unwritable: StateDict = ["set": .set([.list([])])]
            error = try #require(throws: DistributedError.self) {
                try group.gatherObject(group.rank == 1 ? unwritable : own, destination: 0)
            }
            #expect(error.kind == (group.rank == 1 ? .invalidArgument : .invalidData), "\(error)")
            try group.barrier()
        }
    }
}
