import TestSupport
import Testing
import Torch
import TorchNN

/// What does not fit is an error; nothing ends the process.
struct LossErrorTests {
    static let elementwise: [String: @Sendable (Tensor, Tensor) throws -> Tensor] = [
        "l1_loss": { try l1Loss($0, $1) },
        "mse_loss": { try mseLoss($0, $1) },
        "huber_loss": { try huberLoss($0, $1) },
        "smooth_l1_loss": { try smoothL1Loss($0, $1) },
        "poisson_nll_loss": { try poissonNLLLoss($0, $1) },
        "kl_div": { try klDiv($0, $1) },
        "binary_cross_entropy": { try binaryCrossEntropy($0, $1) },
        "binary_cross_entropy_with_logits": { try binaryCrossEntropyWithLogits($0, $1) },
        "hinge_embedding_loss": { try hingeEmbeddingLoss($0, $1) },
        "soft_margin_loss": { try softMarginLoss($0, $1) },
        "multilabel_soft_margin_loss": { try multilabelSoftMarginLoss($0, $1) },
    ]

    @Test("shapes that would broadcast are an error that names the loss and both", arguments: elementwise.keys.sorted())
    func broadcastingThrows(name: String) throws {
        let loss = try #require(Self.elementwise[name])
        let error = #expect(throws: TorchError.self) { try loss(Tensor.zeros([4]), Tensor.zeros([4, 1])) }
        #expect(error?.kind == .shape)
        #expect(error?.description.hasPrefix("\(name)(float32[4], float32[4, 1])") == true)
    }

    @Test("a weight of another shape is an error of kind shape")
    func wrongElementWeightThrows() throws {
        let (value, weight) = (try Tensor.zeros([4]), try Tensor.ones([4, 1]))
        for loss in [
            { try l1Loss(value, value, weight: weight) }, { try mseLoss(value, value, weight: weight) },
            { try huberLoss(value, value, weight: weight) },
        ] as [() throws -> Tensor] {
            #expect(#expect(throws: TorchError.self) { try loss() }?.kind == .shape)
        }
        let three = try Tensor.ones([3])
        #expect(throws: TorchError.self) { try binaryCrossEntropy(value, value, weight: three) }
        #expect(throws: TorchError.self) { try binaryCrossEntropyWithLogits(value, value, weight: three) }
        #expect(throws: TorchError.self) { try binaryCrossEntropyWithLogits(value, value, posWeight: three) }
        #expect(throws: TorchError.self) { try multilabelSoftMarginLoss(value, value, weight: three) }
        #expect(throws: TorchError.self) { try multilabelSoftMarginLoss(Tensor(1.0), Tensor(1.0)) }
    }

    @Test("a class that is not there is an error", arguments: [3, -1, .max, .min], Reduction.allCases)
    func wrongClassThrows(number: Int, reduction: Reduction) throws {
        let logits = try Tensor.zeros([2, 3]).requiresGrad_()
        let classes = try Tensor([0, number], shape: [2])
        let (image, places) = (try Tensor.zeros([1, 3, 1, 2]), try classes.reshape(1, 1, 2))
        #expect(throws: TorchError.self) { try crossEntropy(logits, classes, reduction: reduction) }
        #expect(throws: TorchError.self) { try crossEntropy(image, places, reduction: reduction) }
        #expect(throws: TorchError.self) { try nllLoss(logits, classes, reduction: reduction) }
        #expect(throws: TorchError.self) { try nllLoss(image, places, reduction: reduction) }
        #expect(throws: TorchError.self) { try multiMarginLoss(logits, classes, reduction: reduction) }
        guard number != -1 else { return }
        let labels = try Tensor([0, 1, 2, 0, number, -1], shape: [2, 3])
        #expect(throws: TorchError.self) { try multilabelMarginLoss(logits, labels, reduction: reduction) }
    }

    @Test("targets and weights that do not fit are errors")
    func misfitsThrow() throws {
        let logits = try Tensor.zeros([2, 3])
        #expect(throws: TorchError.self) { try crossEntropy(logits, Tensor([0, 1, 2])) }
        #expect(throws: TorchError.self) { try crossEntropy(logits, Tensor([0.5, 1])) }
        #expect(throws: TorchError.self) { try crossEntropy(logits, Tensor([0, 1]), weight: Tensor([1.0, 2])) }
        #expect(throws: TorchError.self) { try crossEntropy(logits, Tensor([0, 1]), labelSmoothing: 1.5) }
        #expect(throws: TorchError.self) { try nllLoss(logits, Tensor([0, 1, 2])) }
        #expect(throws: TorchError.self) { try nllLoss(logits, Tensor([0.5, 1])) }
        #expect(throws: TorchError.self) { try nllLoss(logits, Tensor([0, 1]), weight: Tensor([1.0, 2])) }
        #expect(throws: TorchError.self) { try multiMarginLoss(logits, Tensor([0, 1, 2])) }
        #expect(throws: TorchError.self) { try multiMarginLoss(logits, Tensor([0, 1]), weight: Tensor([1.0, 2])) }
        #expect(throws: TorchError.self) { try multiMarginLoss(logits, Tensor([0, 1]), weight: Tensor(1.0)) }
        #expect(throws: TorchError.self) { try multilabelMarginLoss(logits, Tensor([0, 1])) }
        #expect(throws: TorchError.self) { try cosineEmbeddingLoss(logits, logits, Tensor([1.0, 1, 1])) }
        #expect(throws: TorchError.self) { try cosineEmbeddingLoss(logits, Tensor.zeros([2, 4]), Tensor([1.0, 1])) }
        #expect(throws: TorchError.self) { try marginRankingLoss(logits, Tensor([0.5, 1]), logits) }
        #expect(throws: TorchError.self) { try marginRankingLoss(logits, logits, Tensor.zeros([2, 2])) }
        #expect(throws: TorchError.self) { try tripletMarginLoss(logits, logits, Tensor.zeros([2])) }
        #expect(throws: TorchError.self) { try tripletMarginWithDistanceLoss(logits, logits, Tensor.zeros([2])) }
    }

    @Test("options that make no sense are errors that name the loss")
    func wrongOptionsThrow() throws {
        let vector = try Tensor.zeros([2, 3])
        let classes = try Tensor([0, 1])
        let errors = [
            initializationError(of: TripletMarginLoss(margin: 0)),
            initializationError(of: TripletMarginWithDistanceLoss(margin: -1)),
            initializationError(of: MultiMarginLoss(p: 3)),
            initializationError(of: MultiMarginLoss(weight: vector)),
        ]
        #expect(
            errors.map { $0?.operation } == [
                "TripletMarginLoss", "TripletMarginWithDistanceLoss", "MultiMarginLoss", "MultiMarginLoss",
            ])
        #expect(throws: TorchError.self) { try tripletMarginLoss(vector, vector, vector, margin: .nan) }
        #expect(throws: TorchError.self) { try tripletMarginWithDistanceLoss(vector, vector, vector, margin: 0) }
        #expect(throws: TorchError.self) { try multiMarginLoss(vector, classes, p: .max) }
        #expect(throws: TorchError.self) { try huberLoss(vector, vector, delta: 0) }
        #expect(throws: TorchError.self) { try smoothL1Loss(vector, vector, beta: -1) }
    }

    @Test("a probability beyond 0 and 1 is an error")
    func wrongProbabilityThrows() throws {
        #expect(throws: TorchError.self) { try binaryCrossEntropy(Tensor([0.5, 1.5]), Tensor([1.0, 0])) }
    }

    @Test("a negative variance, and one of a shape that does not fit, are errors")
    func wrongVarianceThrows() throws {
        let value = try Tensor.zeros([2, 3])
        #expect(throws: TorchError.self) { try gaussianNLLLoss(value, value, variance: -0.5) }
        #expect(throws: TorchError.self) { try gaussianNLLLoss(value, value, variance: -Tensor.ones([2, 3])) }
        for shape in [[3], [], [2, 2], [1, 1], [1, 2, 3]] {
            let error = #expect(throws: TorchError.self) {
                try gaussianNLLLoss(value, value, variance: Tensor.ones(shape))
            }
            #expect(error?.kind == .shape)
        }
    }

    @Test("sequences whose labels, lengths or shapes do not fit are errors")
    func wrongSequencesThrow() throws {
        let input = try Tensor.zeros([5, 2, 3]).logSoftmax(dim: 2)
        let targets = try Tensor([[1, 2], [2, 1]])
        func loss(
            _ targets: Tensor, _ inputLengths: [Int] = [5, 5], _ targetLengths: [Int] = [2, 2], blank: Int = 0
        ) throws -> Tensor {
            try ctcLoss(input, targets, inputLengths: inputLengths, targetLengths: targetLengths, blank: blank)
        }
        #expect(throws: Never.self) { try loss(targets) }
        for label in [-1, 3, .max, .min] {
            #expect(throws: TorchError.self) { try loss(Tensor([[1, label], [2, 1]])) }
            #expect(throws: TorchError.self) { try loss(Tensor([1, 2, label, 1])) }
            // Behind a target's end it does not count.
            #expect(throws: Never.self) { try loss(Tensor([[1, label], [2, 1]]), [5, 5], [1, 2]) }
        }
        for length in [-1, 6, .max, .min] {
            #expect(throws: TorchError.self) { try loss(targets, [5, length]) }
            #expect(throws: TorchError.self) { try loss(targets, [5, 5], [2, length]) }
            #expect(throws: TorchError.self) { try loss(Tensor([1, 2, 2, 1]), [5, 5], [2, length]) }
        }
        #expect(throws: TorchError.self) { try loss(Tensor([1, 2, 2])) }
        #expect(throws: TorchError.self) { try loss(targets, [5]) }
        #expect(throws: TorchError.self) { try loss(targets, [5, 5], [2, 2, 2]) }
        #expect(throws: TorchError.self) { try loss(Tensor([[1, 2]])) }
        #expect(throws: TorchError.self) { try loss(targets, blank: 3) }
        #expect(throws: TorchError.self) { try loss(targets, blank: -1) }
        #expect(throws: TorchError.self) {
            try ctcLoss(Tensor.zeros([5]), targets, inputLengths: [5, 5], targetLengths: [2, 2])
        }
    }

    @Test("tensors without elements do not end the process", arguments: Reduction.allCases)
    func emptyTensors(reduction: Reduction) throws {
        let (values, classes) = (try Tensor.zeros([0, 3]), try Tensor.zeros([0], dtype: .int64))
        for loss in Self.elementwise.values {
            #expect(try loss(values, values).shape == [])
        }
        _ = try? crossEntropy(values, classes, reduction: reduction)
        _ = try? nllLoss(values, classes, reduction: reduction)
        _ = try? multiMarginLoss(values, classes, reduction: reduction)
        _ = try? multilabelMarginLoss(values, Tensor.zeros([0, 3], dtype: .int64), reduction: reduction)
        _ = try? cosineEmbeddingLoss(values, values, classes, reduction: reduction)
        _ = try? tripletMarginLoss(values, values, values, reduction: reduction)
        _ = try? gaussianNLLLoss(values, values, variance: values, reduction: reduction)
        for shape in [[0, 2, 3], [5, 0, 3], [5, 2, 0]] {
            let lengths = [Int](repeating: 0, count: shape[1])
            _ = try? ctcLoss(
                Tensor.zeros(shape), Tensor.zeros([shape[1], 0], dtype: .int64), inputLengths: lengths,
                targetLengths: lengths, reduction: reduction)
        }
    }
}
