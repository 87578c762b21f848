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
