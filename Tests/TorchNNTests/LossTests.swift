import TestSupport
import Testing
import Torch
import TorchNN

struct LossTests {
    struct Case: Decodable {
        let input: FixtureTensor
        let target: FixtureTensor
        let loss: FixtureTensor
        let gradient: FixtureTensor
    }

    static let losses: [String: @Sendable (Tensor, Tensor) throws -> Tensor] = [
        "cross entropy": { try crossEntropy($0, $1) },
        "cross entropy of one": { try crossEntropy($0, $1) },
        "cross entropy sum": { try crossEntropy($0, $1, reduction: .sum) },
        "cross entropy none": { try crossEntropy($0, $1, reduction: .none) },
        "cross entropy weighted": { try CrossEntropyLoss(weight: Tensor([0.5, 1, 2]))($0, $1) },
        "cross entropy ignoring": { try CrossEntropyLoss(ignoreIndex: 2)($0, $1) },
        "cross entropy smoothed": { try crossEntropy($0, $1, weight: Tensor([0.5, 1, 2]), labelSmoothing: 0.2) },
        "cross entropy of places": { try crossEntropy($0, $1) },
        "cross entropy of probabilities": { try crossEntropy($0, $1) },
        "mean squared error": { try mseLoss($0, $1) },
        "mean squared error sum": { try mseLoss($0, $1, reduction: .sum) },
        "mean squared error none": { try MSELoss(reduction: .none)($0, $1) },
    ]

    @Test("a loss and its gradient are PyTorch's", arguments: losses.keys.sorted())
    func lossIsPyTorchs(name: String) throws {
        let expected = try #require(try fixture("losses", as: [String: Case].self)[name])
        let input = try expected.input.tensor.requiresGrad_()
        let loss = try #require(try Self.losses[name]?(input, expected.target.tensor))
        try loss.sum().backward()
        try expectClose(loss, expected.loss.tensor, name)
        try expectClose(#require(input.grad), expected.gradient.tensor, name)
    }

    @Test("a class that is not there is an error", arguments: [3, -1, .max, .min], Reduction.allCases)
    func wrongClassThrows(number: Int, reduction: Reduction) throws {
        let logits = try Tensor.zeros([2, 3]).requiresGrad_()
        #expect(throws: TorchError.self) {
            try crossEntropy(logits, Tensor([0, number], shape: [2]), reduction: reduction)
        }
        #expect(throws: TorchError.self) {
            try crossEntropy(
                Tensor.zeros([1, 3, 1, 2]), Tensor([0, number], shape: [1, 1, 2]), reduction: reduction)
        }
    }

    @Test("targets and weights that do not fit are errors")
    func misfitsThrow() throws {
        let logits = try Tensor.zeros([2, 3])
        #expect(throws: TorchError.self) { try crossEntropy(logits, Tensor([0, 1, 2])) }
        #expect(throws: TorchError.self) { try crossEntropy(logits, Tensor([0.5, 1])) }
        #expect(throws: TorchError.self) { try crossEntropy(logits, Tensor([0, 1]), weight: Tensor([1.0, 2])) }
        #expect(throws: TorchError.self) { try crossEntropy(logits, Tensor([0, 1]), labelSmoothing: 1.5) }
    }

    @Test("shapes that would broadcast are an error of kind shape that names both")
    func broadcastingThrows() throws {
        let error = #expect(throws: TorchError.self) { try mseLoss(Tensor.zeros([4]), Tensor.zeros([4, 1])) }
        #expect(error?.kind == .shape)
        #expect(error?.description.contains("float32[4], float32[4, 1]") == true)
    }

    @Test("the weights of a cross entropy are a buffer, as in PyTorch")
    func weightsAreABuffer() throws {
        let loss = CrossEntropyLoss(weight: try Tensor([0.5, 1, 2]))
        #expect(try loss.stateDict().names == ["weight"])
        #expect(loss.parameters().isEmpty)
        #expect(loss.description == "CrossEntropyLoss()")
    }
}
