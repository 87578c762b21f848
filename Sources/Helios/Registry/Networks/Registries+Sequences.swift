extension Registry where Subject == Void, Product == Module {
    func addRecurrentLayers() {
        add("RNN") {
            try RNN(
                $0.int("input_size"), $0.int("hidden_size"), numLayers: $0.int("num_layers", 1),
                nonlinearity: $0.choice("nonlinearity", .tanh), bias: $0.bool("bias", true),
                batchFirst: $0.bool("batch_first", false), dropout: $0.double("dropout", 0),
                bidirectional: $0.bool("bidirectional", false))
        }
        add("LSTM") {
            try LSTM(
                $0.int("input_size"), $0.int("hidden_size"), numLayers: $0.int("num_layers", 1),
                bias: $0.bool("bias", true), batchFirst: $0.bool("batch_first", false),
                dropout: $0.double("dropout", 0), bidirectional: $0.bool("bidirectional", false),
                projSize: $0.int("proj_size", 0))
        }
        add("GRU") {
            try GRU(
                $0.int("input_size"), $0.int("hidden_size"), numLayers: $0.int("num_layers", 1),
                bias: $0.bool("bias", true), batchFirst: $0.bool("batch_first", false),
                dropout: $0.double("dropout", 0), bidirectional: $0.bool("bidirectional", false))
        }
        add("RNNCell") {
            try RNNCell(
                $0.int("input_size"), $0.int("hidden_size"), bias: $0.bool("bias", true),
                nonlinearity: $0.choice("nonlinearity", .tanh))
        }
        add("LSTMCell") { try LSTMCell($0.int("input_size"), $0.int("hidden_size"), bias: $0.bool("bias", true)) }
        add("GRUCell") { try GRUCell($0.int("input_size"), $0.int("hidden_size"), bias: $0.bool("bias", true)) }
    }
}

extension OptionReader {
    /// A function between a transformer's two linear layers: "relu", "gelu", or a layer.
    fileprivate func activation() throws -> (Tensor) throws -> Tensor {
        guard let (value, _) = look("activation", defaultText: "relu") else { return relu }
        switch value {
        case .string("relu"): return relu
        case .string("gelu"): return { try gelu($0) }
        default:
            let layer = try part("activation", from: Registries.networks, as: (any Layer).self)
            return { try layer($0) }
        }
    }

    fileprivate func layer(_ name: String) throws -> (any Layer)? {
        try optionalPart(name, from: Registries.networks, as: (any Layer).self)
    }
}

extension Registry where Subject == Void, Product == Module {
    func addAttentionLayers() {
        add("MultiheadAttention") {
            try MultiheadAttention(
                $0.int("embed_dim"), $0.int("num_heads"), dropout: $0.double("dropout", 0), bias: $0.bool("bias", true),
                addBiasKV: $0.bool("add_bias_kv", false), addZeroAttn: $0.bool("add_zero_attn", false),
                kdim: $0.optional("kdim"), vdim: $0.optional("vdim"), batchFirst: $0.bool("batch_first", false))
        }
        add("TransformerEncoderLayer") {
            try TransformerEncoderLayer(
                $0.int("d_model"), $0.int("nhead"), dimFeedforward: $0.int("dim_feedforward", 2048),
                dropout: $0.double("dropout", 0.1), activation: $0.activation(),
                layerNormEps: $0.double("layer_norm_eps", 1e-5), batchFirst: $0.bool("batch_first", false),
                normFirst: $0.bool("norm_first", false), bias: $0.bool("bias", true))
        }
        add("TransformerDecoderLayer") {
            try TransformerDecoderLayer(
                $0.int("d_model"), $0.int("nhead"), dimFeedforward: $0.int("dim_feedforward", 2048),
                dropout: $0.double("dropout", 0.1), activation: $0.activation(),
                layerNormEps: $0.double("layer_norm_eps", 1e-5), batchFirst: $0.bool("batch_first", false),
                normFirst: $0.bool("norm_first", false), bias: $0.bool("bias", true))
        }
        add("TransformerEncoder") {
            try TransformerEncoder(
                $0.part("encoder_layer", from: Registries.networks, as: TransformerEncoderLayer.self),
                numLayers: $0.int("num_layers"), norm: $0.layer("norm"))
        }
        add("TransformerDecoder") {
            try TransformerDecoder(
                $0.part("decoder_layer", from: Registries.networks, as: TransformerDecoderLayer.self),
                numLayers: $0.int("num_layers"), norm: $0.layer("norm"))
        }
        add("Transformer") {
            try Transformer(
                dModel: $0.int("d_model", 512), nhead: $0.int("nhead", 8),
                numEncoderLayers: $0.int("num_encoder_layers", 6), numDecoderLayers: $0.int("num_decoder_layers", 6),
                dimFeedforward: $0.int("dim_feedforward", 2048), dropout: $0.double("dropout", 0.1),
                activation: $0.activation(),
                customEncoder: $0.optionalPart(
                    "custom_encoder", from: Registries.networks, as: TransformerEncoder.self),
                customDecoder: $0.optionalPart(
                    "custom_decoder", from: Registries.networks, as: TransformerDecoder.self),
                layerNormEps: $0.double("layer_norm_eps", 1e-5), batchFirst: $0.bool("batch_first", false),
                normFirst: $0.bool("norm_first", false), bias: $0.bool("bias", true))
        }
    }
}
