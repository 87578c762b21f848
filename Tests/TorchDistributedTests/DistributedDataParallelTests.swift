import Foundation
import TestSupport
import Testing
import Torch
import TorchDistributed
import TorchNN
import TorchOptim

@Suite("DistributedDataParallel", .standardGenerator)
struct DistributedDataParallelTests {
    private final class Network: Module, Layer {
        let first: Linear
        let last = Linear(8, 2)
        @Buffer var offset: Tensor

        init(width: Int = 8, offset: Double = 0) {
            first = Linear(3, width)
            super.init()
            deferErrors { self.offset = try .full([2], offset) }
        }

        func forward(_ input: Tensor) throws -> Tensor {
            try last(first(input).tanh()) + offset
        }
    }

    private static func data(_ rank: Int, rows: Int = 6) throws -> (inputs: Tensor, targets: Tensor) {
        let numbers = try (Tensor.arange(rows * 3) + rank * rows * 3).to(.float32)
        return (
            try (numbers * 0.37).sin().reshape([rows, 3]), try (numbers * 0.11).cos().reshape([rows, 3])[.all, 0..<2]
        )
    }

    private static func gradients(_ module: Module) throws -> [Tensor] {
        try module.parameters().map { try #require($0.grad).clone() }
    }

    @Test("starts on all ranks with the state of rank 0")
    func start() async throws {
        let states = try await results(3) { group in
            // Each rank draws other weights.
            let parallel = try DistributedDataParallel(Network(offset: Double(group.rank + 5)), group: group)
            return try parallel.stateDict()
        }
        let expected = ["first.weight", "first.bias", "last.weight", "last.bias", "offset"].map { "module.\($0)" }
        #expect(Set(states[0].names) == Set(expected))
        #expect(try states[2].tensor("module.offset").array(Float.self) == [5, 5])
        for state in states { try expectSameState(.dictionary(state), .dictionary(states[0])) }
    }

    @Test("trains as one process does with all ranks' samples, in buckets of any size", arguments: [25 << 20, 1])
    func oneProcess(_ bucketByteCount: Int) async throws {
        let network = Network()
        let start = try network.stateDict()
        let copies = try start.reduce(into: StateDict()) { copies, entry in
            if case .tensor(let tensor) = entry.value { copies[entry.key] = .tensor(try tensor.clone()) }
        }
        let optimizer = try SGD(network, learningRate: 0.1, momentum: 0.9)
        let parts = try (0..<2).map { try Self.data($0) }
        let (inputs, targets) = (try Tensor.cat(parts.map(\.inputs)), try Tensor.cat(parts.map(\.targets)))
        for _ in 0..<20 {
            try optimizer.zeroGrad()
            try mseLoss(network(inputs), targets).backward()
            try optimizer.step()
        }
        let all = try await results(2) { group in
            let own = Network()
            try own.loadStateDict(copies)
            let options = DistributedDataParallelOptions(
                firstBucketByteCount: min(bucketByteCount, 1 << 20), bucketByteCount: bucketByteCount)
            let parallel = try DistributedDataParallel(own, group: group, options: options)
            let optimizer = try SGD(parallel, learningRate: 0.1, momentum: 0.9)
            let (inputs, targets) = try Self.data(group.rank)
            for _ in 0..<20 {
                try optimizer.zeroGrad()
                try parallel.backward(mseLoss(parallel(inputs), targets))
                try optimizer.step()
            }
            return (try own.parameters(), parallel.bucketCount)
        }
        for (parameters, bucketCount) in all {
            #expect(bucketCount == (bucketByteCount == 1 ? 4 : 1))
            for (parameter, expected) in zip(parameters, try network.parameters()) {
                try expectClose(parameter, expected, relative: 1e-6, absolute: 1e-6)
            }
        }
        for (left, right) in zip(all[0].0, all[1].0) { try expectSameBits(left, right) }
    }

    @Test("adds gradients up without an exchange, and averages the sums afterwards")
    func noSync() async throws {
        let all = try await results(2) { group in
            let network = Network()
            let parallel = try DistributedDataParallel(network, group: group)
            let (first, second) = (try Self.data(group.rank), try Self.data(group.rank + 2))
            try parallel.noSync {
                try parallel.backward(mseLoss(parallel(first.inputs), first.targets))
            }
            let own = try Self.gradients(network)
            try parallel.backward(mseLoss(parallel(second.inputs), second.targets))
            let averaged = try Self.gradients(network)
            try network.zeroGrad()
            for part in [first, second] { try mseLoss(network(part.inputs), part.targets).backward() }
            return (own: own, averaged: averaged, sums: try Self.gradients(network))
        }
        for place in all[0].own.indices {
            #expect(try !all[0].own[place].equal(all[1].own[place]))
            try expectSameBits(all[0].averaged[place], all[1].averaged[place])
            try expectClose(
                all[0].averaged[place], (all[0].sums[place] + all[1].sums[place]) / 2, within: .sum(of: 4))
        }
    }

    @Test("names the parameter that had no gradient, and takes it with an option")
    func unused() async throws {
        let all = try await results(2) { group in
            let network = Network()
            let parallel = try DistributedDataParallel(network, group: group)
            let (inputs, _) = try Self.data(group.rank)
            try parallel.backward(parallel.synchronized { try network.last(Tensor.ones([1, 8])).sum() })
            let error = try #require(throws: DistributedError.self) { try parallel(inputs) }
            let allowed = try DistributedDataParallel(
                Network(), group: group, options: .init(findUnusedParameters: true))
            var gradients: [Bool] = []
            // Rank 1 uses the first layer, and rank 0 does not; then neither does.
            for step in 0..<2 {
                try allowed.module.zeroGrad()
                let output = try allowed.synchronized {
                    try group.rank == 1 && step == 0
                        ? allowed.module(inputs) : allowed.module.last(Tensor.ones([1, 8]))
                }
                try allowed.backward(output.sum())
                gradients.append(allowed.module.first.weight.grad != nil)
            }
            return (error, gradients)
        }
        for (error, gradients) in all {
            #expect(error.message.contains("'first.weight', 'first.bias'"), "\(error)")
            #expect(error.message.contains("findUnusedParameters"), "\(error)")
            #expect(gradients == [true, false])
        }
    }

    @Test("copies the buffers of rank 0 before each forward pass, unless told not to", arguments: [true, false])
    func buffers(_ broadcasts: Bool) async throws {
        let all = try await results(2) { group in
            let network = Network()
            let parallel = try DistributedDataParallel(
                network, group: group, options: .init(broadcastBuffers: broadcasts))
            try network.offset.add_(Float(group.rank + 1))
            _ = try parallel(Self.data(group.rank).inputs)
            return try network.offset.array(Float.self)
        }
        #expect(all == [[1, 1], broadcasts ? [1, 1] : [2, 2]])
    }

    @Test("sends gradients as bfloat16 if asked")
    func compression() async throws {
        let all = try await results(2) { group in
            let network = Network()
            let parallel = try DistributedDataParallel(
                network, group: group, options: .init(gradientCompression: .bfloat16))
            let (inputs, targets) = try Self.data(group.rank)
            try parallel.backward(mseLoss(parallel(inputs), targets))
            let compressed = try Self.gradients(network)
            try network.zeroGrad()
            try mseLoss(network(inputs), targets).backward()
            return (compressed, try Self.gradients(network))
        }
        for place in all[0].0.indices {
            let halves = try all.map { try $0.1[place].to(.bfloat16) / 2 }
            try expectSameBits(all[0].0[place], (halves[0] + halves[1]).to(.float32))
            try expectSameBits(all[1].0[place], all[0].0[place])
        }
    }

    @Test("refuses networks and options that differ between ranks, on all ranks")
    func mismatches() async throws {
        let all = try await results(3) { group in
            var found = [
                try #require(throws: DistributedError.self) {
                    try DistributedDataParallel(Network(width: group.rank == 2 ? 9 : 8), group: group)
                }
            ]
            found.append(
                try #require(throws: DistributedError.self) {
                    try DistributedDataParallel(
                        Network(), group: group, options: .init(bucketByteCount: group.rank == 1 ? 7 : 8))
                })
            return found
        }
        for errors in all { for error in errors { #expect(error.kind == .mismatch, "\(error)") } }
        #expect(all[2][0].message.contains("'first.weight' float32[9, 3] trained here"), "\(all[2][0])")
        #expect(all[0][0].message.contains("rank 2"), "\(all[0][0])")
        #expect(all[1][1].message.contains("bucketByteCount: 7"), "\(all[1][1])")
    }

    @Test("refuses a network without gradients, and parameters that were replaced or frozen")
    func parameters() async throws {
        _ = try await results(1) { group in
            #expect(throws: DistributedError.self) {
                try DistributedDataParallel(Network().requiresGrad_(false), group: group)
            }
            let network = Network()
            let parallel = try DistributedDataParallel(network, group: group)
            try network.first.bias?.requiresGrad_(false)
            let (inputs, _) = try Self.data(0)
            var error = try #require(throws: DistributedError.self) { try parallel(inputs) }
            #expect(error.message.contains("make a new DistributedDataParallel"), "\(error)")
            try network.first.bias?.requiresGrad_(true)
            _ = try noGrad { try parallel(inputs) }
            network.first.weight = try .zeros([8, 3])
            error = try #require(throws: DistributedError.self) { try parallel(inputs) }
        }
    }

    @Test("leaves the network as it was when it goes")
    func end() async throws {
        let all = try await results(2) { group in
            let network = Network()
            let (inputs, targets) = try Self.data(group.rank)
            do {
                let parallel = try DistributedDataParallel(network, group: group)
                try parallel.backward(mseLoss(parallel(inputs), targets))
            }
            try network.zeroGrad()
            try mseLoss(network(inputs), targets).backward()
            return try Self.gradients(network)
        }
        #expect(try !all[0][0].equal(all[1][0]))
    }

    @Test("says which rank did not come to the backward pass")
    func absentRank() async throws {
        let all = try await errors(3, timeout: .seconds(2)) { group in
            let parallel = try DistributedDataParallel(Network(), group: group)
            let (inputs, targets) = try Self.data(group.rank)
            let loss = try mseLoss(parallel(inputs), targets)
            if group.rank == 1 {
                Thread.sleep(forTimeInterval: 2.5)
                try group.barrier()
            }
            try parallel.backward(loss)
        }
        for error in [all[0], all[2]] {
            #expect(error.operation == "backward" && error.absentRanks == [1], "\(error)")
        }
    }
}
