import Helios

let lossCases: RegistryCases<Void, Module> = [
    "L1Loss": [.init([:]) { L1Loss() }, .init(["reduction": "sum"]) { L1Loss(reduction: .sum) }],
    "MSELoss": [.init([:]) { MSELoss() }, .init(["reduction": "sum"]) { MSELoss(reduction: .sum) }],
    "HuberLoss": [
        .init([:]) { HuberLoss() },
        .init(["reduction": "none", "delta": 0.5]) { HuberLoss(reduction: .none, delta: 0.5) },
    ],
    "SmoothL1Loss": [
        .init([:]) { SmoothL1Loss() },
        .init(["reduction": "sum", "beta": 0.5]) { SmoothL1Loss(reduction: .sum, beta: 0.5) },
    ],
    "PoissonNLLLoss": [
        .init([:]) { PoissonNLLLoss() },
        .init(["log_input": false, "full": true, "eps": 1e-3, "reduction": "sum"]) {
            PoissonNLLLoss(logInput: false, full: true, eps: 1e-3, reduction: .sum)
        },
    ],
    "GaussianNLLLoss": [
        .init([:]) { GaussianNLLLoss() },
        .init(["full": true, "eps": 1e-3, "reduction": "sum"]) {
            GaussianNLLLoss(full: true, eps: 1e-3, reduction: .sum)
        },
    ],
    "KLDivLoss": [
        .init([:]) { KLDivLoss() },
        .init(["reduction": "batchmean", "log_target": true]) { KLDivLoss(reduction: .batchMean, logTarget: true) },
    ],
    "CrossEntropyLoss": [
        .init([:]) { CrossEntropyLoss() },
        .init(["weight": [0.5, 1, 2], "ignore_index": 2, "reduction": "sum", "label_smoothing": 0.1]) {
            try CrossEntropyLoss(weight: Tensor([0.5, 1, 2]), ignoreIndex: 2, reduction: .sum, labelSmoothing: 0.1)
        },
    ],
    "NLLLoss": [
        .init([:]) { NLLLoss() },
        .init(["weight": [0.5, 1, 2], "ignore_index": 2, "reduction": "sum"]) {
            try NLLLoss(weight: Tensor([0.5, 1, 2]), ignoreIndex: 2, reduction: .sum)
        },
    ],
    "BCELoss": [
        .init([:]) { BCELoss() },
        .init(["weight": [[0.5, 1], [2, 3]], "reduction": "sum"]) {
            try BCELoss(weight: Tensor([[0.5, 1], [2, 3]]), reduction: .sum)
        },
    ],
    "BCEWithLogitsLoss": [
        .init([:]) { BCEWithLogitsLoss() },
        .init(["weight": [0.5, 1], "pos_weight": [3, 4], "reduction": "sum"]) {
            try BCEWithLogitsLoss(weight: Tensor([0.5, 1]), posWeight: Tensor([3.0, 4]), reduction: .sum)
        },
    ],
    "MultiLabelSoftMarginLoss": [
        .init([:]) { MultiLabelSoftMarginLoss() },
        .init(["weight": [0.5, 1], "reduction": "sum"]) {
            try MultiLabelSoftMarginLoss(weight: Tensor([0.5, 1]), reduction: .sum)
        },
    ],
    "MultiLabelMarginLoss": [
        .init([:]) { MultiLabelMarginLoss() },
        .init(["reduction": "sum"]) { MultiLabelMarginLoss(reduction: .sum) },
    ],
    "MultiMarginLoss": [
        .init([:]) { MultiMarginLoss() },
        .init(["p": 2, "margin": 0.5, "weight": [0.5, 1], "reduction": "sum"]) {
            try MultiMarginLoss(p: 2, margin: 0.5, weight: Tensor([0.5, 1]), reduction: .sum)
        },
    ],
    "SoftMarginLoss": [
        .init([:]) { SoftMarginLoss() }, .init(["reduction": "sum"]) { SoftMarginLoss(reduction: .sum) },
    ],
    "CTCLoss": [
        .init([:]) { CTCLoss() },
        .init(["blank": 3, "reduction": "sum", "zero_infinity": true]) {
            CTCLoss(blank: 3, reduction: .sum, zeroInfinity: true)
        },
    ],
    "MarginRankingLoss": [
        .init([:]) { MarginRankingLoss() },
        .init(["margin": 0.5, "reduction": "sum"]) { MarginRankingLoss(margin: 0.5, reduction: .sum) },
    ],
    "HingeEmbeddingLoss": [
        .init([:]) { HingeEmbeddingLoss() },
        .init(["margin": 0.5, "reduction": "sum"]) { HingeEmbeddingLoss(margin: 0.5, reduction: .sum) },
    ],
    "CosineEmbeddingLoss": [
        .init([:]) { CosineEmbeddingLoss() },
        .init(["margin": 0.5, "reduction": "sum"]) { CosineEmbeddingLoss(margin: 0.5, reduction: .sum) },
    ],
    "TripletMarginLoss": [
        .init([:]) { TripletMarginLoss() },
        .init(["margin": 0.5, "p": 1, "eps": 1e-3, "swap": true, "reduction": "sum"]) {
            TripletMarginLoss(margin: 0.5, p: 1, eps: 1e-3, swap: true, reduction: .sum)
        },
    ],
    "TripletMarginWithDistanceLoss": [
        .init([:]) { TripletMarginWithDistanceLoss() },
        .init([
            "distance_function": ["type": "PairwiseDistance", "p": 1], "margin": 0.5, "swap": true, "reduction": "sum",
        ]) {
            let distance = PairwiseDistance(p: 1)
            return TripletMarginWithDistanceLoss(
                distanceFunction: { try distance($0, $1) }, margin: 0.5, swap: true, reduction: .sum)
        },
    ],
]
