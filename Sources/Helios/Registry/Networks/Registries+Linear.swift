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

extension Registry where Subject == Void, Product == Module {
    func addEmbeddings() {
        add("Embedding") {
            try Embedding(
                $0.int("num_embeddings"), $0.int("embedding_dim"), paddingIdx: $0.optional("padding_idx"),
                maxNorm: $0.optional("max_norm"), normType: $0.double("norm_type", 2),
                scaleGradByFreq: $0.bool("scale_grad_by_freq", false), sparse: $0.bool("sparse", false))
        }
        add("EmbeddingBag") {
            try EmbeddingBag(
                $0.int("num_embeddings"), $0.int("embedding_dim"), maxNorm: $0.optional("max_norm"),
                normType: $0.double("norm_type", 2), scaleGradByFreq: $0.bool("scale_grad_by_freq", false),
                mode: $0.choice("mode", .mean), sparse: $0.bool("sparse", false),
                includeLastOffset: $0.bool("include_last_offset", false), paddingIdx: $0.optional("padding_idx"))
        }
    }
}

extension Registry where Subject == Void, Product == Module {
    func addDropouts() {
        add("Dropout") { try Dropout(p: $0.double("p", 0.5), inPlace: $0.bool("inplace", false)) }
        add("Dropout1d") { try Dropout1d(p: $0.double("p", 0.5), inPlace: $0.bool("inplace", false)) }
        add("Dropout2d") { try Dropout2d(p: $0.double("p", 0.5), inPlace: $0.bool("inplace", false)) }
        add("Dropout3d") { try Dropout3d(p: $0.double("p", 0.5), inPlace: $0.bool("inplace", false)) }
        add("AlphaDropout") { try AlphaDropout(p: $0.double("p", 0.5), inPlace: $0.bool("inplace", false)) }
        add("FeatureAlphaDropout") {
            try FeatureAlphaDropout(p: $0.double("p", 0.5), inPlace: $0.bool("inplace", false))
        }
    }
}
