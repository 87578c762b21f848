import Helios
import Testing

@testable import RegistryCases

@Suite("Losses on a device that is not the CPU") struct LossTests {
    @Test("losses and gradients are those of the CPU")
    func losses() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                for (name, cases) in lossCases.sorted(by: { $0.key < $1.key }) {
                    for (number, example) in cases.enumerated() {
                        Simulation.expectSame("\(name) \(number)", make: { try example.make(()).to($0) }) {
                            loss, device in
                            let inputs = try LossTests.inputs(of: name).map { try $0.to(device) }
                            let output = try inputs[0].clone().requiresGrad_()
                            let value = try loss.value([output] + inputs.dropFirst())
                            try value.sum().backward()
                            return [("loss", value), ("gradient", try #require(output.grad))]
                        }
                    }
                }
            }
        }
    }

    /// What a loss takes: the output first, which the gradient is computed for.
    private static func inputs(of name: String) throws -> [Tensor] {
        let generator = try Generator(seed: 1)
        func floats(_ shape: Int...) throws -> Tensor { try Tensor.randn(shape, generator: generator) }
        func classes(_ high: Int, _ shape: Int...) throws -> Tensor {
            try Tensor.randint(high: high, size: shape, generator: generator, dtype: .int64)
        }
        func signs(_ shape: Int...) throws -> Tensor {
            try Tensor.randint(high: 2, size: shape, generator: generator, dtype: .float32) * 2 - 1
        }
        switch name {
        case "PoissonNLLLoss": return [try floats(2, 2).abs() + 0.1, try floats(2, 2).abs()]
        case "GaussianNLLLoss": return [try floats(2, 2), try floats(2, 2), try floats(2, 2).abs() + 0.1]
        case "KLDivLoss": return [try floats(2, 2), try floats(2, 2).sigmoid()]
        case "CrossEntropyLoss", "NLLLoss": return [try floats(4, 3), try classes(3, 4)]
        case "BCELoss": return [try floats(2, 2).sigmoid(), try floats(2, 2).sigmoid()]
        case "BCEWithLogitsLoss", "MultiLabelSoftMarginLoss": return [try floats(2, 2), try floats(2, 2).sigmoid()]
        case "MultiLabelMarginLoss": return [try floats(2, 2), try Tensor([[0, -1], [1, 0]])]
        case "MultiMarginLoss": return [try floats(2, 2), try classes(2, 2)]
        case "SoftMarginLoss", "HingeEmbeddingLoss": return [try floats(2, 2), try signs(2, 2)]
        case "MarginRankingLoss": return [try floats(2), try floats(2), try signs(2)]
        case "CosineEmbeddingLoss": return [try floats(2, 3), try floats(2, 3), try signs(2)]
        case "TripletMarginLoss", "TripletMarginWithDistanceLoss":
            return [try floats(2, 3), try floats(2, 3), try floats(2, 3)]
        case "CTCLoss":
            return [
                try floats(6, 2, 4).logSoftmax(dim: 2), try Tensor([[1, 2], [2, 1]]), try Tensor([6, 5]),
                try Tensor([2, 1]),
            ]
        default: return [try floats(2, 2), try floats(2, 2)]
        }
    }
}

extension Module {
    /// The loss of as many tensors as it takes.
    fileprivate func value(_ inputs: [Tensor]) throws -> Tensor {
        switch self {
        case let loss as any BinaryCallable: return try callAny(loss, inputs[0], inputs[1])
        case let loss as any TernaryCallable: return try callAny(loss, inputs[0], inputs[1], inputs[2])
        case let loss as GaussianNLLLoss: return try loss(inputs[0], inputs[1], variance: inputs[2])
        case let loss as CTCLoss:
            return try loss(inputs[0], inputs[1], inputLengths: inputs[2], targetLengths: inputs[3])
        default: throw SimulationError(description: "nothing here calls it")
        }
    }
}
