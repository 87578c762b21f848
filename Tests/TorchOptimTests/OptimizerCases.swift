import Torch
import TorchOptim

/// The optimizers of Tests/Fixtures/optimizers.py, by the names of its cases.
enum OptimizerCases {
    typealias Make = @Sendable ([ParameterGroup]) throws -> Optimizer

    /// Those of PyTorch's that are not here, with the reasons.
    static let exceptions = [
        "Adafactor": "not among the issue's; it saves memory that only the largest models lack",
        "Muon": "not among the issue's; it is for matrices only, and still changes",
    ]

    static let all: [String: Make] = [
        "Adadelta": { try Adadelta(groups: $0) },
        "Adadelta bfloat16": { try Adadelta(groups: $0) },
        "Adadelta rho, eps": { try Adadelta(groups: $0, learningRate: 0.5, rho: 0.8, eps: 1e-4) },
        "Adadelta weight decay": { try Adadelta(groups: $0, weightDecay: 0.02) },
        "Adadelta maximize": { try Adadelta(groups: $0, maximize: true) },
        "Adadelta maximize, weight decay": { try Adadelta(groups: $0, weightDecay: 0.02, maximize: true) },

        "Adagrad": { try Adagrad(groups: $0) },
        "Adagrad bfloat16": { try Adagrad(groups: $0) },
        "Adagrad lr decay, eps": { try Adagrad(groups: $0, learningRate: 0.1, lrDecay: 0.05, eps: 1e-4) },
        "Adagrad initial accumulator": { try Adagrad(groups: $0, initialAccumulatorValue: 0.3) },
        "Adagrad weight decay": { try Adagrad(groups: $0, weightDecay: 0.02) },
        "Adagrad maximize": { try Adagrad(groups: $0, maximize: true) },

        "Adam": { try Adam(groups: $0) },
        "Adam bfloat16": { try Adam(groups: $0) },
        "Adam betas, eps": { try Adam(groups: $0, learningRate: 0.05, betas: (0.8, 0.95), eps: 1e-5) },
        "Adam weight decay": { try Adam(groups: $0, weightDecay: 0.1) },
        "Adam decoupled weight decay": { try Adam(groups: $0, weightDecay: 0.1, decoupledWeightDecay: true) },
        "Adam amsgrad": { try Adam(groups: $0, learningRate: 0.05, amsgrad: true) },
        "Adam maximize": { try Adam(groups: $0, maximize: true) },
        "Adam float64": { try Adam(groups: $0, learningRate: 0.05, amsgrad: true) },

        "AdamW": { try AdamW(groups: $0) },
        "AdamW bfloat16": { try AdamW(groups: $0) },
        "AdamW betas, eps, weight decay": {
            try AdamW(groups: $0, learningRate: 0.05, betas: (0.8, 0.95), eps: 1e-5, weightDecay: 0.1)
        },
        "AdamW amsgrad": { try AdamW(groups: $0, learningRate: 0.05, amsgrad: true) },
        "AdamW maximize": { try AdamW(groups: $0, learningRate: 0.05, maximize: true) },

        "Adamax": { try Adamax(groups: $0) },
        "Adamax bfloat16": { try Adamax(groups: $0) },
        "Adamax betas, eps": { try Adamax(groups: $0, learningRate: 0.05, betas: (0.8, 0.95), eps: 1e-4) },
        "Adamax weight decay": { try Adamax(groups: $0, weightDecay: 0.1) },
        "Adamax maximize": { try Adamax(groups: $0, maximize: true) },
        "Adamax float64": { try Adamax(groups: $0) },

        "ASGD": { try ASGD(groups: $0) },
        "ASGD bfloat16": { try ASGD(groups: $0) },
        "ASGD lambd, alpha, t0": { try ASGD(groups: $0, learningRate: 0.1, lambda: 0.01, alpha: 0.6, t0: 4) },
        "ASGD weight decay": { try ASGD(groups: $0, weightDecay: 0.1) },
        "ASGD maximize": { try ASGD(groups: $0, maximize: true) },
        "ASGD maximize, weight decay": { try ASGD(groups: $0, weightDecay: 0.1, maximize: true) },

        "NAdam": { try NAdam(groups: $0) },
        "NAdam bfloat16": { try NAdam(groups: $0) },
        "NAdam betas, eps": { try NAdam(groups: $0, learningRate: 0.05, betas: (0.8, 0.95), eps: 1e-4) },
        "NAdam momentum decay": { try NAdam(groups: $0, momentumDecay: 0.1) },
        "NAdam weight decay": { try NAdam(groups: $0, weightDecay: 0.1) },
        "NAdam decoupled weight decay": { try NAdam(groups: $0, weightDecay: 0.1, decoupledWeightDecay: true) },
        "NAdam maximize": { try NAdam(groups: $0, weightDecay: 0.1, maximize: true) },
        "NAdam float64": { try NAdam(groups: $0) },

        "RAdam": { try RAdam(groups: $0) },
        "RAdam bfloat16": { try RAdam(groups: $0) },
        "RAdam betas, eps": { try RAdam(groups: $0, learningRate: 0.05, betas: (0.8, 0.95), eps: 1e-4) },
        "RAdam weight decay": { try RAdam(groups: $0, weightDecay: 0.1) },
        "RAdam decoupled weight decay": { try RAdam(groups: $0, weightDecay: 0.1, decoupledWeightDecay: true) },
        "RAdam maximize": { try RAdam(groups: $0, weightDecay: 0.1, maximize: true) },

        "RMSprop": { try RMSprop(groups: $0) },
        "RMSprop bfloat16": { try RMSprop(groups: $0) },
        "RMSprop alpha, eps": { try RMSprop(groups: $0, learningRate: 0.05, alpha: 0.8, eps: 1e-4) },
        "RMSprop momentum": { try RMSprop(groups: $0, momentum: 0.9) },
        "RMSprop centered": { try RMSprop(groups: $0, centered: true) },
        "RMSprop momentum, centered": { try RMSprop(groups: $0, momentum: 0.9, centered: true) },
        "RMSprop weight decay": { try RMSprop(groups: $0, weightDecay: 0.1) },
        "RMSprop maximize": { try RMSprop(groups: $0, maximize: true) },

        "Rprop": { try Rprop(groups: $0) },
        "Rprop bfloat16": { try Rprop(groups: $0) },
        "Rprop etas": { try Rprop(groups: $0, learningRate: 0.1, etas: (0.3, 1.5)) },
        "Rprop step sizes": { try Rprop(groups: $0, learningRate: 0.1, stepSizes: (0.05, 0.2)) },
        "Rprop maximize": { try Rprop(groups: $0, maximize: true) },

        "SGD": { try SGD(groups: $0) },
        "SGD bfloat16": { try SGD(groups: $0) },
        "SGD momentum": { try SGD(groups: $0, learningRate: 0.1, momentum: 0.9) },
        "SGD dampening": { try SGD(groups: $0, learningRate: 0.1, momentum: 0.9, dampening: 0.3) },
        "SGD weight decay": { try SGD(groups: $0, learningRate: 0.1, weightDecay: 0.02) },
        "SGD nesterov": {
            try SGD(groups: $0, learningRate: 0.1, momentum: 0.8, weightDecay: 0.02, nesterov: true)
        },
        "SGD maximize": { try SGD(groups: $0, learningRate: 0.1, momentum: 0.8, maximize: true) },
        "SGD float64": { try SGD(groups: $0, learningRate: 0.1, momentum: 0.9) },

        "SparseAdam": { try SparseAdam(groups: $0) },
        "SparseAdam bfloat16": { try SparseAdam(groups: $0) },
        "SparseAdam betas, eps": { try SparseAdam(groups: $0, learningRate: 0.05, betas: (0.8, 0.95), eps: 1e-5) },
        "SparseAdam maximize": { try SparseAdam(groups: $0, maximize: true) },

        "LBFGS": { try LBFGS(all($0), learningRate: 0.3, maxIterations: 4, historySize: 5) },
        "LBFGS bfloat16": { try LBFGS(all($0), learningRate: 0.3, maxIterations: 4, historySize: 5) },
        "LBFGS strong Wolfe": { try LBFGS(all($0), maxIterations: 4, historySize: 5, lineSearch: .strongWolfe) },
        "LBFGS strong Wolfe bfloat16": {
            try LBFGS(all($0), maxIterations: 4, historySize: 5, lineSearch: .strongWolfe)
        },
        "LBFGS float16": { try LBFGS(all($0), maxIterations: 4, historySize: 5, lineSearch: .strongWolfe) },
        "LBFGS evaluations": {
            try LBFGS(
                all($0), learningRate: 3, maxIterations: 6, maxEvaluations: 5, historySize: 5,
                lineSearch: .strongWolfe)
        },
        "LBFGS one iteration": { try LBFGS(all($0), learningRate: 0.1, maxIterations: 1, historySize: 3) },
        "LBFGS tolerances": {
            try LBFGS(all($0), learningRate: 0.1, toleranceGradient: 1e-2, toleranceChange: 1e-2, historySize: 10)
        },
        "LBFGS float64": { try LBFGS(all($0), maxIterations: 4, historySize: 5, lineSearch: .strongWolfe) },
    ]

    /// The optimizer of a case: two groups, the first with a learning rate of its own.
    static func make(_ name: String, _ parameters: [Tensor]) throws -> Optimizer? {
        try all[name]?([
            ParameterGroup(Array(parameters[..<1]), learningRate: 0.03), ParameterGroup(Array(parameters[1...])),
        ])
    }

    private static func all(_ groups: [ParameterGroup]) -> [Tensor] {
        groups.flatMap(\.parameters)
    }
}
