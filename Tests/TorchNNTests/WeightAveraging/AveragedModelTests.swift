import TestSupport
import Testing
import Torch
import TorchNN

struct AveragedModelTests {
    /// Tests/Fixtures/weight-averaging.py.
    struct Recorded: Decodable {
        let states: [[String: FixtureTensor]]
        let cases: [String: [[String: FixtureTensor]]]

        func load(_ index: Int, into network: Module) throws {
            var state = StateDict()
            for (key, tensor) in states[index] { state[key] = .tensor(try tensor.tensor) }
            try network.loadStateDict(state)
        }
    }

    private func network() throws -> Sequential {
        Sequential(Conv2d(1, 2, kernelSize: 3), BatchNorm2d(2))
    }

    private static let cases = ["equal", "equal with buffers", "exponential", "exponential with buffers", "function"]

    @Test("averages are those of PyTorch on another machine, and so are the keys", .standardGenerator, arguments: cases)
    func averagesAreAsRecorded(name: String) throws {
        try expectAverages(fixture("weight-averaging"), name) { .optimizerSteps($0) }
    }

    @Test("averages have the bits of the PyTorch beside, and its keys", .needsPyTorch, arguments: cases)
    func averagesArePyTorchs(name: String) async throws {
        let expected: Recorded = try await Python.fixture("weight-averaging")
        try await withStandardGenerator {
            LibTorch.useOneThreadOnThisThread()
            try expectAverages(expected, name) { _ in .bits }
        }
    }

    private func expectAverages(
        _ recorded: Recorded, _ name: String, within tolerance: (_ updates: Int) -> Tolerance
    ) throws {
        let averaging: WeightAveraging =
            switch name {
            case "equal", "equal with buffers": .equal
            case "exponential": .exponential(decay: 0.9)
            case "exponential with buffers": .exponential(decay: 0.99)
            default: .function { average, value, _ in try average * 0.9 + value * (1 - 0.9) }
            }
        let network = try network()
        try recorded.load(0, into: network)
        let averaged = try AveragedModel(
            network, copy: self.network(), averaging: averaging,
            useBuffers: name.contains("buffers") || name == "function")
        for (index, expected) in try #require(recorded.cases[name]).enumerated() {
            if index > 0 {
                try recorded.load(index, into: network)
                try averaged.updateParameters(network)
            }
            let state = try averaged.stateDict()
            #expect(Set(state.names) == Set(expected.keys))
            #expect(state.names.first == "n_averaged")
            for (key, value) in expected {
                try expectClose(
                    state.tensor(.string(key)), value.tensor, within: tolerance(index), "\(key) \(index)")
            }
        }
    }

    @Test("an average is gone on from after its state was loaded", .standardGenerator)
    func stateIsLoaded() throws {
        let recorded = try fixture("weight-averaging", as: Recorded.self)
        let network = try network()
        let averaged = try AveragedModel(network, copy: self.network())
        for index in 1...3 {
            try recorded.load(index, into: network)
            try averaged.updateParameters(network)
        }
        let resumed = try AveragedModel(network, copy: self.network())
        try resumed.loadStateDict(averaged.stateDict())
        for index in 4...6 {
            try recorded.load(index, into: network)
            try resumed.updateParameters(network)
        }
        for index in 4...6 {
            try recorded.load(index, into: network)
            try averaged.updateParameters(network)
        }
        try expectSameState(.dictionary(resumed.stateDict()), .dictionary(averaged.stateDict()))
    }

    @Test("the average of layers is a layer, and an update leaves the network as it is", .standardGenerator)
    func isLayer() throws {
        let network = Linear(3, 2)
        let averaged = AveragedModel(network, copy: Linear(3, 2))
        try averaged.updateParameters(network)
        let weight = try network.weight.clone()
        try noGrad { _ = try network.weight.add_(1) }
        try averaged.updateParameters(network)
        let input = try Tensor.ones([1, 3])
        // Half of the three ones that were added.
        try expectClose(averaged(input), try network(input) - 1.5)
        try expectSameBits(network.weight, weight + 1)
    }

    @Test("another network, one that shares tensors, and a decay out of range are errors", .standardGenerator)
    func unfitThrows() throws {
        let network = Linear(3, 2)
        func failure(_ averaged: AveragedModel<Linear>) -> (any Error)? {
            #expect(throws: ModuleError.self) { try averaged.updateParameters(network) }
            return #expect(throws: ModuleError.self) { try averaged.validate() }?.cause
        }
        #expect(failure(AveragedModel(network, copy: Linear(2, 3))) is StateDictError)
        #expect(failure(AveragedModel(network, copy: network)) is TorchError)
        for decay in [-0.1, 1.1, .nan] {
            let averaged = AveragedModel(network, copy: Linear(3, 2), averaging: .exponential(decay: decay))
            #expect(failure(averaged) is TorchError)
        }
        let averaged = AveragedModel(network, copy: Linear(3, 2))
        #expect(throws: TorchError.self) { try averaged.updateParameters(Linear(2, 3)) }
        #expect(throws: TorchError.self) { try averaged.updateParameters(Linear(3, 2, bias: false)) }
        #expect(try averaged.averagedCount.item(Int.self) == 0)
        for count in [-1, Int.max] {
            averaged.averagedCount = try Tensor(count)
            #expect(throws: TorchError.self) { try averaged.updateParameters(network) }
        }
    }
}
