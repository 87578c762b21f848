import Torch
import TorchNN

/// A loss as a module and as a function, with the options that `Tests/Fixtures/losses.py` has under the same name.
struct LossCase: Sendable {
    typealias Loss = @Sendable ([Tensor], Reduction) throws -> Tensor

    /// `nil` if only the function has the options.
    let module: Loss?
    let function: Loss

    init(_ module: Loss?, _ function: @escaping Loss) {
        self.module = module
        self.function = function
    }

    static let all: [String: LossCase] = [differences, classes, likelihoods, binary, margins, distances, sequences]
        .reduce(into: [:]) { all, family in all.merge(family) { first, _ in first } }

    static func classWeight() throws -> Tensor { try Tensor([0.5, 1, 2]) }
    static func elementWeight() throws -> Tensor { try Tensor([[0.25, 0.875], [0.5, 0.125], [0.75, 0.625]]) }
    static func unitWeight() throws -> Tensor { try Tensor.arange(start: 1, end: 13).reshape(4, 3) / 8 }

    static let differences: [String: LossCase] = [
        "l1": .init({ try L1Loss(reduction: $1)($0[0], $0[1]) }, { try l1Loss($0[0], $0[1], reduction: $1) }),
        "l1, weight": .init(nil, { try l1Loss($0[0], $0[1], weight: elementWeight(), reduction: $1) }),
        "mse": .init({ try MSELoss(reduction: $1)($0[0], $0[1]) }, { try mseLoss($0[0], $0[1], reduction: $1) }),
        "mse, weight": .init(nil, { try mseLoss($0[0], $0[1], weight: elementWeight(), reduction: $1) }),
        "huber": .init(
            { try HuberLoss(reduction: $1)($0[0], $0[1]) }, { try huberLoss($0[0], $0[1], reduction: $1) }),
        "huber, delta": .init(
            { try HuberLoss(reduction: $1, delta: 0.5)($0[0], $0[1]) },
            { try huberLoss($0[0], $0[1], reduction: $1, delta: 0.5) }),
        "huber, weight": .init(
            nil, { try huberLoss($0[0], $0[1], weight: elementWeight(), reduction: $1, delta: 0.5) }),
        "smooth l1": .init(
            { try SmoothL1Loss(reduction: $1)($0[0], $0[1]) }, { try smoothL1Loss($0[0], $0[1], reduction: $1) }),
        "smooth l1, beta": .init(
            { try SmoothL1Loss(reduction: $1, beta: 0.5)($0[0], $0[1]) },
            { try smoothL1Loss($0[0], $0[1], reduction: $1, beta: 0.5) }),
        "smooth l1, beta 0": .init(
            { try SmoothL1Loss(reduction: $1, beta: 0)($0[0], $0[1]) },
            { try smoothL1Loss($0[0], $0[1], reduction: $1, beta: 0) }),
    ]

    static let crossEntropyPlain = LossCase(
        { try CrossEntropyLoss(reduction: $1)($0[0], $0[1]) }, { try crossEntropy($0[0], $0[1], reduction: $1) })
    static let nllPlain = LossCase(
        { try NLLLoss(reduction: $1)($0[0], $0[1]) }, { try nllLoss($0[0], $0[1], reduction: $1) })

    static let classes: [String: LossCase] = [
        "cross entropy": crossEntropyPlain,
        "cross entropy of one": crossEntropyPlain,
        "cross entropy of places": crossEntropyPlain,
        "cross entropy of probabilities": crossEntropyPlain,
        "cross entropy, weight": .init(
            { try CrossEntropyLoss(weight: classWeight(), reduction: $1)($0[0], $0[1]) },
            { try crossEntropy($0[0], $0[1], weight: classWeight(), reduction: $1) }),
        "cross entropy, ignored": .init(
            { try CrossEntropyLoss(ignoreIndex: 2, reduction: $1)($0[0], $0[1]) },
            { try crossEntropy($0[0], $0[1], ignoreIndex: 2, reduction: $1) }),
        "cross entropy, smoothed": .init(
            { try CrossEntropyLoss(weight: classWeight(), reduction: $1, labelSmoothing: 0.2)($0[0], $0[1]) },
            { try crossEntropy($0[0], $0[1], weight: classWeight(), reduction: $1, labelSmoothing: 0.2) }),
        "cross entropy of probabilities, all": .init(
            { try CrossEntropyLoss(weight: classWeight(), reduction: $1, labelSmoothing: 0.1)($0[0], $0[1]) },
            { try crossEntropy($0[0], $0[1], weight: classWeight(), reduction: $1, labelSmoothing: 0.1) }),
        "nll": nllPlain,
        "nll of one": nllPlain,
        "nll of one dimension of places": nllPlain,
        "nll, weight": .init(
            { try NLLLoss(weight: classWeight(), reduction: $1)($0[0], $0[1]) },
            { try nllLoss($0[0], $0[1], weight: classWeight(), reduction: $1) }),
        "nll, ignored": .init(
            { try NLLLoss(ignoreIndex: 2, reduction: $1)($0[0], $0[1]) },
            { try nllLoss($0[0], $0[1], ignoreIndex: 2, reduction: $1) }),
        "nll of places": .init(
            { try NLLLoss(weight: classWeight(), ignoreIndex: 0, reduction: $1)($0[0], $0[1]) },
            { try nllLoss($0[0], $0[1], weight: classWeight(), ignoreIndex: 0, reduction: $1) }),
    ]

    static let gaussianPlain = LossCase(
        { try GaussianNLLLoss(reduction: $1)($0[0], $0[1], variance: $0[2]) },
        { try gaussianNLLLoss($0[0], $0[1], variance: $0[2], reduction: $1) })

    static let likelihoods: [String: LossCase] = [
        "poisson": .init(
            { try PoissonNLLLoss(reduction: $1)($0[0], $0[1]) }, { try poissonNLLLoss($0[0], $0[1], reduction: $1) }),
        "poisson, full": .init(
            { try PoissonNLLLoss(full: true, reduction: $1)($0[0], $0[1]) },
            { try poissonNLLLoss($0[0], $0[1], full: true, reduction: $1) }),
        "poisson, rates": .init(
            { try PoissonNLLLoss(logInput: false, reduction: $1)($0[0], $0[1]) },
            { try poissonNLLLoss($0[0], $0[1], logInput: false, reduction: $1) }),
        "poisson, rates, eps": .init(
            { try PoissonNLLLoss(logInput: false, full: true, eps: 0.1, reduction: $1)($0[0], $0[1]) },
            { try poissonNLLLoss($0[0], $0[1], logInput: false, full: true, eps: 0.1, reduction: $1) }),
        "gaussian": gaussianPlain,
        "gaussian, one variance a row": gaussianPlain,
        "gaussian, one variance a column": gaussianPlain,
        "gaussian, one variance": .init(
            { try GaussianNLLLoss(reduction: $1)($0[0], $0[1], variance: 0.6) },
            { try gaussianNLLLoss($0[0], $0[1], variance: 0.6, reduction: $1) }),
        "gaussian, full": .init(
            { try GaussianNLLLoss(full: true, reduction: $1)($0[0], $0[1], variance: $0[2]) },
            { try gaussianNLLLoss($0[0], $0[1], variance: $0[2], full: true, reduction: $1) }),
        "gaussian, eps": .init(
            { try GaussianNLLLoss(eps: 0.5, reduction: $1)($0[0], $0[1], variance: $0[2]) },
            { try gaussianNLLLoss($0[0], $0[1], variance: $0[2], eps: 0.5, reduction: $1) }),
        "kl": .init(
            { try KLDivLoss(reduction: divergence($1))($0[0], $0[1]) },
            { try klDiv($0[0], $0[1], reduction: divergence($1)) }),
        "kl of logarithms": .init(
            { try KLDivLoss(reduction: divergence($1), logTarget: true)($0[0], $0[1]) },
            { try klDiv($0[0], $0[1], reduction: divergence($1), logTarget: true) }),
    ]

    static func posWeight() throws -> Tensor { try Tensor([3, 1, 0.5]) }

    static let binary: [String: LossCase] = [
        "bce": .init(
            { try BCELoss(reduction: $1)($0[0], $0[1]) }, { try binaryCrossEntropy($0[0], $0[1], reduction: $1) }),
        "bce, weight": .init(
            { try BCELoss(weight: unitWeight(), reduction: $1)($0[0], $0[1]) },
            { try binaryCrossEntropy($0[0], $0[1], weight: unitWeight(), reduction: $1) }),
        "bce, weight of columns": .init(
            { try BCELoss(weight: classWeight(), reduction: $1)($0[0], $0[1]) },
            { try binaryCrossEntropy($0[0], $0[1], weight: classWeight(), reduction: $1) }),
        "bce with logits": .init(
            { try BCEWithLogitsLoss(reduction: $1)($0[0], $0[1]) },
            { try binaryCrossEntropyWithLogits($0[0], $0[1], reduction: $1) }),
        "bce with logits, weight": .init(
            { try BCEWithLogitsLoss(weight: unitWeight(), reduction: $1)($0[0], $0[1]) },
            { try binaryCrossEntropyWithLogits($0[0], $0[1], weight: unitWeight(), reduction: $1) }),
        "bce with logits, all": .init(
            { try BCEWithLogitsLoss(weight: classWeight(), posWeight: posWeight(), reduction: $1)($0[0], $0[1]) },
            {
                try binaryCrossEntropyWithLogits(
                    $0[0], $0[1], weight: classWeight(), posWeight: posWeight(), reduction: $1)
            }),
        "multi-label soft margin": .init(
            { try MultiLabelSoftMarginLoss(reduction: $1)($0[0], $0[1]) },
            { try multilabelSoftMarginLoss($0[0], $0[1], reduction: $1) }),
        "multi-label soft margin, weight": .init(
            { try MultiLabelSoftMarginLoss(weight: classWeight(), reduction: $1)($0[0], $0[1]) },
            { try multilabelSoftMarginLoss($0[0], $0[1], weight: classWeight(), reduction: $1) }),
    ]

    static let multiMarginPlain = LossCase(
        { try MultiMarginLoss(reduction: $1)($0[0], $0[1]) }, { try multiMarginLoss($0[0], $0[1], reduction: $1) })
    static let multiLabelMargin = LossCase(
        { try MultiLabelMarginLoss(reduction: $1)($0[0], $0[1]) },
        { try multilabelMarginLoss($0[0], $0[1], reduction: $1) })

    static let margins: [String: LossCase] = [
        "margin ranking": .init(
            { try MarginRankingLoss(reduction: $1)($0[0], $0[1], $0[2]) },
            { try marginRankingLoss($0[0], $0[1], $0[2], reduction: $1) }),
        "margin ranking, margin": .init(
            { try MarginRankingLoss(margin: 0.5, reduction: $1)($0[0], $0[1], $0[2]) },
            { try marginRankingLoss($0[0], $0[1], $0[2], margin: 0.5, reduction: $1) }),
        "hinge embedding": .init(
            { try HingeEmbeddingLoss(reduction: $1)($0[0], $0[1]) },
            { try hingeEmbeddingLoss($0[0], $0[1], reduction: $1) }),
        "hinge embedding, margin": .init(
            { try HingeEmbeddingLoss(margin: 0.3, reduction: $1)($0[0], $0[1]) },
            { try hingeEmbeddingLoss($0[0], $0[1], margin: 0.3, reduction: $1) }),
        "soft margin": .init(
            { try SoftMarginLoss(reduction: $1)($0[0], $0[1]) }, { try softMarginLoss($0[0], $0[1], reduction: $1) }),
        "multi margin": multiMarginPlain,
        "multi margin of one": multiMarginPlain,
        "multi margin, all": .init(
            { try MultiMarginLoss(p: 2, margin: 0.5, weight: classWeight(), reduction: $1)($0[0], $0[1]) },
            { try multiMarginLoss($0[0], $0[1], p: 2, margin: 0.5, weight: classWeight(), reduction: $1) }),
        "multi-label margin": multiLabelMargin,
        "multi-label margin of one": multiLabelMargin,
    ]

    static let cosinePlain = LossCase(
        { try CosineEmbeddingLoss(reduction: $1)($0[0], $0[1], $0[2]) },
        { try cosineEmbeddingLoss($0[0], $0[1], $0[2], reduction: $1) })

    @Sendable static func cityBlock(_ left: Tensor, _ right: Tensor) throws -> Tensor {
        try (left - right).abs().sum(dims: [1])
    }

    static let distances: [String: LossCase] = [
        "cosine embedding": cosinePlain,
        "cosine embedding of one": cosinePlain,
        "cosine embedding, margin": .init(
            { try CosineEmbeddingLoss(margin: 0.4, reduction: $1)($0[0], $0[1], $0[2]) },
            { try cosineEmbeddingLoss($0[0], $0[1], $0[2], margin: 0.4, reduction: $1) }),
        "triplet": .init(
            { try TripletMarginLoss(reduction: $1)($0[0], $0[1], $0[2]) },
            { try tripletMarginLoss($0[0], $0[1], $0[2], reduction: $1) }),
        "triplet, all": .init(
            { try TripletMarginLoss(margin: 1.5, p: 1, eps: 1e-3, swap: true, reduction: $1)($0[0], $0[1], $0[2]) },
            { try tripletMarginLoss($0[0], $0[1], $0[2], margin: 1.5, p: 1, eps: 1e-3, swap: true, reduction: $1) }),
        "triplet with distance": .init(
            { try TripletMarginWithDistanceLoss(reduction: $1)($0[0], $0[1], $0[2]) },
            { try tripletMarginWithDistanceLoss($0[0], $0[1], $0[2], reduction: $1) }),
        "triplet with distance, all": .init(
            {
                let loss = TripletMarginWithDistanceLoss(
                    distanceFunction: cityBlock, margin: 1.5, swap: true, reduction: $1)
                return try loss($0[0], $0[1], $0[2])
            },
            {
                try tripletMarginWithDistanceLoss(
                    $0[0], $0[1], $0[2], distanceFunction: cityBlock, margin: 1.5, swap: true, reduction: $1)
            }),
    ]

    static let ctcPlain = LossCase(
        { try CTCLoss(reduction: $1)($0[0], $0[1], inputLengths: $0[2], targetLengths: $0[3]) },
        { inputs, reduction in
            // The lengths as arrays, as in many a data set.
            try ctcLoss(
                inputs[0], inputs[1], inputLengths: inputs[2].array(), targetLengths: inputs[3].array(),
                reduction: reduction)
        })

    static let sequences: [String: LossCase] = [
        "ctc": ctcPlain,
        "ctc of one": ctcPlain,
        "ctc, one after another": .init(
            { try CTCLoss(blank: 3, reduction: $1)($0[0], $0[1], inputLengths: $0[2], targetLengths: $0[3]) },
            { try ctcLoss($0[0], $0[1], inputLengths: $0[2], targetLengths: $0[3], blank: 3, reduction: $1) }),
        "ctc, infinity as zero": .init(
            {
                let loss = CTCLoss(reduction: $1, zeroInfinity: true)
                return try loss($0[0], $0[1], inputLengths: $0[2], targetLengths: $0[3])
            },
            {
                try ctcLoss(
                    $0[0], $0[1], inputLengths: $0[2], targetLengths: $0[3], reduction: $1, zeroInfinity: true)
            }),
    ]
}

private func divergence(_ reduction: Reduction) -> KLDivReduction {
    switch reduction {
    case .none: .none
    case .mean: .mean
    case .sum: .sum
    }
}
