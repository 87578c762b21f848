extension Registry where Subject == Void, Product == Module {
    func addLinearLayers() {
        add("Linear") { try Linear($0.int("in_features"), $0.int("out_features"), bias: $0.bool("bias", true)) }
        add("Bilinear") {
            try Bilinear(
                $0.int("in1_features"), $0.int("in2_features"), $0.int("out_features"), bias: $0.bool("bias", true))
        }
        add("Identity") { _ in Identity() }
        add("CosineSimilarity") { try CosineSimilarity(dim: $0.int("dim", 1), eps: $0.double("eps", 1e-8)) }
        add("PairwiseDistance") {
            try PairwiseDistance(p: $0.double("p", 2), eps: $0.double("eps", 1e-6), keepDim: $0.bool("keepdim", false))
        }
    }
}
