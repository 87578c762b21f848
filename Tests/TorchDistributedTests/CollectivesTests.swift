import Foundation
import TestSupport
import Testing
import Torch
import TorchDistributed

@Suite("Collective operations")
struct CollectivesTests {
    /// Every type that tensors have names for.
    private static let allTypes: [DType] = [
        .uint8, .int8, .int16, .int32, .int64, .float16, .bfloat16, .float32, .float64, .complex64, .complex128, .bool,
    ]

    private static func tensor(_ rank: Int, _ dtype: DType, _ shape: [Int] = [2, 3]) throws -> Tensor {
        let count = shape.reduce(1, *)
        return try (Tensor.arange(count) + rank * 10).reshape(shape).to(dtype)
    }

    @Test("combine the tensors of all ranks", arguments: [1, 2, 3, 4], [true, false])
    func allReduce(_ size: Int, verifies: Bool) async throws {
        let all = try await results(size, verifiesCalls: verifies) { group in
            try ReduceOperation.allCases.map { operation in
                let tensor = try Tensor([1.5, 2, -3].map { $0 + Float(group.rank) })
                try group.allReduce(tensor, operation)
                return try tensor.array(Float.self)
            }
        }
        let inputs = (0..<size).map { rank in [1.5, 2, -3].map { $0 + Float(rank) } }
        let sums = (0..<3).map { place in inputs.map { $0[place] }.reduce(0, +) }
        let expected = [
            sums, sums.map { $0 / Float(size) },
            (0..<3).map { place in inputs.map { $0[place] }.reduce(1, *) },
            inputs[0], inputs[size - 1],
        ]
        for result in all { #expect(result == expected) }
    }

    @Test("reduce every type that Gloo has, and refuse the others on every rank", arguments: allTypes)
    func reducedTypes(_ dtype: DType) async throws {
        let outcomes = try await onRanks(2) { group in
            let tensor = try Self.tensor(group.rank, dtype)
            try group.allReduce(tensor, dtype == .bool ? .max : .sum)
            return try tensor.to(.float64).array(Double.self)
        }
        for outcome in outcomes {
            switch dtype {
            case .int16:
                let error = try #require(throws: DistributedError.self) { try outcome.get() }
                #expect(error.kind == .invalidArgument && error.description.contains("int16"), "\(error)")
            case .bool: #expect(try outcome.get() == [1, 1, 1, 1, 1, 1])
            default: #expect(try outcome.get() == [10, 12, 14, 16, 18, 20])
            }
        }
    }

    @Test("send every type of element as it is", arguments: allTypes)
    func sentTypes(_ dtype: DType) async throws {
        let all = try await results(3) { group in
            let own = try Self.tensor(group.rank, dtype)
            let copy = try own.clone()
            try group.broadcast(copy, source: 1)
            let parts = try group.allGather(own)
            let gathered = try group.gather(own, destination: 2)
            let part = try Tensor.zerosLike(own)
            try group.scatter(group.rank == 0 ? parts.reversed() : nil, into: part, source: 0)
            return (copy, parts, gathered, part)
        }
        let inputs = try (0..<3).map { try Self.tensor($0, dtype) }
        for (rank, (copy, parts, gathered, part)) in all.enumerated() {
            try expectSameBits(copy, inputs[1])
            for (part, input) in zip(parts, inputs) { try expectSameBits(part, input) }
            #expect(gathered.count == (rank == 2 ? 3 : 0))
            for (part, input) in zip(gathered, inputs) { try expectSameBits(part, input) }
            try expectSameBits(part, inputs[2 - rank])
        }
    }

    @Test("reduce to one rank, and scatter what was reduced")
    func partial() async throws {
        let all = try await results(3) { group in
            let whole = try Self.tensor(group.rank, .float32)
            try group.reduce(whole, .mean, destination: 1)
            let lists = try (0..<3).map { try Self.tensor(group.rank, .float32) * $0 }
            return (whole, try ReduceOperation.allCases.map { try group.reduceScatter(lists, $0) })
        }
        try expectSameBits(all[1].0, Self.tensor(1, .float32))
        let inputs = try (0..<3).map { try Self.tensor($0, .float32) }
        for (rank, (_, parts)) in all.enumerated() {
            let mine = try inputs.map { try $0 * rank }
            let sum = try mine[0] + mine[1] + mine[2]
            try expectSameBits(parts[0], sum)
            try expectSameBits(parts[1], sum / 3)
            try expectSameBits(parts[2], mine[0] * mine[1] * mine[2])
            try expectSameBits(parts[3], mine[0].minimum(mine[1]).minimum(mine[2]))
            try expectSameBits(parts[4], mine[0].maximum(mine[1]).maximum(mine[2]))
        }
    }

    @Test("send parts of different sizes from all to all")
    func allToAll() async throws {
        let all = try await results(3) { group in
            try group.allToAll((0..<3).map { try Self.tensor(group.rank * 3 + $0, .int64, [$0 * group.rank, 2]) })
        }
        for (rank, parts) in all.enumerated() {
            for (other, part) in parts.enumerated() {
                try expectSameBits(part, Self.tensor(other * 3 + rank, .int64, [rank * other, 2]))
            }
        }
    }

    @Test("take tensors of any strides, empty ones, and numbers")
    func shapes() async throws {
        let all = try await results(2) { group in
            // On rank 0 the columns lie one after the other, on rank 1 the rows.
            let ordered = try Self.tensor(group.rank, .float32, [2, 3])
            let mixed = try group.rank == 0 ? ordered.t().contiguous().t() : ordered
            try group.allReduce(mixed)
            let every2nd = try Tensor.zeros([6])[.slice(step: 2)]
            try every2nd.add_(group.rank + 1)
            try group.allReduce(every2nd)
            let number = try Tensor(Float(group.rank))
            try group.allReduce(number, .max)
            let none = try Tensor.zeros([0, 4])
            try group.allReduce(none)
            return (mixed, every2nd, number, try group.allGather(none), try group.allGather(Tensor(Float(group.rank))))
        }
        for (mixed, every2nd, number, none, numbers) in all {
            #expect(try mixed.array(Float.self) == [10, 12, 14, 16, 18, 20])
            #expect(try every2nd.array(Float.self) == [3, 3, 3])
            #expect(try number.item(Float.self) == 1)
            #expect(none.map(\.shape) == [[0, 4], [0, 4]])
            #expect(try numbers.map { try $0.item(Float.self) } == [0, 1])
        }
    }

    @Test("tell autograd that they wrote into a tensor")
    func versions() async throws {
        let outcomes = try await onRanks(2) { group in
            let weight = try Tensor([2.0, 3], requiresGrad: true)
            let product = try weight * 1
            let result = try (product * product).sum()
            try group.allReduce(product)
            try result.backward()
        }
        for outcome in outcomes {
            let error = try #require(throws: TorchError.self) { try outcome.get() }
            #expect(error.message.contains("modified by an inplace operation"), "\(error)")
        }
    }

    @Test("may be begun, and waited for later on another thread")
    func asynchronous() async throws {
        let all = try await results(2) { group in
            let tensors = try (0..<4).map { try Tensor([Float(group.rank + $0)]) }
            let works = try tensors.map { try group.startAllReduce($0) }
            let gathered = try group.startAllGather(tensors[0])
            for work in works.reversed() {
                try work.wait()
                try work.wait()
                #expect(work.isCompleted && work.error == nil)
            }
            return (try tensors.map { try $0.item(Float.self) }, try gathered.wait().count)
        }
        for (numbers, count) in all {
            #expect(numbers == [1, 3, 5, 7])
            #expect(count == 2)
        }
    }

    @Test("send messages between two ranks, told apart by their tags")
    func messages() async throws {
        let all = try await results(3) { group in
            let next = (group.rank + 1) % 3
            let previous = (group.rank + 2) % 3
            // In a ring nobody could receive first.
            let works = try [5, 7].map { tag in
                try group.startSend(Tensor([Float(group.rank * 10 + tag)]), destination: next, tag: tag)
            }
            let received = try [7, 5].map { tag in
                let tensor = try Tensor([Float(0)])
                try group.receive(tensor, source: previous, tag: tag)
                return try tensor.item(Float.self)
            }
            for work in works { try work.wait() }
            return received
        }
        #expect(all == [[27, 25], [7, 5], [17, 15]])
    }

    @Test("run in subgroups side by side")
    func subgroups() async throws {
        let all = try await results(4) { group in
            let evenFirst = try group.subgroup([2, 0])
            let odd = try group.subgroup([1, 3])
            let mine = try #require(evenFirst ?? odd)
            #expect((evenFirst == nil) == (group.rank % 2 == 1))
            let tensor = try Tensor([Float(group.rank)])
            try mine.allReduce(tensor)
            return (mine.rank, mine.ranks, try tensor.item(Float.self))
        }
        #expect(all.map(\.0) == [1, 0, 0, 1])
        #expect(all.map(\.1) == [[2, 0], [1, 3], [2, 0], [1, 3]])
        #expect(all.map(\.2) == [2, 4, 2, 4])
    }

    @Test("work over a file and over a server, too", arguments: ["file", "tcp"])
    func otherStores(_ kind: String) async throws {
        try await withTemporaryFolder { folder in
            let server = try TCPStore(host: "127.0.0.1", port: 0, isServer: true)
            let all = try await onRanks(3) {
                try kind == "file"
                    ? FileStore(folder.appending(path: "store"))
                    : TCPStore(host: "127.0.0.1", port: server.port, isServer: false)
            } _: { group in
                let tensor = try Tensor([group.rank])
                try group.allReduce(tensor)
                try group.barrier()
                return try tensor.item(Int.self)
            }
            #expect(try all.map { try $0.get() } == [3, 3, 3])
        }
    }
}
