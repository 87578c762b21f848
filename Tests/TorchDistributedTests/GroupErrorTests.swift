import Foundation
import Synchronization
import TestSupport
import Testing
import Torch
import TorchDistributed

@Suite("Errors of process groups")
struct GroupErrorTests {
    @Test("name all ranks' calls if they differ, and leave the group usable")
    func mismatches() async throws {
        let cases: [@Sendable (ProcessGroup) throws -> Void] = [
            { try $0.allReduce(.zeros([$0.rank == 1 ? 4000 : 4])) },
            { try $0.allReduce(.zeros([4], dtype: $0.rank == 1 ? .float64 : .float32)) },
            { try $0.allReduce(.zeros([4]), $0.rank == 1 ? .max : .sum) },
            { try $0.rank == 1 ? $0.broadcast(.zeros([4]), source: 0) : $0.allReduce(.zeros([4])) },
            { try $0.broadcast(.zeros([4]), source: $0.rank) },
            { _ = try $0.allGather(.zeros($0.rank == 1 ? [2, 2] : [4])) },
            { _ = try $0.gather(.zeros([$0.rank + 1]), destination: 0) },
            { group in
                let dtype: DType = group.rank == 1 ? .int32 : .int64
                _ = try group.allToAll((0..<3).map { _ in try Tensor.zeros([2, 3], dtype: dtype) })
            },
            { try $0.rank == 1 ? $0.barrier() : $0.allReduce(.zeros([4])) },
            { _ = try $0.subgroup($0.rank == 1 ? [0, 1] : [0, 2]) },
            { group in
                let parts = try group.rank == 0 ? (0..<3).map { _ in try Tensor.zeros([2]) } : nil
                try group.scatter(parts, into: .zeros([group.rank == 1 ? 3 : 2]), source: 0)
            },
        ]
        let all = try await results(3) { group in
            var errors: [String] = []
            for body in cases {
                let error = try #require(throws: DistributedError.self) { try body(group) }
                #expect(error.kind == .mismatch && error.rank == group.rank, "\(error)")
                errors.append(error.message)
            }
            #expect(group.isUsable)
            let tensor = try Tensor([1.0])
            try group.allReduce(tensor)
            #expect(try tensor.item(Double.self) == 3)
            return errors
        }
        #expect(all[0] == all[1] && all[1] == all[2])
        #expect(all[0][0].contains("ranks 0, 2: all_reduce(float32[4], sum); rank 1: all_reduce(float32[4000], sum)"))
        #expect(all[0][3].contains("rank 1: broadcast(float32[4], source: 0)"), "\(all[0][3])")
    }

    @Test("say that there is no NCCL, and what to do instead")
    func nccl() throws {
        let store = try HashStore()
        let error = try #require(throws: DistributedError.self) {
            try ProcessGroup(store: store, rank: 0, size: 2, backend: .nccl)
        }
        #expect(error.kind == .invalidArgument && error.message.contains("Use `.gloo`"), "\(error)")
    }

    @Test("of an argument come before anything is sent")
    func arguments() async throws {
        let bodies: [@Sendable (ProcessGroup) throws -> Void] = [
            { try $0.broadcast(.zeros([1]), source: 2) },
            { try $0.broadcast(.zeros([1]), source: -1) },
            { _ = try $0.gather(.zeros([1]), destination: 7) },
            { try $0.allReduce(.zeros([1], dtype: .int64), .mean) },
            { try $0.allReduce(.zeros([1], dtype: .bool), .sum) },
            { try $0.allReduce(.zeros([2, 2]).toSparse()) },
            { try $0.allReduce(.empty([2], device: .meta)) },
            { _ = try $0.reduceScatter([.zeros([1])]) },
            { _ = try $0.reduceScatter([.zeros([1]), .zeros([2])]) },
            { _ = try $0.allToAll([.zeros([1]), .zeros([1]), .zeros([1])]) },
            { _ = try $0.allToAll([Tensor(1.0), Tensor(2.0)]) },
            { try $0.scatter($0.rank == 0 ? nil : [.zeros([1])], into: .zeros([1]), source: 0) },
            { try $0.send(.zeros([1]), destination: $0.rank) },
            { try $0.send(.zeros([1]), destination: 1 - $0.rank, tag: -1) },
            { try $0.receive(.zeros([1]), source: 1 - $0.rank, tag: 1 << 30) },
            { _ = try $0.subgroup([]) },
            { _ = try $0.subgroup([0, 0]) },
            { _ = try $0.subgroup([0, 2]) },
        ]
        _ = try await results(2) { group in
            for (index, body) in bodies.enumerated() {
                let error = try #require(throws: DistributedError.self, "\(index)") { try body(group) }
                #expect(error.kind == .invalidArgument, "\(index): \(error)")
            }
            try group.barrier()
        }
    }

    @Test("of a group that cannot be made say why")
    func groups() throws {
        let store = try HashStore()
        for (rank, size) in [(2, 2), (-1, 2), (0, 0)] {
            let error = try #require(throws: DistributedError.self) {
                try ProcessGroup(store: store, rank: rank, size: size)
            }
            #expect(error.kind == .invalidArgument)
        }
        var error = try #require(throws: DistributedError.self) {
            try ProcessGroup(
                store: store, rank: 0, size: 2, timeout: .milliseconds(200), connection: .host("127.0.0.1"))
        }
        #expect(error.kind == .timeout && error.description.contains("all 2 ranks"), "\(error)")
        error = try #require(throws: DistributedError.self) {
            try ProcessGroup(store: store, rank: 0, size: 1, connection: .interface("none77"))
        }
        #expect(error.description.contains("none77"), "\(error)")
        #if os(Linux)
            let loopback = "lo"
        #else
            let loopback = "lo0"
        #endif
        let group = try ProcessGroup(store: store, rank: 0, size: 1, connection: .interface(loopback))
        try group.barrier()
        #expect(throws: DistributedError.self) {
            try ProcessGroup(store: store, rank: 0, size: 1, connection: .host("no-such-host.invalid"))
        }
    }

    @Test("name the rank that did not come in time")
    func absentRank() async throws {
        let all = try await errors(3) { group in
            if group.rank == 1 {
                Thread.sleep(forTimeInterval: 1.5)
                try group.barrier()
            }
            let tensor = try Tensor.zeros([2])
            let error = try #require(throws: DistributedError.self) {
                try group.allReduce(tensor, timeout: .milliseconds(500))
            }
            #expect(!group.isUsable)
            let next = try #require(throws: DistributedError.self) { try group.barrier() }
            #expect(next.kind == .unusableGroup && next.description.contains("all_reduce"), "\(next)")
            throw error
        }
        for error in [all[0], all[2]] {
            #expect(error.kind == .timeout || error.kind == .connection, "\(error)")
            #expect(error.absentRanks == [1] && error.description.contains("; rank 1 "), "\(error)")
        }
        #expect([.timeout, .connection].contains(all[1].kind))
        #expect([all[0], all[2]].contains { $0.kind == .timeout && $0.message.contains("0.5 s") })
    }

    @Test("name the rank that left")
    func leftRank() async throws {
        let outcomes = try await onRanks(3, timeout: .seconds(10)) { group in
            if group.rank == 2 {
                group.destroy()
                group.destroy()
                let error = try #require(throws: DistributedError.self) { try group.barrier() }
                #expect(error.kind == .unusableGroup && error.description.contains("destroyed"), "\(error)")
                return
            }
            let start = ContinuousClock.now
            let error = try #require(throws: DistributedError.self) { try group.barrier() }
            #expect(error.kind == .connection && error.absentRanks == [2], "\(error)")
            #expect(error.description.contains("rank 2 had left the group"), "\(error)")
            #expect(ContinuousClock.now - start < .seconds(8))
        }
        for outcome in outcomes { try outcome.get() }
    }

    @Test("say so if the store cannot be asked who is missing")
    func storeIsGone() async throws {
        let server = StoppableServer(try TCPStore(host: "127.0.0.1", port: 0, isServer: true))
        let outcomes = try await onRanks(2) {
            try TCPStore(host: "127.0.0.1", port: server.port, isServer: false)
        } _: { group in
            server.stop(after: 2)
            if group.rank == 1 { return Thread.sleep(forTimeInterval: 1) }
            let error = try #require(throws: DistributedError.self) {
                try group.barrier(timeout: .milliseconds(300))
            }
            #expect(error.kind == .timeout && error.absentRanks.isEmpty, "\(error)")
            #expect(error.message.contains("the store cannot be asked"), "\(error)")
        }
        for outcome in outcomes { try outcome.get() }
    }

    @Test("come at the start if only some ranks compare calls")
    func differentOptions() async throws {
        let store = try HashStore()
        let outcomes = try await onThreads(2) { rank in
            _ = try ProcessGroup(
                store: store, rank: rank, size: 2, connection: .host("127.0.0.1"), verifiesCalls: rank == 0)
        }
        for outcome in outcomes {
            let error = try #require(throws: DistributedError.self) { try outcome.get() }
            #expect(error.kind == .mismatch && error.message.contains("verifiesCalls: false"), "\(error)")
        }
    }

    @Test("of a message say what was sent, and let both ranks continue")
    func messages() async throws {
        _ = try await results(2) { group in
            if group.rank == 0 {
                try group.send(.ones([3, 2]), destination: 1)
            } else {
                let tensor = try Tensor.zeros([2, 3])
                let error = try #require(throws: DistributedError.self) { try group.receive(tensor, source: 0) }
                #expect(error.kind == .mismatch, "\(error)")
                #expect(error.message.contains("float32[3, 2]") && error.message.contains("float32[2, 3]"), "\(error)")
                #expect(try tensor.sum().item(Float.self) == 0)
            }
            try group.barrier()
        }
    }

    @Test("of a message that nobody sends come after its timeout")
    func silence() async throws {
        let all = try await errors(2, timeout: .seconds(5)) { group in
            if group.rank == 1 {
                try group.receive(.zeros([1]), source: 0, timeout: .milliseconds(200))
            } else {
                Thread.sleep(forTimeInterval: 0.3)
                try group.barrier()
            }
        }
        #expect(all[1].kind == .timeout && all[1].operation == "recv" && all[1].message.contains("0.2 s"), "\(all[1])")
    }

    @Test("of waiting too short leave the operation running")
    func shortWait() async throws {
        _ = try await results(2) { group in
            let tensor = try Tensor([Double(group.rank)])
            if group.rank == 1 { Thread.sleep(forTimeInterval: 0.3) }
            let work =
                try group.rank == 0
                ? group.startReceive(tensor, source: 1) : group.startSend(tensor, destination: 0)
            try work.wait()
            #expect(try tensor.item(Double.self) == 1)
        }
        let hasWaited = Flag()
        let all = try await results(2, verifiesCalls: false) { group in
            if group.rank == 1 { hasWaited.wait() }
            let tensor = try Tensor([1.0])
            let work = try group.startAllReduce(tensor)
            if group.rank == 0 {
                let error = try #require(throws: DistributedError.self) { try work.wait(timeout: .milliseconds(50)) }
                #expect(error.kind == .timeout && !work.isCompleted, "\(error)")
                hasWaited.raise()
            }
            try work.wait()
            return try tensor.item(Double.self)
        }
        #expect(all == [2, 2])
    }
}

/// A store that goes when all ranks have connected.
private final class StoppableServer: Sendable {
    let port: Int
    private let store: Mutex<TCPStore?>
    private let arrivals = Atomic(0)

    init(_ store: TCPStore) {
        port = store.port
        self.store = Mutex(store)
    }

    func stop(after count: Int) {
        arrivals.wrappingAdd(1, ordering: .relaxed)
        while arrivals.load(ordering: .relaxed) < count { Thread.sleep(forTimeInterval: 0.001) }
        store.withLock { $0 = nil }
    }
}
