import Helios

let optimizerCases: RegistryCases<[ParameterGroup], Optimizer> = [
    "Adadelta": [
        .init([:]) { try Adadelta(groups: $0) },
        .init(["lr": 0.5, "rho": 0.8, "eps": 1e-4, "weight_decay": 0.02, "maximize": true]) {
            try Adadelta(groups: $0, learningRate: 0.5, rho: 0.8, eps: 1e-4, weightDecay: 0.02, maximize: true)
        },
    ],
    "Adagrad": [
        .init([:]) { try Adagrad(groups: $0) },
        .init([
            "lr": 0.5, "lr_decay": 0.1, "weight_decay": 0.02, "initial_accumulator_value": 0.3, "eps": 1e-4,
            "maximize": true,
        ]) {
            try Adagrad(
                groups: $0, learningRate: 0.5, lrDecay: 0.1, weightDecay: 0.02, initialAccumulatorValue: 0.3, eps: 1e-4,
                maximize: true)
        },
    ],
    "Adam": [
        .init([:]) { try Adam(groups: $0) },
        .init([
            "lr": 0.5, "betas": [0.8, 0.9], "eps": 1e-4, "weight_decay": 0.02, "amsgrad": true, "maximize": true,
            "decoupled_weight_decay": true,
        ]) {
            try Adam(
                groups: $0, learningRate: 0.5, betas: (0.8, 0.9), eps: 1e-4, weightDecay: 0.02, amsgrad: true,
                maximize: true, decoupledWeightDecay: true)
        },
    ],
    "AdamW": [
        .init([:]) { try AdamW(groups: $0) },
        .init(["lr": 0.5, "betas": [0.8, 0.9], "eps": 1e-4, "weight_decay": 0.02, "amsgrad": true, "maximize": true]) {
            try AdamW(
                groups: $0, learningRate: 0.5, betas: (0.8, 0.9), eps: 1e-4, weightDecay: 0.02, amsgrad: true,
                maximize: true)
        },
    ],
    "Adamax": [
        .init([:]) { try Adamax(groups: $0) },
        .init(["lr": 0.5, "betas": [0.8, 0.9], "eps": 1e-4, "weight_decay": 0.02, "maximize": true]) {
            try Adamax(
                groups: $0, learningRate: 0.5, betas: (0.8, 0.9), eps: 1e-4, weightDecay: 0.02, maximize: true)
        },
    ],
    "ASGD": [
        .init([:]) { try ASGD(groups: $0) },
        .init(["lr": 0.5, "lambd": 0.1, "alpha": 0.6, "t0": 10, "weight_decay": 0.02, "maximize": true]) {
            try ASGD(
                groups: $0, learningRate: 0.5, lambda: 0.1, alpha: 0.6, t0: 10, weightDecay: 0.02, maximize: true)
        },
    ],
    "LBFGS": [
        .init([:]) { try LBFGS($0.flatMap(\.parameters)) },
        .init([
            "lr": 0.5, "max_iter": 7, "max_eval": 9, "tolerance_grad": 1e-3, "tolerance_change": 1e-4,
            "history_size": 11, "line_search_fn": "strong_wolfe",
        ]) {
            try LBFGS(
                $0.flatMap(\.parameters), learningRate: 0.5, maxIterations: 7, maxEvaluations: 9,
                toleranceGradient: 1e-3, toleranceChange: 1e-4, historySize: 11, lineSearch: .strongWolfe)
        },
    ],
    "NAdam": [
        .init([:]) { try NAdam(groups: $0) },
        .init([
            "lr": 0.5, "betas": [0.8, 0.9], "eps": 1e-4, "weight_decay": 0.02, "momentum_decay": 0.1,
            "decoupled_weight_decay": true, "maximize": true,
        ]) {
            try NAdam(
                groups: $0, learningRate: 0.5, betas: (0.8, 0.9), eps: 1e-4, weightDecay: 0.02, momentumDecay: 0.1,
                decoupledWeightDecay: true, maximize: true)
        },
    ],
    "RAdam": [
        .init([:]) { try RAdam(groups: $0) },
        .init([
            "lr": 0.5, "betas": [0.8, 0.9], "eps": 1e-4, "weight_decay": 0.02, "decoupled_weight_decay": true,
            "maximize": true,
        ]) {
            try RAdam(
                groups: $0, learningRate: 0.5, betas: (0.8, 0.9), eps: 1e-4, weightDecay: 0.02,
                decoupledWeightDecay: true, maximize: true)
        },
    ],
    "RMSprop": [
        .init([:]) { try RMSprop(groups: $0) },
        .init([
            "lr": 0.5, "alpha": 0.7, "eps": 1e-4, "weight_decay": 0.02, "momentum": 0.3, "centered": true,
            "maximize": true,
        ]) {
            try RMSprop(
                groups: $0, learningRate: 0.5, alpha: 0.7, eps: 1e-4, weightDecay: 0.02, momentum: 0.3, centered: true,
                maximize: true)
        },
    ],
    "Rprop": [
        .init([:]) { try Rprop(groups: $0) },
        .init(["lr": 0.5, "etas": [0.4, 1.5], "step_sizes": [1e-3, 20], "maximize": true]) {
            try Rprop(groups: $0, learningRate: 0.5, etas: (0.4, 1.5), stepSizes: (1e-3, 20), maximize: true)
        },
    ],
    "SGD": [
        .init([:]) { try SGD(groups: $0) },
        .init(["lr": 0.5, "momentum": 0.3, "dampening": 0.2, "weight_decay": 0.02, "maximize": true]) {
            try SGD(
                groups: $0, learningRate: 0.5, momentum: 0.3, dampening: 0.2, weightDecay: 0.02, maximize: true)
        },
        .init(["momentum": 0.3, "nesterov": true]) { try SGD(groups: $0, momentum: 0.3, nesterov: true) },
    ],
    "SparseAdam": [
        .init([:]) { try SparseAdam(groups: $0) },
        .init(["lr": 0.5, "betas": [0.8, 0.9], "eps": 1e-4, "maximize": true]) {
            try SparseAdam(groups: $0, learningRate: 0.5, betas: (0.8, 0.9), eps: 1e-4, maximize: true)
        },
    ],
]
