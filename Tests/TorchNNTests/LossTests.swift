import TestSupport
import Testing
import Torch
import TorchNN

struct LossTests {
    struct Expected: Decodable {
        struct Case: Decodable {
            let module: String?
            let inputs: [FixtureTensor]
            let differentiable: [Int]
            let results: [String: Result]
        }

        struct Result: Decodable {
            let loss: FixtureTensor
            let gradients: [FixtureTensor]
        }

        let cases: [String: Case]
        let modules: [String]
    }

    /// Losses of torch.nn that are not here, and why.
    static let exceptions = [
        "AdaptiveLogSoftmaxWithLoss": "a layer with weights of its own, which gives a pair",
        "LinearCrossEntropyLoss": "new in PyTorch 2.13: Linear and crossEntropy compute the same",
    ]

    @Test(
        "a loss and its gradients are those that PyTorch computed on another machine, of the module and the function",
        arguments: LossCase.all.keys.sorted())
    func lossIsAsRecorded(name: String) throws {
        try check(name, fixture("losses"), within: LossTests.recorded)
    }

    @Test(
        "a loss and its gradients have the bits of the PyTorch beside, of the module and the function", .needsPyTorch,
        arguments: LossCase.all.keys.sorted())
    func lossIsPyTorchs(name: String) async throws {
        let expected: Expected = try await Python.fixture("losses")
        LibTorch.useOneThreadOnThisThread()
        try check(name, expected, within: .bits)
    }

    @Test("a divergence's batch mean is PyTorch's")
    func batchMeanIsAsRecorded() throws {
        try checkBatchMean(fixture("losses"), within: LossTests.recorded)
        let number = try Tensor(-1.0).to(.float32)
        try expectSameBits(
            klDiv(number, number.exp(), reduction: .batchMean), klDiv(number, number.exp(), reduction: .sum))
    }

    @Test("a divergence's batch mean has the bits of the PyTorch beside", .needsPyTorch)
    func batchMeanIsPyTorchs() async throws {
        let expected: Expected = try await Python.fixture("losses")
        LibTorch.useOneThreadOnThisThread()
        try checkBatchMean(expected, within: .bits)
    }

    @Test("every loss of torch.nn is compared, or stands in the list of exceptions")
    func everyLossIsCovered() throws {
        let expected = try fixture("losses", as: Expected.self)
        let covered = Set(expected.cases.values.compactMap(\.module))
        #expect(covered.isDisjoint(with: Self.exceptions.keys))
        #expect(covered.union(Self.exceptions.keys) == Set(expected.modules))
        #expect(Set(LossCase.all.keys) == Set(expected.cases.keys))
    }

    /// The longest sums, of a loss over its elements, have 24 terms.
    private static let recorded = Tolerance.sum(of: 24)

    private func check(_ name: String, _ expected: Expected, within tolerance: Tolerance) throws {
        let loss = try #require(LossCase.all[name])
        for reduction in Reduction.allCases {
            try check(name, "\(reduction)", expected, within: tolerance) { try loss.function($0, reduction) }
            guard let module = loss.module else { continue }
            try check(name, "\(reduction)", expected, within: tolerance) { try module($0, reduction) }
        }
    }

    private func checkBatchMean(_ expected: Expected, within tolerance: Tolerance) throws {
        try check("kl", "batchmean", expected, within: tolerance) { try klDiv($0[0], $0[1], reduction: .batchMean) }
        try check("kl", "batchmean", expected, within: tolerance) {
            try KLDivLoss(reduction: .batchMean)($0[0], $0[1])
        }
    }

    private func check(
        _ name: String, _ reduction: String, _ expected: Expected, within tolerance: Tolerance,
        _ compute: ([Tensor]) throws -> Tensor
    ) throws {
        let expected = try #require(expected.cases[name])
        let result = try #require(expected.results[reduction])
        let inputs = try expected.inputs.map { try $0.tensor }
        for place in expected.differentiable { try inputs[place].requiresGrad_() }
        let loss = try compute(inputs)
        let comment = "\(name), \(reduction)"
        try expectClose(loss, result.loss.tensor, within: tolerance, comment)
        try loss.backward(gradient: Tensor.linspace(start: 0.5, end: 1.5, steps: loss.count).reshape(loss.shape))
        for (place, expected) in zip(expected.differentiable, result.gradients) {
            let gradient = try #require(inputs[place].grad)
            try expectClose(gradient, expected.tensor, within: tolerance, "\(comment), input \(place)")
        }
    }

    @Test("the weights of a loss are buffers, as in PyTorch")
    func weightsAreBuffers() throws {
        let weight = try Tensor([0.5, 1, 2])
        let names: [(module: Module, names: [String])] = [
            (CrossEntropyLoss(weight: weight), ["weight"]),
            (NLLLoss(weight: weight), ["weight"]),
            (BCELoss(weight: weight), ["weight"]),
            (BCEWithLogitsLoss(weight: weight, posWeight: weight), ["weight", "pos_weight"]),
            (BCEWithLogitsLoss(posWeight: weight), ["pos_weight"]),
            (MultiLabelSoftMarginLoss(weight: weight), ["weight"]),
            (MultiMarginLoss(weight: weight), ["weight"]),
            (NLLLoss(), []),
        ]
        for (module, names) in names {
            #expect(try module.stateDict().names == names)
            #expect(try module.parameters().isEmpty)
            #expect(module.description == "\(type(of: module))()")
        }
    }

    @Test("a distance's error comes through a triplet loss")
    func distanceErrorComesThrough() throws {
        struct NoDistance: Error {}
        let loss = TripletMarginWithDistanceLoss(distanceFunction: { _, _ in throw NoDistance() })
        let vector = try Tensor.ones([2, 3])
        #expect(throws: NoDistance.self) { try loss(vector, vector, vector) }
    }
}
