extension Registry where Subject == [ParameterGroup], Product == Optimizer {
    /// Creates an optimizer for parameters in one group.
    ///
    /// - Throws: the same errors as `make` with groups.
    public func make(_ name: String, _ parameters: [Tensor], _ options: ConfigValue = [:]) throws -> Optimizer {
        try make(name, [ParameterGroup(parameters)], options)
    }

    /// Creates the optimizer in a configuration, for parameters in one group.
    ///
    /// - Throws: the same errors as `make` with groups.
    public func make(from configuration: ConfigValue, _ parameters: [Tensor]) throws -> Optimizer {
        try make(from: configuration, [ParameterGroup(parameters)])
    }

    func addAdamFamily() {
        add("Adam") {
            try Adam(
                groups: $1, learningRate: $0.double("lr", 1e-3), betas: $0.pair("betas", (0.9, 0.999)),
                eps: $0.double("eps", 1e-8), weightDecay: $0.double("weight_decay", 0),
                amsgrad: $0.bool("amsgrad", false), maximize: $0.bool("maximize", false),
                decoupledWeightDecay: $0.bool("decoupled_weight_decay", false))
        }
        add("AdamW") {
            try AdamW(
                groups: $1, learningRate: $0.double("lr", 1e-3), betas: $0.pair("betas", (0.9, 0.999)),
                eps: $0.double("eps", 1e-8), weightDecay: $0.double("weight_decay", 0.01),
                amsgrad: $0.bool("amsgrad", false), maximize: $0.bool("maximize", false))
        }
        add("Adamax") {
            try Adamax(
                groups: $1, learningRate: $0.double("lr", 2e-3), betas: $0.pair("betas", (0.9, 0.999)),
                eps: $0.double("eps", 1e-8), weightDecay: $0.double("weight_decay", 0),
                maximize: $0.bool("maximize", false))
        }
        add("NAdam") {
            try NAdam(
                groups: $1, learningRate: $0.double("lr", 2e-3), betas: $0.pair("betas", (0.9, 0.999)),
                eps: $0.double("eps", 1e-8), weightDecay: $0.double("weight_decay", 0),
                momentumDecay: $0.double("momentum_decay", 4e-3),
                decoupledWeightDecay: $0.bool("decoupled_weight_decay", false), maximize: $0.bool("maximize", false))
        }
        add("RAdam") {
            try RAdam(
                groups: $1, learningRate: $0.double("lr", 1e-3), betas: $0.pair("betas", (0.9, 0.999)),
                eps: $0.double("eps", 1e-8), weightDecay: $0.double("weight_decay", 0),
                decoupledWeightDecay: $0.bool("decoupled_weight_decay", false), maximize: $0.bool("maximize", false))
        }
        add("SparseAdam") {
            try SparseAdam(
                groups: $1, learningRate: $0.double("lr", 1e-3), betas: $0.pair("betas", (0.9, 0.999)),
                eps: $0.double("eps", 1e-8), maximize: $0.bool("maximize", false))
        }
    }

    func addOtherOptimizers() {
        add("Adadelta") {
            try Adadelta(
                groups: $1, learningRate: $0.double("lr", 1), rho: $0.double("rho", 0.9), eps: $0.double("eps", 1e-6),
                weightDecay: $0.double("weight_decay", 0), maximize: $0.bool("maximize", false))
        }
        add("Adagrad") {
            try Adagrad(
                groups: $1, learningRate: $0.double("lr", 1e-2), lrDecay: $0.double("lr_decay", 0),
                weightDecay: $0.double("weight_decay", 0),
                initialAccumulatorValue: $0.double("initial_accumulator_value", 0), eps: $0.double("eps", 1e-10),
                maximize: $0.bool("maximize", false))
        }
        add("ASGD") {
            try ASGD(
                groups: $1, learningRate: $0.double("lr", 1e-2), lambda: $0.double("lambd", 1e-4),
                alpha: $0.double("alpha", 0.75), t0: $0.double("t0", 1e6), weightDecay: $0.double("weight_decay", 0),
                maximize: $0.bool("maximize", false))
        }
        add("LBFGS") { options, groups in
            guard groups.count == 1, groups[0].options.isEmpty else {
                throw ConfigurationError("\(options.owner) takes one group of parameters, without options of its own")
            }
            return try LBFGS(
                groups[0].parameters, learningRate: options.double("lr", 1), maxIterations: options.int("max_iter", 20),
                maxEvaluations: options.optional("max_eval"),
                toleranceGradient: options.double("tolerance_grad", 1e-7),
                toleranceChange: options.double("tolerance_change", 1e-9),
                historySize: options.int("history_size", 100), lineSearch: options.optionalChoice("line_search_fn"))
        }
        add("RMSprop") {
            try RMSprop(
                groups: $1, learningRate: $0.double("lr", 1e-2), alpha: $0.double("alpha", 0.99),
                eps: $0.double("eps", 1e-8), weightDecay: $0.double("weight_decay", 0),
                momentum: $0.double("momentum", 0), centered: $0.bool("centered", false),
                maximize: $0.bool("maximize", false))
        }
        add("Rprop") {
            try Rprop(
                groups: $1, learningRate: $0.double("lr", 1e-2), etas: $0.pair("etas", (0.5, 1.2)),
                stepSizes: $0.pair("step_sizes", (1e-6, 50)), maximize: $0.bool("maximize", false))
        }
        add("SGD") {
            try SGD(
                groups: $1, learningRate: $0.double("lr", 1e-3), momentum: $0.double("momentum", 0),
                dampening: $0.double("dampening", 0), weightDecay: $0.double("weight_decay", 0),
                nesterov: $0.bool("nesterov", false), maximize: $0.bool("maximize", false))
        }
    }
}
