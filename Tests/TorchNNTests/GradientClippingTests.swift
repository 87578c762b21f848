import TestSupport
import Testing
import Torch
import TorchNN

struct GradientClippingTests {
    struct Expected: Decodable {
        struct Clipped: Decodable {
            let norm: FixtureTensor
            let gradients: [FixtureTensor]
        }

        let gradients: [FixtureTensor]
        let byNorm: [String: Clipped]
        let byValue: [FixtureTensor]
    }

    /// Parameters with the fixture's gradients, and one without.
    private func parameters(_ gradients: [FixtureTensor]) throws -> [Tensor] {
        var parameters = [try Tensor.zeros([2]).requiresGrad_()]
        for gradient in gradients {
            let parameter = try Tensor.zeros(gradient.shape).requiresGrad_()
            try parameter.setGrad(gradient.tensor)
            parameters.append(parameter)
        }
        return parameters
    }

    private static let norms = [
        ("2 to 1", 1.0, 2.0), ("2 to 100", 100, 2), ("1 to 0.5", 0.5, 1), ("3 to 2", 2, 3),
        ("infinity to 1", 1, .infinity),
    ]

    @Test("gradients are clipped by their norm as PyTorch did on another machine", arguments: norms)
    func clipsAsRecorded(name: String, maxNorm: Double, normType: Double) throws {
        let expected: Expected = try fixture("gradient-clipping")
        // A norm is a sum over all gradients, and of positive terms.
        let count = expected.gradients.reduce(0) { $0 + $1.values.count }
        try expectClipped(
            expected, name, maxNorm, normType, norm: .ulps(Double(count), of: .greatest),
            gradients: .ulps(Double(count) + 4))
    }

    @Test("gradients are clipped by their norm to the bits of the PyTorch beside", .needsPyTorch, arguments: norms)
    func clipsAsPyTorch(name: String, maxNorm: Double, normType: Double) async throws {
        let expected: Expected = try await Python.fixture("gradient-clipping")
        LibTorch.useOneThreadOnThisThread()
        try expectClipped(expected, name, maxNorm, normType, norm: .bits, gradients: .bits)
    }

    private func expectClipped(
        _ fixture: Expected, _ name: String, _ maxNorm: Double, _ normType: Double, norm normTolerance: Tolerance,
        gradients tolerance: Tolerance
    ) throws {
        let expected = try #require(fixture.byNorm[name])
        let parameters = try parameters(fixture.gradients)
        let norm = try clipGradNorm_(parameters, maxNorm: maxNorm, normType: normType)
        try expectClose(norm, expected.norm.tensor, within: normTolerance, "norm")
        for (gradient, value) in zip(parameters.compactMap(\.grad), expected.gradients) {
            try expectClose(gradient, value.tensor, within: tolerance, name)
        }
    }

    @Test("gradients are clipped by value as in PyTorch")
    func clipsByValue() throws {
        let expected = try fixture("gradient-clipping", as: Expected.self)
        let parameters = try parameters(expected.gradients)
        try clipGradValue_(parameters, clipValue: 0.5)
        for (gradient, value) in zip(parameters.compactMap(\.grad), expected.byValue) {
            // Clamped, which rounds nothing.
            try expectSameBits(gradient, value.tensor)
        }
    }

    @Test("without any gradient the norm is 0")
    func nothingToClip() throws {
        #expect(try clipGradNorm_([], maxNorm: 1).item(Double.self) == 0)
        #expect(try clipGradNorm_([Tensor.zeros([2]).requiresGrad_()], maxNorm: 1).item(Double.self) == 0)
    }

    @Test(
        "a norm that is not finite is an error if asked for, and changes nothing", arguments: [Double.nan, .infinity])
    func nonFiniteNormThrows(value: Double) throws {
        let parameter = try Tensor.zeros([2]).requiresGrad_()
        try parameter.setGrad(Tensor([1, value], shape: [2]).to(.float32))
        #expect(throws: TorchError.self) { try clipGradNorm_([parameter], maxNorm: 1, errorIfNonFinite: true) }
        #expect(try parameter.grad?[0].item(Double.self) == 1)
        #expect(throws: Never.self) { try clipGradNorm_([parameter], maxNorm: 1) }
    }

    @Test("gradients of several types are clipped together")
    func severalTypes() throws {
        let parameters = try [DType.float32, .float64].map { try Tensor.zeros([1], dtype: $0).requiresGrad_() }
        for (parameter, value) in zip(parameters, [3.0, 4.0]) {
            try parameter.setGrad(Tensor.full([1], value, dtype: parameter.dtype))
        }
        #expect(try clipGradNorm_(parameters, maxNorm: 1).item(Double.self) == 5)
        let clipped = try parameters.map { try #require($0.grad).item(Double.self) }
        #expect(abs(clipped[0] - 0.6) < 1e-6 && abs(clipped[1] - 0.8) < 1e-6)
    }
}
