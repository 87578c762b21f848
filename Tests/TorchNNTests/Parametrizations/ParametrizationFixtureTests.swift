import TestSupport
import Testing
import Torch
import TorchNN

/// What Tests/Fixtures/parametrizations.py recorded.
struct ParametrizationFixture: Decodable {
    struct Case: Decodable {
        let description: String
        let keys: [String]
        let parameters: [String]
        let initial: [String: FixtureTensor]
        let losses: [Double]
        let final: [String: FixtureTensor]
        let input: FixtureTensor
        let output: FixtureTensor
    }

    struct Old: Decodable {
        let state: [String: FixtureTensor]
        let input: FixtureTensor
        let output: FixtureTensor
    }

    struct List: Decodable {
        let description: String
        let state: [String: FixtureTensor]
    }

    let cases: [String: Case]
    let old: [String: Old]
    let lists: [String: List]

    static func read() throws -> ParametrizationFixture { try fixture("parametrizations") }
}

final class Symmetric: Module, Layer, Parametrization {
    func forward(_ x: Tensor) throws -> Tensor { try x.triu() + x.triu(diagonal: 1).mT }
    func rightInverse(_ value: Tensor) throws -> [Tensor]? { [try value.triu()] }
}

@Suite(.standardGenerator)
struct ParametrizationFixtureTests {
    static let makers: [String: @Sendable () throws -> any Layer] = [
        "weight norm": { weightNorm(Linear(4, 3)) },
        "weight norm of a convolution": { weightNorm(Conv1d(2, 3, kernelSize: 3), dim: 2) },
        "weight norm of the whole": { weightNorm(Linear(4, 3), dim: nil) },
        "spectral norm": { spectralNorm(Linear(4, 3)) },
        "spectral norm of a convolution": {
            spectralNorm(Conv2d(2, 3, kernelSize: 2), nPowerIterations: 2, eps: 1e-6)
        },
        "spectral norm of a transposed convolution": { spectralNorm(ConvTranspose1d(2, 3, kernelSize: 3)) },
        "spectral norm of a bias": { spectralNorm(Linear(4, 3), name: "bias") },
        "orthogonal": { orthogonal(Linear(3, 3)) },
        "orthogonal, wide": { orthogonal(Linear(4, 3)) },
        "orthogonal, tall": { orthogonal(Linear(2, 4), map: .matrixExp) },
        "orthogonal by the Cayley map": { orthogonal(Linear(2, 4), map: .cayley) },
        "orthogonal by reflections": { orthogonal(Linear(3, 4), map: .householder, useTrivialization: false) },
        "orthogonal without a base": { orthogonal(Linear(3, 4), map: .cayley, useTrivialization: false) },
        "symmetric": { try Linear(3, 3).registerParametrization("weight", Symmetric()) },
        "one on the other": { spectralNorm(weightNorm(Linear(4, 3))) },
    ]

    private func make(_ name: String) throws -> any Layer {
        let maker = try #require(Self.makers[name])
        return try maker()
    }

    /// Three steps of gradient descent, as parametrizations.py makes them.
    private func train(_ layer: any Layer, _ x: Tensor) throws -> [Double] {
        try (0..<3).map { _ in
            try layer.zeroGrad()
            let loss = try layer(x).pow(2).sum()
            try loss.backward()
            try noGrad {
                for parameter in try layer.parameters() {
                    _ = try parameter.sub_(#require(parameter.grad) * 0.05)
                }
            }
            return try loss.item(Double.self)
        }
    }

    /// Float32 is right to 6e-8 of a value in each operation; three steps of some dozen, each of which the next takes
    /// over, stay well below 1e-5.
    private func compare(_ state: StateDict, _ expected: [String: FixtureTensor], _ name: String) throws {
        #expect(Set(state.keys.map(\.description)) == Set(expected.keys), "\(name)")
        for (key, value) in expected { try expectClose(state.tensor(.string(key)), value.tensor, "\(name): \(key)") }
    }

    @Test("each recorded parametrization is made here, and none besides")
    func noneIsForgotten() throws {
        let recorded = try ParametrizationFixture.read().cases.keys
        #expect(Set(recorded) == Set(Self.makers.keys))
    }

    @Test(
        "keys, description, initial values, three steps and the evaluation are PyTorch's",
        arguments: ParametrizationFixtureTests.makers.keys.sorted())
    func agreesWithPyTorch(name: String) throws {
        let expected = try #require(ParametrizationFixture.read().cases[name])
        try manualSeed(5)
        let layer = try make(name)
        #expect(layer.description == expected.description)
        let initial = try layer.stateDict()
        #expect(initial.keys.map(\.description) == expected.keys)
        #expect(try layer.namedParameters().map(\.name) == expected.parameters)
        try compare(initial, expected.initial, "\(name), at first")
        let losses = try train(layer, expected.input.tensor)
        for (loss, expected) in zip(losses, expected.losses) {
            #expect(abs(loss - expected) <= 1e-5 * max(1, abs(expected)), "\(name)")
        }
        layer.eval()
        try compare(layer.stateDict(), expected.final, name)
        try expectClose(layer(expected.input.tensor), expected.output.tensor, "\(name): output")
        // In evaluation mode nothing changes, and a copy from the state computes the same.
        let copy = try make(name)
        try copy.loadStateDict(layer.stateDict())
        copy.eval()
        try expectSameBits(copy(expected.input.tensor), layer(expected.input.tensor), name)
        try compare(layer.stateDict(), expected.final, name)
    }

    @Test(
        "after three steps the bits are those of the Python torch beside libtorch", .enabled(if: Python.hasTorch))
    func liveBitsAreTheSame() async throws {
        let cases = try ParametrizationFixture.read().cases
        for line in try await Python.run("parametrizations.py", ["--live"]) {
            let parts = line.split(separator: "|").map(String.init)
            // Solvers and matrix exponentials round by the number of threads, which is one there.
            if parts[0].hasPrefix("orthogonal") { continue }
            try manualSeed(5)
            let layer = try make(parts[0])
            // Made here as there: processors round the recorded one in other places.
            let shape = try #require(cases[parts[0]]).input.shape
            let input = try Tensor.linspace(start: -1, end: 1, steps: shape.reduce(1, *)).reshape(shape)
            LibTorch.useOneThreadOnThisThread()
            _ = try train(layer, input)
            let bits = try layer.stateDict().map { _, value -> [Int32] in
                guard case .tensor(let tensor) = value else { return [] }
                return try tensor.reshape([-1]).contiguous().view(dtype: .int32).array(Int32.self)
            }
            #expect(bits.flatMap(\.self) == parts.dropFirst().compactMap { Int32($0) }, "\(parts[0])")
        }
    }

    @Test("the tensors of PyTorch's older hooks load", arguments: ["weight norm", "spectral norm"])
    func oldKeysLoad(name: String) throws {
        let old = try #require(ParametrizationFixture.read().old[name])
        var state = StateDict()
        for (key, value) in old.state { state["0.\(key)" as String] = .tensor(try value.tensor) }
        let layer: any Layer =
            name == "weight norm" ? weightNorm(Conv1d(2, 3, kernelSize: 3)) : spectralNorm(Linear(4, 3))
        layer.eval()
        let network = Sequential([layer])
        try network.loadStateDict(state)
        try expectClose(network(old.input.tensor), old.output.tensor)
        // Half of the old tensors is an error that names what is missing.
        var half = state
        half[(name == "weight norm" ? "0.weight_g" : "0.weight_u") as String] = nil
        let error = #expect(throws: StateDictError.self) { try network.loadStateDict(half) }
        #expect(error.map { "\($0)" }?.contains("0.parametrizations.weight.") == true)
    }
}
