import Foundation
import TestSupport
import Testing
import Torch
import TorchNN
import TorchOptim
import TorchSerialization

@testable import TorchDistributed

@Suite("ShardedOptimizer")
struct ShardedOptimizerTests {
    /// Makes an optimizer for two groups.
    struct Kind: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let make: @Sendable ([ParameterGroup]) throws -> Optimizer
    }

    static let kinds = [
        Kind(testDescription: "SGD") { try SGD(groups: $0, learningRate: 0.1) },
        Kind(testDescription: "SGD with momentum") { try SGD(groups: $0, learningRate: 0.1, momentum: 0.9) },
        Kind(testDescription: "Adam") { try Adam(groups: $0, amsgrad: true) },
        Kind(testDescription: "AdamW") { try AdamW(groups: $0, learningRate: 0.01) },
        Kind(testDescription: "Adamax") { try Adamax(groups: $0) },
        Kind(testDescription: "NAdam") { try NAdam(groups: $0) },
        Kind(testDescription: "RAdam") { try RAdam(groups: $0) },
        Kind(testDescription: "Adagrad") { try Adagrad(groups: $0) },
        Kind(testDescription: "Adadelta") { try Adadelta(groups: $0) },
        Kind(testDescription: "RMSprop") { try RMSprop(groups: $0, momentum: 0.5, centered: true) },
        Kind(testDescription: "Rprop") { try Rprop(groups: $0) },
        Kind(testDescription: "ASGD") { try ASGD(groups: $0) },
    ]

    /// Parameters of different sizes and types, the largest above what travels together, one never with a gradient.
    private static func groups() throws -> [ParameterGroup] {
        let parameters = try [
            Tensor.ones([3, 4]), Tensor.ones([700, 400]), Tensor.ones([5], dtype: .float64), Tensor.ones([2, 6]).t(),
            Tensor.ones([]), Tensor.ones([4], dtype: .complex64), Tensor.ones([7]), Tensor.ones([0, 3]),
        ].map { try $0.requiresGrad_() }
        return [ParameterGroup(Array(parameters[..<3])), ParameterGroup(Array(parameters[3...]), learningRate: 0.02)]
    }

    /// Makes steps with gradients that are a function of the step alone, the same on all ranks.
    private static func train(_ optimizer: Optimizer, steps: Range<Int>) throws {
        for step in steps {
            for (index, parameter) in optimizer.parameters.enumerated() where index != 6 {
                let numbers = try (Tensor.arange(parameter.count, dtype: .float64) * 0.7 + index + step).sin()
                let gradient = try Tensor.emptyLike(parameter.detach()).copy_(numbers.reshape(parameter.shape))
                try parameter.setGrad(gradient)
            }
            if step == 2 { optimizer.parameterGroups[1].learningRate = 0.5 }
            try optimizer.step()
        }
    }

    private static func copies(_ optimizer: Optimizer) throws -> [Tensor] {
        try optimizer.parameters.map { try $0.detach().clone() }
    }

    private static func expectSame(_ parameters: [Tensor], _ expected: [Tensor]) throws {
        #expect(parameters.count == expected.count)
        for (parameter, expected) in zip(parameters, expected) {
            try expectSameState(.tensor(parameter.contiguous()), .tensor(expected.contiguous()))
        }
    }

    @Test("gives the parameters and the state of the optimizer itself, to the bit", arguments: kinds, [1, 2, 3])
    func plain(_ kind: Kind, size: Int) async throws {
        let plain = try kind.make(Self.groups())
        try Self.train(plain, steps: 0..<4)
        let (expected, state) = (try Self.copies(plain), try plain.stateDict())
        let all = try await results(size) { group in
            let optimizer = try ShardedOptimizer(kind.make(Self.groups()), group: group)
            try Self.train(optimizer, steps: 0..<4)
            #expect(optimizer.parameters.enumerated().allSatisfy { ($1.grad == nil) == ($0 == 6) })
            let own = try optimizer.stateDict().dictionary("state").keys
            return (try Self.copies(optimizer), own, try optimizer.consolidatedStateDict(to: size - 1))
        }
        for (rank, (parameters, _, consolidated)) in all.enumerated() {
            try Self.expectSame(parameters, expected)
            #expect((consolidated != nil) == (rank == size - 1))
        }
        try expectSameState(.dictionary(#require(all[size - 1].2)), .dictionary(state))
        // Each state is on one rank.
        let keys = all.flatMap(\.1)
        #expect(Set(keys) == Set(try state.dictionary("state").keys) && Set(keys).count == keys.count)
    }

    @Test("is an optimizer for schedulers, the scaler, hooks, clipping and groups that come later")
    func optimizer() async throws {
        @Sendable func course(_ wrap: (Optimizer) throws -> Optimizer) throws -> ([Tensor], [Int]) {
            let parameters = try (0..<3).map { try Tensor.full([$0 + 2], 1.5, requiresGrad: true) }
            let optimizer = try wrap(AdamW(Array(parameters[..<2]), learningRate: 0.1))
            let scheduler = try StepLR(optimizer, stepSize: 2, gamma: 0.3)
            // Not a power of two, so that dividing by it is not exact.
            let scaler = try GradScaler(device: .cpu, initialScale: 1000)
            var calls: [Int] = []
            optimizer.registerStepPreHook { _ in calls.append(0) }
            optimizer.registerStepPostHook { _ in calls.append(1) }
            for step in 0..<6 {
                if step == 3 { try optimizer.addParameterGroup(ParameterGroup([parameters[2]], learningRate: 0.7)) }
                try optimizer.zeroGrad()
                let factor = step == 4 ? Double.infinity : 1.1
                let loss = try parameters.map { try ($0 * $0 * factor).sum() }.reduce(Tensor.zeros([])) { try $0 + $1 }
                try scaler.scale(loss).backward()
                if step % 2 == 0 {
                    try scaler.unscale_(optimizer)
                    try clipGradNorm_(optimizer.parameters, maxNorm: 1)
                }
                try scaler.step(optimizer)
                try scaler.update()
                try scheduler.step()
            }
            return (try Self.copies(optimizer), calls)
        }
        let expected = try course { $0 }
        let all = try await results(2) { group in try course { try ShardedOptimizer($0, group: group) } }
        for (parameters, calls) in all {
            try Self.expectSame(parameters, expected.0)
            #expect(calls == expected.1)
        }
    }

    @Test("keeps every digit of a network that is converted later", .standardGenerator)
    func conversion() async throws {
        let all = try await results(2) { group in
            let network = Linear(2, 2)
            let optimizer = try ShardedOptimizer(SGD(network, learningRate: 0.1), group: group)
            try network.to(.float64)
            for parameter in try network.parameters() {
                _ = try noGrad { try parameter.fill_(1) }
                try parameter.setGrad(Tensor.fullLike(parameter.detach(), 1.0 / 3))
            }
            try optimizer.step()
            return try network.parameters().flatMap { try $0.array(Double.self) }
        }
        for numbers in all { #expect(numbers == Array(repeating: 1 - 0.1 / 3, count: 6)) }
    }

    @Test("gives the largest parameters first to the rank with the fewest elements")
    func partition() {
        // From PyTorch's ZeroRedundancyOptimizer, by hand: 9 to rank 0, 7 to 1, the first 4 to 2, the other 4 to 2, …
        let partition = ParameterPartition(counts: [[4, 9, 4, 7], [1, 0, 5]], size: 3)
        #expect(partition.owners == [2, 0, 2, 1, 2, 0, 1])
        #expect(partition.parameters(of: 2) == [0, 2, 4])
        #expect(ParameterPartition(counts: [[2, 1]], size: 4).parameters(of: 3) == [])
    }

    @Test("continues from its own part, a whole state, or a state that was there before")
    func states() async throws {
        let kind = Self.kinds[3]
        let plain = try kind.make(Self.groups())
        try Self.train(plain, steps: 0..<2)
        let (middle, whole) = (try Self.copies(plain), try plain.stateDict())
        let saved = try StateCopy(whole)
        try Self.train(plain, steps: 2..<4)
        let expected = try Self.copies(plain)
        _ = try await results(3) { group in
            /// An optimizer that continues after two steps.
            func continued(_ load: (ShardedOptimizer) throws -> Void, _ base: Optimizer? = nil) throws -> [Tensor] {
                let optimizer = try ShardedOptimizer(base ?? kind.make(Self.groups()), group: group)
                for (parameter, value) in zip(optimizer.parameters, middle) {
                    _ = try noGrad { try parameter.copy_(value) }
                }
                try load(optimizer)
                try Self.train(optimizer, steps: 2..<4)
                return try Self.copies(optimizer)
            }
            try Self.expectSame(continued { try $0.loadStateDict(saved.state) }, expected)
            let first = try ShardedOptimizer(kind.make(Self.groups()), group: group)
            try Self.train(first, steps: 0..<2)
            let part = try StateCopy(first.stateDict())
            try Self.expectSame(continued { try $0.loadStateDict(part.state) }, expected)
            let used = try kind.make(Self.groups())
            try Self.train(used, steps: 0..<2)
            try Self.expectSame(continued({ _ in }, used), expected)
        }
    }

    @Test("refuses a part of another rank or of other ranks, in a plain optimizer too")
    func otherParts() async throws {
        let parts = try await results(2) { group in
            let optimizer = try ShardedOptimizer(SGD(groups: Self.groups(), momentum: 0.9), group: group)
            try Self.train(optimizer, steps: 0..<1)
            return try optimizer.stateDict()
        }
        let plain = try SGD(groups: Self.groups(), momentum: 0.9)
        var error = try #require(throws: OptimizerError.self) { try plain.loadStateDict(parts[1]) }
        #expect(error.description.contains("only the part of rank 1 of 2"), "\(error)")
        #expect(error.description.contains("this optimizer is not sharded"), "\(error)")
        _ = try await results(3) { group in
            let optimizer = try ShardedOptimizer(SGD(groups: Self.groups(), momentum: 0.9), group: group)
            let error = try #require(throws: OptimizerError.self) { try optimizer.loadStateDict(parts[0]) }
            #expect(error.description.contains("this is the part of rank \(group.rank) of 3"), "\(error)")
            let other = try #require(throws: OptimizerError.self) {
                try optimizer.loadStateDict(Adam(groups: Self.groups()).stateDict())
            }
            #expect(other.description.contains("was not saved by SGD"), "\(other)")
        }
        var damaged = parts[0]
        damaged["part"] = .dictionary(["rank": 0])
        #expect(throws: StateDictError.self) { try plain.loadStateDict(damaged) }
        damaged["part"] = .dictionary(["rank": 0, "size": 2, "parameters": .list(["x"])])
        error = try #require(throws: OptimizerError.self) { try plain.loadStateDict(damaged) }
    }

    @Test("refuses LBFGS, a sharded one, and optimizers that differ between ranks")
    func refusals() async throws {
        let all = try await results(2) { group in
            let parameters = try [Tensor.zeros([2], requiresGrad: true)]
            #expect(throws: DistributedError.self) { try ShardedOptimizer(LBFGS(parameters), group: group) }
            let first = try ShardedOptimizer(SGD(parameters), group: group)
            #expect(throws: DistributedError.self) { try ShardedOptimizer(first, group: group) }
            let error = try #require(throws: DistributedError.self) {
                try ShardedOptimizer(SGD(parameters, learningRate: group.rank == 0 ? 0.1 : 0.2), group: group)
            }
            return error
        }
        #expect(all.allSatisfy { $0.kind == .mismatch })
        #expect(all[1].message.contains("0.2") && all[1].message.contains("0.1"), "\(all[1])")
    }

    @Test("names the other call, or the rank that did not come, if a rank makes no step")
    func missingStep() async throws {
        for isAbsent in [false, true] {
            let all = try await onRanks(2, timeout: .seconds(2)) { group in
                let parameters = try [Tensor.zeros([2], requiresGrad: true)]
                let optimizer = try ShardedOptimizer(SGD(parameters), group: group)
                if group.rank == 0 { try optimizer.step() } else if !isAbsent { try group.barrier() }
            }
            let error = try #require(throws: DistributedError.self) { try all[0].get() }
            #expect(error.operation == "broadcast_parameters", "\(error)")
            #expect(error.kind == (isAbsent ? .connection : .mismatch), "\(error)")
            #expect(error.absentRanks == (isAbsent ? [1] : []), "\(error)")
        }
    }

    @Test("leaves the gradients as they were if a step fails")
    func failingStep() async throws {
        _ = try await results(2) { group in
            let parameters = try (0..<2).map { _ in try Tensor.zeros([2], requiresGrad: true) }
            let optimizer = try ShardedOptimizer(SGD(parameters), group: group)
            for parameter in parameters { try parameter.setGrad(Tensor([Float(1), 2])) }
            optimizer.parameterGroups[0].options["lr"] = .string("fast")
            #expect(throws: (any Error).self) { try optimizer.step() }
            #expect(parameters.allSatisfy { $0.grad != nil })
        }
    }
}

/// A state of its own, which further steps do not change.
struct StateCopy: Sendable {
    let state: StateDict

    init(_ state: StateDict) throws {
        guard case .dictionary(let copy) = try TorchFile.load(bytes: TorchFile.bytes(of: .dictionary(state))) else {
            throw DistributedTestError()
        }
        self.state = copy
    }
}

struct DistributedTestError: Error {}
