import Foundation
import TestSupport
import Testing
import Torch
import TorchNN

@testable import TorchDistributed

@Suite("GradientAverager")
struct GradientAveragerTests {
    /// Parameters of several types, one of them with columns that lie one after the other.
    private static func parameters() throws -> [Tensor] {
        try [
            Tensor.zeros([3, 2]), Tensor.zeros([4], dtype: .float64), Tensor.zeros([2, 5]).t(), Tensor.zeros([]),
            Tensor.zeros([2], dtype: .complex64), Tensor.zeros([3], dtype: .bfloat16), Tensor.zeros([0, 2]),
        ].map { try $0.requiresGrad_() }
    }

    /// A gradient of whole numbers, which every type adds up exactly.
    private static func gradient(_ parameter: Tensor, _ index: Int, rank: Int) throws -> Tensor {
        let numbers = try (Tensor.arange(parameter.count) + index + 8 * rank).reshape(parameter.shape)
        return try Tensor.emptyLike(parameter.detach()).copy_(numbers)
    }

    @Test("gives all ranks the mean, in buckets of any size", arguments: [1, 64, 25 << 20], [true, false])
    func mean(_ bucketByteCount: Int, verifies: Bool) async throws {
        let all = try await results(2, verifiesCalls: verifies) { group in
            let parameters = try Self.parameters()
            let averager = try GradientAverager(parameters, group: group, bucketByteCount: bucketByteCount)
            for round in 0..<3 {
                for (index, parameter) in parameters.enumerated() {
                    try parameter.setGrad(Self.gradient(parameter, index + round, rank: group.rank))
                }
                try averager.average()
            }
            return try parameters.map { try #require($0.grad) }
        }
        for gradients in all {
            for (index, (parameter, gradient)) in zip(try Self.parameters(), gradients).enumerated() {
                let expected = try (0..<2).map { try Self.gradient(parameter, index + 2, rank: $0) }
                try expectSameBits(gradient, (expected[0] + expected[1]) / 2)
                #expect(gradient.strides == parameter.strides)
            }
        }
    }

    @Test("adds gradients up with the weights of the ranks, and takes none from a rank of weight 0")
    func weights() async throws {
        let all = try await results(3) { group in
            let parameter = try Tensor.zeros([2], requiresGrad: true)
            let averager = try GradientAverager([parameter], group: group)
            // A rank without samples may have computed the mean of nothing.
            let own: [Float] = group.rank == 1 ? [.nan, .infinity] : [Float(group.rank) + 1, 4]
            try parameter.setGrad(Tensor(own))
            try averager.average(weight: [0.25, 0, 0.75][group.rank])
            return try #require(parameter.grad).array(Float.self)
        }
        #expect(all == [[2.5, 4], [2.5, 4], [2.5, 4]])
    }

    @Test("counts a missing gradient as zero, and leaves one undefined that no rank has")
    func missing() async throws {
        let all = try await results(2) { group in
            let parameters = try (0..<4).map { _ in try Tensor.zeros([2], requiresGrad: true) }
            let averager = try GradientAverager(parameters, group: group)
            var seen: [[[Float]?]] = []
            // What is missing changes from step to step, on one rank only in the second.
            for present in [[[0, 1], [0, 2]], [[0, 1], [0, 1, 2]], [[], []], [[0, 1, 2, 3], [0, 1, 2, 3]]] {
                for (index, parameter) in parameters.enumerated() {
                    let own = present[group.rank].contains(index) ? try Tensor([Float(4), 8]) : nil
                    try parameter.setGrad(own)
                }
                try averager.average()
                seen.append(try parameters.map { try $0.grad?.array(Float.self) })
            }
            return seen
        }
        let (both, one): ([Float], [Float]) = ([4, 8], [2, 4])
        for seen in all {
            #expect(seen[0] == [both, one, one, nil])
            #expect(seen[1] == [both, both, one, nil])
            #expect(seen[2] == [nil, nil, nil, nil])
            #expect(seen[3] == [both, both, both, both])
        }
    }

    /// With more ranks, the order in which Gloo adds depends on the place in the memory.
    @Test("gives the bits of c10d's reducer on two ranks", .standardGenerator)
    func reducer() async throws {
        let all = try await results(2) { group in
            let network = Linear(5, 3)
            let parallel = try DistributedDataParallel(network, group: group)
            let inputs = try (Tensor.arange(20).reshape([4, 5]) * 0.3 + group.rank).sin()
            try parallel.backward(parallel(inputs).pow(2).mean())
            let expected = try network.parameters().map { try #require($0.grad).clone() }
            try network.zeroGrad()
            try network(inputs).pow(2).mean().backward()
            try GradientAverager(network.parameters(), group: group).average()
            return (expected, try network.parameters().map { try #require($0.grad) })
        }
        for (expected, gradients) in all {
            for (expected, gradient) in zip(expected, gradients) { try expectSameBits(gradient, expected) }
        }
    }

    @Test(
        "refuses parameters that differ between ranks, integers, sparse and converted gradients, and wrong weights",
        .standardGenerator)
    func refusals() async throws {
        let all = try await errors(2) { group in
            try GradientAverager([Tensor.zeros([2 + group.rank])], group: group).average()
        }
        #expect(all.allSatisfy { $0.kind == .mismatch }, "\(all)")
        #expect(all[1].message.contains("parameter 0, float32[3] here, parameter 0, float32[2] there"), "\(all[1])")
        _ = try await results(1) { group in
            #expect(throws: DistributedError.self) {
                try GradientAverager([Tensor.zeros([1], dtype: .int64)], group: group)
            }
            let embedding = Embedding(4, 2, sparse: true)
            let averager = try GradientAverager(embedding.parameters(), group: group)
            for weight in [-1, Double.nan, .infinity] {
                #expect(throws: DistributedError.self) { try averager.average(weight: weight) }
            }
            try embedding(Tensor([1, 2])).sum().backward()
            let error = try #require(throws: DistributedError.self) { try averager.average() }
            #expect(error.message.contains("parameter 0") && error.message.contains("sparse"), "\(error)")
            let layer = Linear(2, 1)
            let converted = try GradientAverager(layer.parameters(), group: group)
            try layer.to(.float64)
            try layer(Tensor.ones([1, 2], dtype: .float64)).sum().backward()
            let other = try #require(throws: DistributedError.self) { try converted.average() }
            #expect(other.message.contains("was float32 at the start"), "\(other)")
        }
    }

    @Test("adds up numbers besides, in another group of the same ranks")
    func numbers() async throws {
        let sums = try await results(2) { group in
            let twin = try group.twin(verifiesCalls: false)
            let number = Double(group.rank) + 0.5
            let averager = try GradientAverager([Tensor.zeros([2], requiresGrad: true)], group: twin)
            let empty = try GradientAverager([], group: twin)
            let all = try averager.average(adding: [number, 1, -number])
            let one = try averager.average(adding: [number])
            return try all + one + averager.average() + empty.average(adding: [number])
        }
        #expect(sums == [[2, 2, -2, 2, 0.5], [2, 2, -2, 2, 1.5]])
    }

    @Test("takes no more numbers than travel")
    func tooManyNumbers() async throws {
        for error in try await errors(
            1,
            { group in
                try GradientAverager([Tensor.zeros([2], requiresGrad: true)], group: group).average(adding: [
                    1, 2, 3, 4,
                ])
            })
        {
            #expect(error.message.contains("3 numbers can travel with gradients, not 4"), "\(error)")
        }
    }

    @Test("names the other call if a rank calls something else")
    func otherCall() async throws {
        let all = try await errors(2) { group in
            let averager = try GradientAverager([Tensor.zeros([2], requiresGrad: true)], group: group)
            if group.rank == 0 { try averager.average() } else { try group.barrier() }
        }
        for error in all {
            #expect(error.kind == .mismatch && error.message.contains("average_gradients([6])"), "\(error)")
        }
    }
}
