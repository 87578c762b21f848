import Foundation
import TestSupport
import Testing
import Torch
import TorchNN
import TorchOptim

@testable import TorchDistributed

/// What PyTorch's `join` gives is compared in `PyTorchTests`.
@Suite("DistributedDataParallel with uneven inputs", .standardGenerator)
struct JoinTests {
    private static func inputs(_ rank: Int, _ step: Int) throws -> Tensor {
        try (Tensor.arange(12).reshape([4, 3]) * 0.4 + rank * 5 + step).sin()
    }

    /// A network with a buffer, the same on all ranks.
    private static func network() throws -> Sequential {
        let network = Sequential(Linear(3, 4), BatchNorm1d(4), Linear(4, 2))
        for parameter in try network.parameters() {
            _ = try noGrad {
                try parameter.copy_((Tensor.arange(parameter.count) * 0.7).cos().reshape(parameter.shape))
            }
        }
        return network
    }

    private static func pass(_ parallel: DistributedDataParallel<Sequential>, _ step: Int) throws {
        try parallel.backward(parallel(inputs(parallel.group.rank, step)).pow(2).mean())
    }

    @Test(
        "ends on all ranks with the network, and if asked the optimizer, of the last one",
        arguments: [[0, 3, 1], [2, 2, 2], [4, 0, 4], [0, 0, 0]])
    func last(_ counts: [Int]) async throws {
        let all = try await results(3) { group in
            let parallel = try DistributedDataParallel(Self.network(), group: group)
            let optimizer = try AdamW(parallel, learningRate: 0.05)
            let result = try parallel.join(states: [optimizer]) {
                for step in 0..<counts[group.rank] {
                    try optimizer.zeroGrad()
                    try Self.pass(parallel, step)
                    try optimizer.step()
                }
                return group.rank * 2
            }
            #expect(result == group.rank * 2)
            let ended = try (StateCopy(parallel.stateDict()).state, StateCopy(optimizer.stateDict()).state)
            // A training with all ranks works afterwards.
            try optimizer.zeroGrad()
            try Self.pass(parallel, 9)
            try optimizer.step()
            return (ended.0, ended.1, try parallel.parameters(), try optimizer.stateDict())
        }
        let steps = try all[0].1.dictionary("state").isEmpty ? 0 : all[0].1.tensor("state", 0, "step").item(Double.self)
        #expect(steps == Double(counts.max() ?? 0))
        for end in all {
            try expectSameState(.dictionary(end.0), .dictionary(all[0].0))
            try expectSameState(.dictionary(end.1), .dictionary(all[0].1))
            for (parameter, other) in zip(end.2, all[0].2) { try expectSameBits(parameter, other) }
            try expectSameState(.dictionary(end.3), .dictionary(all[0].3))
        }
    }

    @Test("divides by all ranks, or by those that have data", arguments: [true, false])
    func divisor(_ dividesByAllRanks: Bool) async throws {
        let all = try await results(4) { group in
            let network = Linear(3, 1)
            let parallel = try DistributedDataParallel(network, group: group)
            var gradients: [Float] = []
            for _ in 0..<2 {
                try parallel.join(dividesByAllRanks: dividesByAllRanks) {
                    for _ in 0..<[3, 1, 2, 3][group.rank] {
                        try parallel.backward(parallel(Tensor.ones([1, 3])).sum())
                        gradients.append(try #require(network.bias?.grad).item(Float.self))
                        try parallel.zeroGrad()
                    }
                }
            }
            try parallel.backward(parallel(Tensor.ones([1, 3])).sum())
            return gradients + [try #require(network.bias?.grad).item(Float.self)]
        }
        let course: [Float] = dividesByAllRanks ? [1, 0.75, 0.5] : [1, 1, 1]
        #expect(all[0] == course + course + [1])
        #expect(all[1] == [1, 1, 1])
    }

    @Test("matches steps that accumulate, and passes without gradients")
    func accumulation() async throws {
        let all = try await results(2) { group in
            let parallel = try DistributedDataParallel(Self.network(), group: group)
            let optimizer = try SGD(parallel, learningRate: 0.1)
            try parallel.join {
                for step in 0..<[1, 4][group.rank] {
                    try parallel.noSync { try Self.pass(parallel, step) }
                    _ = try noGrad { try parallel(Self.inputs(group.rank, step)) }
                    try Self.pass(parallel, step + 10)
                    try optimizer.step()
                    try optimizer.zeroGrad()
                }
            }
            return try parallel.stateDict()
        }
        try expectSameState(.dictionary(all[0]), .dictionary(all[1]))
    }

    @Test("is an error on all ranks if they do different things, or if a rank ends early and that is not wanted")
    func refusals() async throws {
        let all = try await errors(3) { group in
            let parallel = try DistributedDataParallel(Self.network(), group: group)
            try parallel.join(throwsOnEarlyEnd: true) {
                for step in 0..<[2, 1, 2][group.rank] { try Self.pass(parallel, step) }
            }
        }
        for error in all {
            #expect(error.kind == .mismatch, "\(error)")
            #expect(error.message == "rank 1 had no more data, and ranks 0, 2 had some left")
        }
        let others = try await errors(2) { group in
            let parallel = try DistributedDataParallel(Self.network(), group: group)
            try parallel.join {
                if group.rank == 0 {
                    try Self.pass(parallel, 0)
                } else {
                    try parallel.noSync { try Self.pass(parallel, 0) }
                }
            }
        }
        for error in others {
            #expect(error.message.contains("rank 0 will exchange gradients, and rank 1 not"), "\(error)")
        }
    }

    @Test("cannot be nested, nor be used where other exchanges need all ranks")
    func otherExchanges() async throws {
        let all = try await results(2) { group in
            var options = DistributedDataParallelOptions()
            options.gradientCompression = .bfloat16
            let compressed = try DistributedDataParallel(Self.network(), group: group, options: options)
            let plain = try DistributedDataParallel(Self.network(), group: group)
            let normalized = try DistributedDataParallel(
                SyncBatchNorm.convert(Self.network(), group: group), group: group)
            let messages = [
                Self.message { try compressed.join(dividesByAllRanks: false) {} },
                Self.message { try plain.join { try plain.join {} } },
                Self.message { try normalized.join {} },
            ]
            // What failed leaves nothing behind.
            for parallel in [compressed, plain] { try parallel.join { try Self.pass(parallel, 0) } }
            try normalized.join(throwsOnEarlyEnd: true) { try Self.pass(normalized, 0) }
            return messages
        }
        for messages in all {
            #expect(messages[0].contains("compressed gradients"), "\(messages)")
            #expect(messages[1].contains("inside another"), "\(messages)")
            #expect(messages[2].contains("SyncBatchNorm"), "\(messages)")
        }
    }

    private static func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch {
            return "\(error)"
        }
    }
}
