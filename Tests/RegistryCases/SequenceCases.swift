import Helios

let sequenceCases: RegistryCases<Void, Module> = [
    "Embedding": [
        .init(["num_embeddings": 5, "embedding_dim": 3]) { Embedding(5, 3) },
        .init([
            "num_embeddings": 5, "embedding_dim": 3, "padding_idx": 2, "max_norm": 1.5, "norm_type": 1,
            "scale_grad_by_freq": true, "sparse": true,
        ]) {
            Embedding(5, 3, paddingIdx: 2, maxNorm: 1.5, normType: 1, scaleGradByFreq: true, sparse: true)
        },
    ],
    "EmbeddingBag": [
        .init(["num_embeddings": 5, "embedding_dim": 3]) { EmbeddingBag(5, 3) },
        .init([
            "num_embeddings": 5, "embedding_dim": 3, "max_norm": 1.5, "norm_type": 1, "scale_grad_by_freq": true,
            "mode": "sum", "sparse": true, "include_last_offset": true, "padding_idx": 2,
        ]) {
            EmbeddingBag(
                5, 3, maxNorm: 1.5, normType: 1, scaleGradByFreq: true, mode: .sum, sparse: true,
                includeLastOffset: true, paddingIdx: 2)
        },
    ],
    "RNN": [
        .init(["input_size": 3, "hidden_size": 4]) { RNN(3, 4) },
        .init([
            "input_size": 3, "hidden_size": 4, "num_layers": 2, "nonlinearity": "relu", "bias": false,
            "batch_first": true, "dropout": 0.2, "bidirectional": true,
        ]) {
            RNN(
                3, 4, numLayers: 2, nonlinearity: .relu, bias: false, batchFirst: true, dropout: 0.2,
                bidirectional: true)
        },
    ],
    "LSTM": [
        .init(["input_size": 3, "hidden_size": 4]) { LSTM(3, 4) },
        .init([
            "input_size": 3, "hidden_size": 4, "num_layers": 2, "bias": false, "batch_first": true, "dropout": 0.2,
            "bidirectional": true, "proj_size": 2,
        ]) {
            LSTM(
                3, 4, numLayers: 2, bias: false, batchFirst: true, dropout: 0.2, bidirectional: true, projSize: 2)
        },
    ],
    "GRU": [
        .init(["input_size": 3, "hidden_size": 4]) { GRU(3, 4) },
        .init([
            "input_size": 3, "hidden_size": 4, "num_layers": 2, "bias": false, "batch_first": true, "dropout": 0.2,
            "bidirectional": true,
        ]) {
            GRU(3, 4, numLayers: 2, bias: false, batchFirst: true, dropout: 0.2, bidirectional: true)
        },
    ],
    "RNNCell": [
        .init(["input_size": 3, "hidden_size": 4]) { RNNCell(3, 4) },
        .init(["input_size": 3, "hidden_size": 4, "bias": false, "nonlinearity": "relu"]) {
            RNNCell(3, 4, bias: false, nonlinearity: .relu)
        },
    ],
    "LSTMCell": [
        .init(["input_size": 3, "hidden_size": 4]) { LSTMCell(3, 4) },
        .init(["input_size": 3, "hidden_size": 4, "bias": false]) { LSTMCell(3, 4, bias: false) },
    ],
    "GRUCell": [
        .init(["input_size": 3, "hidden_size": 4]) { GRUCell(3, 4) },
        .init(["input_size": 3, "hidden_size": 4, "bias": false]) { GRUCell(3, 4, bias: false) },
    ],
    "Sequential": [
        .init(["layers": [["type": "Linear", "in_features": 3, "out_features": 4], "ReLU"]]) {
            Sequential(Linear(3, 4), ReLU())
        }
    ],
    "ModuleList": [
        .init(["modules": [["type": "LSTM", "input_size": 3, "hidden_size": 4], "ReLU"]]) {
            ModuleList<Module>([LSTM(3, 4), ReLU()])
        }
    ],
    "ModuleDict": [
        .init(["modules": ["second": "ReLU", "first": ["type": "LSTM", "input_size": 3, "hidden_size": 4]]]) {
            ModuleDict<Module>([("second", ReLU()), ("first", LSTM(3, 4))])
        }
    ],
]

private let encoderLayer: ConfigValue = [
    "type": "TransformerEncoderLayer", "d_model": 4, "nhead": 2, "dim_feedforward": 5,
]
private let decoderLayer: ConfigValue = [
    "type": "TransformerDecoderLayer", "d_model": 4, "nhead": 2, "dim_feedforward": 5,
]
private let layerOptions: ConfigValue = [
    "d_model": 4, "nhead": 2, "dim_feedforward": 5, "dropout": 0.3, "activation": "gelu", "layer_norm_eps": 1e-3,
    "batch_first": true, "norm_first": true, "bias": false,
]

let attentionCases: RegistryCases<Void, Module> = [
    "MultiheadAttention": [
        .init(["embed_dim": 4, "num_heads": 2]) { MultiheadAttention(4, 2) },
        .init([
            "embed_dim": 4, "num_heads": 2, "dropout": 0.3, "add_bias_kv": true, "add_zero_attn": true, "kdim": 5,
            "vdim": 6, "batch_first": true,
        ]) {
            MultiheadAttention(
                4, 2, dropout: 0.3, addBiasKV: true, addZeroAttn: true, kdim: 5, vdim: 6, batchFirst: true)
        },
        .init(["embed_dim": 4, "num_heads": 2, "bias": false]) { MultiheadAttention(4, 2, bias: false) },
    ],
    "TransformerEncoderLayer": [
        .init(["d_model": 4, "nhead": 2]) { TransformerEncoderLayer(4, 2) },
        .init(layerOptions) {
            TransformerEncoderLayer(
                4, 2, dimFeedforward: 5, dropout: 0.3, activation: { try gelu($0) }, layerNormEps: 1e-3,
                batchFirst: true, normFirst: true, bias: false)
        },
    ],
    "TransformerDecoderLayer": [
        .init(["d_model": 4, "nhead": 2]) { TransformerDecoderLayer(4, 2) },
        .init(layerOptions) {
            TransformerDecoderLayer(
                4, 2, dimFeedforward: 5, dropout: 0.3, activation: { try gelu($0) }, layerNormEps: 1e-3,
                batchFirst: true, normFirst: true, bias: false)
        },
    ],
    "TransformerEncoder": [
        .init(["encoder_layer": encoderLayer, "num_layers": 2]) {
            TransformerEncoder(TransformerEncoderLayer(4, 2, dimFeedforward: 5), numLayers: 2)
        },
        .init([
            "encoder_layer": encoderLayer, "num_layers": 2, "norm": ["type": "LayerNorm", "normalized_shape": 4],
        ]) {
            TransformerEncoder(
                TransformerEncoderLayer(4, 2, dimFeedforward: 5), numLayers: 2, norm: LayerNorm(4))
        },
    ],
    "TransformerDecoder": [
        .init(["decoder_layer": decoderLayer, "num_layers": 2]) {
            TransformerDecoder(TransformerDecoderLayer(4, 2, dimFeedforward: 5), numLayers: 2)
        },
        .init([
            "decoder_layer": decoderLayer, "num_layers": 2, "norm": ["type": "LayerNorm", "normalized_shape": 4],
        ]) {
            TransformerDecoder(
                TransformerDecoderLayer(4, 2, dimFeedforward: 5), numLayers: 2, norm: LayerNorm(4))
        },
    ],
    // Made with as few weights as there may be: its own defaults make forty million, and are compared with PyTorch's.
    "Transformer": [
        .init(["d_model": 8, "dim_feedforward": 4]) { Transformer(dModel: 8, dimFeedforward: 4) },
        .init([
            "d_model": 4, "nhead": 2, "num_encoder_layers": 1, "num_decoder_layers": 2, "dim_feedforward": 5,
            "dropout": 0.3, "activation": ["type": "LeakyReLU", "negative_slope": 0.2], "layer_norm_eps": 1e-3,
            "batch_first": true, "norm_first": true, "bias": false,
        ]) {
            let activation = LeakyReLU(negativeSlope: 0.2)
            return Transformer(
                dModel: 4, nhead: 2, numEncoderLayers: 1, numDecoderLayers: 2, dimFeedforward: 5, dropout: 0.3,
                activation: { try activation($0) }, layerNormEps: 1e-3, batchFirst: true, normFirst: true, bias: false)
        },
        .init([
            "d_model": 4, "nhead": 2,
            "custom_encoder": ["type": "TransformerEncoder", "encoder_layer": encoderLayer, "num_layers": 1],
            "custom_decoder": ["type": "TransformerDecoder", "decoder_layer": decoderLayer, "num_layers": 1],
        ]) {
            Transformer(
                dModel: 4, nhead: 2,
                customEncoder: TransformerEncoder(TransformerEncoderLayer(4, 2, dimFeedforward: 5), numLayers: 1),
                customDecoder: TransformerDecoder(TransformerDecoderLayer(4, 2, dimFeedforward: 5), numLayers: 1))
        },
    ],
]
