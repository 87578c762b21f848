extension Registry where Subject == Void, Product == Module {
    func addRegressionLosses() {
        add("L1Loss") { try L1Loss(reduction: $0.choice("reduction", .mean)) }
        add("MSELoss") { try MSELoss(reduction: $0.choice("reduction", .mean)) }
        add("HuberLoss") { try HuberLoss(reduction: $0.choice("reduction", .mean), delta: $0.double("delta", 1)) }
        add("SmoothL1Loss") { try SmoothL1Loss(reduction: $0.choice("reduction", .mean), beta: $0.double("beta", 1)) }
        add("PoissonNLLLoss") {
            try PoissonNLLLoss(
                logInput: $0.bool("log_input", true), full: $0.bool("full", false), eps: $0.double("eps", 1e-8),
                reduction: $0.choice("reduction", .mean))
        }
        add("GaussianNLLLoss") {
            try GaussianNLLLoss(
                full: $0.bool("full", false), eps: $0.double("eps", 1e-6), reduction: $0.choice("reduction", .mean))
        }
        add("KLDivLoss") {
            try KLDivLoss(reduction: $0.choice("reduction", .mean), logTarget: $0.bool("log_target", false))
        }
    }

    func addClassificationLosses() {
        add("CrossEntropyLoss") {
            try CrossEntropyLoss(
                weight: $0.optional("weight"), ignoreIndex: $0.int("ignore_index", -100),
                reduction: $0.choice("reduction", .mean), labelSmoothing: $0.double("label_smoothing", 0))
        }
        add("NLLLoss") {
            try NLLLoss(
                weight: $0.optional("weight"), ignoreIndex: $0.int("ignore_index", -100),
                reduction: $0.choice("reduction", .mean))
        }
        add("BCELoss") { try BCELoss(weight: $0.optional("weight"), reduction: $0.choice("reduction", .mean)) }
        add("BCEWithLogitsLoss") {
            try BCEWithLogitsLoss(
                weight: $0.optional("weight"), posWeight: $0.optional("pos_weight"),
                reduction: $0.choice("reduction", .mean))
        }
        add("MultiLabelSoftMarginLoss") {
            try MultiLabelSoftMarginLoss(weight: $0.optional("weight"), reduction: $0.choice("reduction", .mean))
        }
        add("MultiLabelMarginLoss") { try MultiLabelMarginLoss(reduction: $0.choice("reduction", .mean)) }
        add("MultiMarginLoss") {
            try MultiMarginLoss(
                p: $0.int("p", 1), margin: $0.double("margin", 1), weight: $0.optional("weight"),
                reduction: $0.choice("reduction", .mean))
        }
        add("SoftMarginLoss") { try SoftMarginLoss(reduction: $0.choice("reduction", .mean)) }
        add("CTCLoss") {
            try CTCLoss(
                blank: $0.int("blank", 0), reduction: $0.choice("reduction", .mean),
                zeroInfinity: $0.bool("zero_infinity", false))
        }
    }

    func addEmbeddingLosses() {
        add("MarginRankingLoss") {
            try MarginRankingLoss(margin: $0.double("margin", 0), reduction: $0.choice("reduction", .mean))
        }
        add("HingeEmbeddingLoss") {
            try HingeEmbeddingLoss(margin: $0.double("margin", 1), reduction: $0.choice("reduction", .mean))
        }
        add("CosineEmbeddingLoss") {
            try CosineEmbeddingLoss(margin: $0.double("margin", 0), reduction: $0.choice("reduction", .mean))
        }
        add("TripletMarginLoss") {
            try TripletMarginLoss(
                margin: $0.double("margin", 1), p: $0.double("p", 2), eps: $0.double("eps", 1e-6),
                swap: $0.bool("swap", false), reduction: $0.choice("reduction", .mean))
        }
        add("TripletMarginWithDistanceLoss") {
            let distance = try $0.optionalPart(
                "distance_function", from: Registries.networks, as: PairwiseDistance.self)
            return try TripletMarginWithDistanceLoss(
                distanceFunction: distance.map { distance in { try distance($0, $1) } },
                margin: $0.double("margin", 1), swap: $0.bool("swap", false),
                reduction: $0.choice("reduction", .mean))
        }
    }
}
