import TestSupport
import Testing
import Torch
import TorchNN

/// Two vectors for a matrix of rank one.
private final class RankOne: Module, Parametrization {
    func parametrized(_ originals: [Tensor]) throws -> Tensor {
        try originals[0].unsqueeze(dim: -1).matmul(originals[1].unsqueeze(dim: -2))
    }

    func rightInverse(_ value: Tensor) throws -> [Tensor]? {
        [try value.select(dim: 1, index: 0).clone(), try Tensor.ones([value.size(1)])]
    }
}

private final class Doubled: Module, Layer, Parametrization {
    func forward(_ x: Tensor) throws -> Tensor { try x * 2 }
}

private final class Counted: Module, Layer, Parametrization {
    var count = 0
    var fails = false

    func forward(_ x: Tensor) throws -> Tensor {
        count += 1
        if fails { throw TorchError(kind: .other, operation: "Counted", message: "as asked") }
        return x
    }
}

private final class Shortened: Module, Layer, Parametrization {
    func forward(_ x: Tensor) throws -> Tensor { try x.select(dim: 0, index: 0) }
}

/// A module with a buffer.
private final class Shifted: Module, Layer {
    @Buffer var shift: Tensor

    init(_ shift: Tensor) { self.shift = shift }

    func forward(_ input: Tensor) throws -> Tensor { try input + shift }
}

@Suite(.standardGenerator)
struct ParametrizationTests {
    @Test("one original stays the same parameter, so that an optimizer keeps it")
    func oneOriginalKeepsItsIdentity() throws {
        let layer = Linear(3, 3)
        let weight = layer.weight
        try layer.registerParametrization("weight", Symmetric())
        let original = try #require(layer.parametrizations(of: "weight")?.originals.first)
        #expect(original.isSame(as: weight))
        #expect(layer.isParametrized("weight") && layer.isParametrized() && !layer.isParametrized("bias"))
        try expectSameBits(layer.weight, layer.weight.mT)
        try layer.removeParametrizations("weight")
        #expect(layer.weight.isSame(as: weight))
        try expectSameBits(layer.weight, layer.weight.mT)
        #expect(!layer.isParametrized())
        #expect(layer.description == "Linear(in_features=3, out_features=3, bias=True)")
    }

    @Test("removed, a parametrization leaves the value or the original")
    func removalChooses() throws {
        let layer = Linear(2, 2)
        let before = try layer.weight.detach().clone()
        try layer.registerParametrization("weight", Doubled())
        try expectSameBits(layer.weight.detach(), before * 2)
        try layer.removeParametrizations("weight", leaveParametrized: false)
        try expectSameBits(layer.weight.detach(), before)
        try layer.registerParametrization("weight", Doubled()).removeParametrizations("weight")
        try expectSameBits(layer.weight.detach(), before * 2)
    }

    @Test("several originals are parameters of their own, which cannot be left")
    func severalOriginals() throws {
        let layer = Linear(2, 2)
        try layer.registerParametrization("weight", RankOne())
        let names = ["bias", "parametrizations.weight.original0", "parametrizations.weight.original1"]
        #expect(try layer.namedParameters().map(\.name) == names)
        let error = #expect(throws: TorchError.self) {
            try layer.removeParametrizations("weight", leaveParametrized: false)
        }
        #expect(error?.message.contains("leaveParametrized: true") == true)
        let value = try layer.weight.detach()
        try layer.removeParametrizations("weight")
        try expectSameBits(layer.weight.detach(), value)
        #expect(layer.weight.isLeaf && layer.weight.requiresGrad)
    }

    @Test("an assigned value goes through the right inverses; without one it is an error at the next pass")
    func assignmentUsesTheRightInverse() throws {
        let layer = Linear(3, 3)
        try layer.registerParametrization("weight", Symmetric())
        let value = try Tensor([[1.0, 2.0, 3.0], [2.0, 4.0, 5.0], [3.0, 5.0, 6.0]])
        layer.weight = value
        try expectSameBits(layer.weight.detach(), value)
        let original = try #require(layer.parametrizations(of: "weight")?.originals.first)
        #expect(original.isLeaf && original.requiresGrad)

        let doubled = try Linear(3, 3).registerParametrization("weight", Doubled())
        doubled.weight = value
        let error = #expect(throws: TorchError.self) { try doubled(value) }
        #expect(error?.message.contains("Doubled has no right inverse") == true)
        #expect(throws: TorchError.self) { try doubled.stateDict() }

        layer.weight = try Tensor([1.0])
        #expect(throws: (any Error).self) { try layer(value) }
        layer.weight = value
        #expect(throws: Never.self) { try layer(value) }
    }

    @Test("a frozen parameter stays frozen, and a buffer stays a buffer")
    func kindsAreKept() throws {
        let layer = Linear(2, 2)
        try layer.weight.requiresGrad_(false)
        weightNorm(layer)
        #expect(try #require(layer.parametrizations(of: "weight")).originals.allSatisfy { !$0.requiresGrad })
        try layer.removeParametrizations("weight")
        #expect(!layer.weight.requiresGrad)

        let shifted = Shifted(try Tensor([1.0, 2.0]))
        try shifted.registerParametrization("shift", Doubled())
        #expect(try shifted.parameters().isEmpty)
        #expect(try shifted.namedBuffers().map(\.name) == ["parametrizations.shift.original"])
        try expectSameBits(shifted(Tensor([0.0, 0.0])), Tensor([2.0, 4.0]))
    }

    @Test("what a parametrization cannot be is an error, and the module stays as it was")
    func wrongParametrizationsThrow() throws {
        let layer = Linear(2, 2)
        let unknown = #expect(throws: TorchError.self) { try layer.registerParametrization("wait", Doubled()) }
        #expect(unknown?.message.contains("Linear has no parameter or buffer 'wait': it has 'weight', 'bias'") == true)
        #expect(throws: TorchError.self) { try layer.registerParametrization("weight", Shortened()) }
        #expect(throws: TorchError.self) { try layer.removeParametrizations("weight") }
        #expect(!layer.isParametrized())
        #expect(try layer.namedParameters().map(\.name) == ["weight", "bias"])
        #expect(throws: Never.self) { try layer.registerParametrization("weight", Shortened(), unsafe: true) }
        #expect(layer.weight.shape == [2])

        #expect(initializationError(of: weightNorm(Linear(2, 2), dim: 2)) != nil)
        #expect(initializationError(of: weightNorm(Linear(2, 2), dim: -1)) != nil)
        #expect(initializationError(of: spectralNorm(Linear(2, 2), dim: 2)) != nil)
        #expect(initializationError(of: spectralNorm(Linear(2, 2), nPowerIterations: 0)) != nil)
        #expect(initializationError(of: orthogonal(Linear(2, 2), name: "bias")) != nil)
        let complex = try Linear(2, 2).to(.complex64)
        #expect(initializationError(of: orthogonal(complex, map: .householder)) != nil)
        #expect(initializationError(of: weightNorm(Linear(2, 2, bias: false), name: "bias")) != nil)
    }

    @Test("an error of a parametrization comes out of the forward pass, not what follows from it")
    func failuresComeOutOfTheForwardPass() throws {
        let counted = Counted()
        let layer = try Linear(2, 2).registerParametrization("bias", counted)
        counted.fails = true
        let error = #expect(throws: TorchError.self) { try layer(Tensor.zeros([1, 2])) }
        #expect(error?.operation == "Counted")
        counted.fails = false
        #expect(throws: Never.self) { try layer(Tensor.zeros([1, 2])) }
    }

    @Test("a value is computed at each reading, and once while it is cached")
    func cachingComputesOnce() throws {
        let counted = Counted()
        let layer = try Linear(2, 2).registerParametrization("weight", counted, unsafe: true)
        _ = (layer.weight, layer.weight)
        #expect(counted.count == 2)
        try cachedParametrizations {
            _ = layer.weight
            try cachedParametrizations { _ = try layer(Tensor.zeros([1, 2])) }
        }
        #expect(counted.count == 3)
        _ = layer.weight
        #expect(counted.count == 4)
    }

    @Test("modes, types and copies reach a parametrization, and every reading in training iterates")
    func parametrizationsBelongToTheModule() throws {
        // So large that the iterations of the beginning do not end in the last bit.
        let layer = spectralNorm(Linear(40, 30))
        let list = try #require(layer.parametrizations(of: "weight"))
        let buffers = { (try? layer.buffers())?.map { try? $0.clone() } ?? [] }
        var before = buffers()
        _ = layer.weight
        #expect(try !zip(before, buffers()).allSatisfy { try $0!.equal($1!) })
        layer.eval()
        #expect(!list.isTraining && list.parametrizations.allSatisfy { !$0.isTraining })
        before = buffers()
        _ = layer.weight
        #expect(try zip(before, buffers()).allSatisfy { try $0!.equal($1!) })
        try layer.to(.float64)
        #expect(try layer.weight.dtype == .float64 && layer.buffers().allSatisfy { $0.dtype == .float64 })
        let summary = try layer.to(.float32).summary(inputSize: [1, 40])
        #expect(summary.parameterCount == 30 * 40 + 30)
    }

    @Test("a recurrent layer computes with its parametrized weights")
    func recurrentLayersCompute() throws {
        let layer = LSTM(2, 3)
        let x = try Tensor.ones([4, 1, 2])
        let before = try layer(x).output
        weightNorm(layer, name: "weight_hh_l0")
        try expectClose(layer(x).output, before)
        try noGrad { _ = try #require(layer.parametrizations(of: "weight_hh_l0")).originals[0].zero_() }
        #expect(try !layer(x).output.allclose(before))
        let loss = try layer(x).output.sum()
        try loss.backward()
        #expect(try layer.namedParameters().allSatisfy { $0.parameter.grad != nil })
    }

    @Test("an orthogonal weight stays orthogonal after a step")
    func orthogonalStaysOrthogonal() throws {
        let layer = orthogonal(Linear(3, 5))
        try layer(Tensor.ones([2, 3])).pow(2).sum().backward()
        try noGrad {
            for parameter in try layer.parameters() { _ = try parameter.sub_(#require(parameter.grad) * 0.1) }
        }
        try expectClose(layer.weight.mT.matmul(layer.weight).detach(), Tensor.eye(3), relative: 0, absolute: 1e-5)
    }
}
