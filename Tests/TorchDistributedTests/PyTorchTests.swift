import Foundation
import TestSupport
import Testing
import Torch
import TorchDistributed
import TorchNN
import TorchOptim
import TorchSerialization

/// Compares with the Python torch beside libtorch, over Gloo in processes of its own. Both run the same machine code on
/// one thread, so nothing may differ.
@Suite("PyTorch's torch.distributed", .serialized)
struct PyTorchTests {
    private static let types: [DType] = [.float32, .float64, .float16, .bfloat16, .int32, .int64, .uint8, .int8]

    final class Network: Module {
        let first = Linear(4, 16)
        let norm = BatchNorm1d(16)
        let unused = Linear(16, 16)
        let last = Linear(16, 1)

        func callAsFunction(_ x: Tensor, usesAll: Bool) throws -> Tensor {
            let x = try norm(first(x)).tanh()
            return try last(usesAll ? unused(x) : x)
        }
    }

    @Test("gives the same bits in collective operations, and after training in each mode", .needsPyTorch)
    func sameBits() async throws {
        try await withTemporaryFolder { folder in
            #expect(try await Python.run("distributed.py", [folder.path]) == ["done"])
            try await compareCollectives(folder)
            let start = try TorchFile.loadDictionary(folder.appending(path: "start"))
            try await withStandardGenerator {
                for name in Self.cases {
                    let ends = try await results(2) { try Self.train(name, start, $0) }
                    for (rank, end) in ends.enumerated() {
                        let expected = try TorchFile.loadDictionary(folder.appending(path: "\(name)-\(rank)"))
                        try expectSameState(
                            .dictionary(end.network), .dictionary(expected), at: "\(name) on rank \(rank)")
                        guard let part = end.optimizer else { continue }
                        let sharded = try TorchFile.loadDictionary(folder.appending(path: "sharded-optimizer-\(rank)"))
                        try expectSameState(.dictionary(part), .dictionary(sharded), at: "optimizer on rank \(rank)")
                    }
                }
            }
        }
    }

    private static let cases = [
        "plain", "small buckets", "bfloat16", "accumulation", "unused", "join", "join unused", "join effective",
        "sharded",
    ]

    private func compareCollectives(_ folder: URL) async throws {
        let inputs = try TorchFile.loadDictionary(folder.appending(path: "inputs"))
        let all = try await results(3) { group in
            var outputs = StateDict()
            for dtype in Self.types {
                let tensor = try inputs.tensor("\(dtype)")[group.rank]
                for operation in [ReduceOperation.sum, .product, .min, .max] {
                    let reduced = try tensor.clone()
                    try group.allReduce(reduced, operation)
                    let parts = try (0..<3).map { try tensor.narrow(dim: 0, start: $0 * 100, length: 100) }
                    outputs["\(dtype) \(operation)"] = .dictionary([
                        "all_reduce": .tensor(reduced),
                        "reduce_scatter": .tensor(try group.reduceScatter(parts, operation)),
                    ])
                }
            }
            return outputs
        }
        for (rank, outputs) in all.enumerated() {
            let expected = try TorchFile.loadDictionary(folder.appending(path: "collectives-\(rank)"))
            try expectSameState(.dictionary(outputs), .dictionary(expected), at: "rank \(rank)")
        }
    }

    /// - Returns: the state of the network; of a sharded optimizer, the numbers of the rank's own parameters, and on
    ///   rank 0 the states of all.
    private static func train(
        _ name: String, _ start: StateDict, _ group: ProcessGroup
    ) throws -> (network: StateDict, optimizer: StateDict?) {
        let network = Network()
        try network.loadStateDict(start.dictionary("network"))
        var options = DistributedDataParallelOptions()
        if name == "small buckets" { options.bucketByteCount = 524 }
        if name == "bfloat16" { options.gradientCompression = .bfloat16 }
        options.findUnusedParameters = name.hasSuffix("unused")
        let parallel = try DistributedDataParallel(network, group: group, options: options)
        let sharded =
            name == "sharded" ? try ShardedOptimizer(AdamW(parallel, learningRate: 0.05), group: group) : nil
        let optimizer = try sharded ?? SGD(parallel, learningRate: 0.05, momentum: 0.9)
        let (inputs, targets) = (try start.tensor("inputs"), try start.tensor("targets"))
        func run(steps: Int) throws {
            for step in 0..<steps {
                let usesAll = !name.hasSuffix("unused") || step % 3 == group.rank
                let accumulates = name == "accumulation" && step % 2 == 0
                let pass = {
                    let output = try parallel.synchronized { try network(inputs[step, group.rank], usesAll: usesAll) }
                    try parallel.backward(mseLoss(output, targets[step, group.rank]))
                }
                if accumulates {
                    try parallel.noSync(pass)
                    continue
                }
                try pass()
                try optimizer.step()
                try optimizer.zeroGrad()
            }
        }
        if name.hasPrefix("join") {
            // Rank 0 ends after two steps.
            try parallel.join(dividesByAllRanks: name != "join effective") { try run(steps: group.rank == 0 ? 2 : 6) }
        } else {
            try run(steps: 6)
        }
        guard let sharded else { return (try parallel.stateDict(), nil) }
        let own = optimizer.parameters.indices.filter { sharded.rank(ofParameter: $0) == group.rank }
        let whole = try sharded.consolidatedStateDict(to: 0)
        return (
            try parallel.stateDict(),
            [
                "own": .list(own.map { .int($0) }), "state": .dictionary(try whole?.dictionary("state") ?? [:]),
            ]
        )
    }
}
