import TestSupport
import Testing
import Torch
import TorchNN

@Suite(.standardGenerator)
struct AttentionTests {
    static let family: LayerFamily = LayerFamily(
        name: "attention",
        makers: [
            "multihead attention": .module({ MultiheadAttention(4, 2) }) { attention, x in
                let (output, weights) = try attention(x[0], x[0], x[0])
                return [output] + (weights.map { [$0] } ?? [])
            },
            "multihead attention of three": .module({ MultiheadAttention(4, 2, bias: false) }) { attention, x in
                let (output, weights) = try attention(x[0], x[1], x[2])
                return [output] + (weights.map { [$0] } ?? [])
            },
            "multihead attention to a memory": .module({ MultiheadAttention(4, 2, batchFirst: true) }) {
                attention, x in
                let (output, weights) = try attention(x[0], x[1], x[1], keyPaddingMask: x[2], averageAttnWeights: false)
                return [output] + (weights.map { [$0] } ?? [])
            },
            "multihead attention with sizes": .module({ MultiheadAttention(4, 2, dropout: 0.3, kdim: 3, vdim: 5) }) {
                attention, x in
                let (output, weights) = try attention(x[0], x[1], x[2])
                return [output] + (weights.map { [$0] } ?? [])
            },
            "multihead attention with added keys": .module({
                MultiheadAttention(4, 2, addBiasKV: true, addZeroAttn: true)
            }) { attention, x in
                let (output, weights) = try attention(x[0], x[0], x[0], keyPaddingMask: x[1], attnMask: x[2])
                return [output] + (weights.map { [$0] } ?? [])
            },
            "multihead attention without weights": .module({ MultiheadAttention(4, 2) }) { attention, x in
                let (output, weights) = try attention(x[0], x[0], x[0], keyPaddingMask: x[1], needWeights: false)
                return [output] + (weights.map { [$0] } ?? [])
            },
            "multihead attention with a mask for each head": .module({ MultiheadAttention(4, 2) }) { attention, x in
                let (output, weights) = try attention(x[0], x[0], x[0], needWeights: false, attnMask: x[1])
                return [output] + (weights.map { [$0] } ?? [])
            },
            "multihead attention, causal": .module({ MultiheadAttention(4, 2) }) { attention, x in
                let (output, weights) = try attention(
                    x[0], x[0], x[0], needWeights: false, attnMask: causal(), isCausal: true)
                return [output] + (weights.map { [$0] } ?? [])
            },
            "multihead attention of one": .module({ MultiheadAttention(4, 1, batchFirst: true) }) { attention, x in
                let (output, weights) = try attention(x[0], x[0], x[0])
                return [output] + (weights.map { [$0] } ?? [])
            },
            "encoder layer": .module({ TransformerEncoderLayer(4, 2, dimFeedforward: 5) }) { [try $0($1[0])] },
            "encoder layer with all options": .module({
                TransformerEncoderLayer(
                    4, 2, dimFeedforward: 5, dropout: 0.3, activation: { try gelu($0) }, layerNormEps: 1e-3,
                    batchFirst: true, normFirst: true, bias: false)
            }) { [try $0($1[0], keyPaddingMask: $1[1])] },
            "encoder": .module({
                TransformerEncoder(
                    TransformerEncoderLayer(4, 2, dimFeedforward: 5, dropout: 0), numLayers: 2, norm: LayerNorm(4))
            }) { [try $0($1[0], mask: causal())] },
            "decoder layer": .module({ TransformerDecoderLayer(4, 2, dimFeedforward: 5) }) {
                [try $0($1[0], $1[1])]
            },
            "decoder layer with all options": .module({
                TransformerDecoderLayer(
                    4, 2, dimFeedforward: 5, dropout: 0.3, activation: { try gelu($0) }, layerNormEps: 1e-3,
                    batchFirst: true, normFirst: true, bias: false)
            }) { layer, x in
                [
                    try layer(
                        x[0], x[1], targetMask: causal().to(.bool), targetKeyPaddingMask: x[2],
                        memoryKeyPaddingMask: x[2])
                ]
            },
            "decoder": .module({
                TransformerDecoder(TransformerDecoderLayer(4, 2, dimFeedforward: 5, dropout: 0), numLayers: 2)
            }) { [try $0($1[0], $1[1], targetMask: causal())] },
            "transformer": .module({
                Transformer(
                    dModel: 4, nhead: 2, numEncoderLayers: 1, numDecoderLayers: 2, dimFeedforward: 5, dropout: 0.2)
            }) { [try $0($1[0], $1[1], targetMask: causal())] },
        ])

    private static func causal() throws -> Tensor {
        try Transformer.generateSquareSubsequentMask(3)
    }

    @Test("options that make no sense are errors that name the layer")
    func nonsenseThrows() throws {
        expectError("MultiheadAttention") { MultiheadAttention(4, 3) }
        expectError("MultiheadAttention") { MultiheadAttention(4, 0) }
        expectError("MultiheadAttention") { MultiheadAttention(4, 2, dropout: -1) }
        expectError("MultiheadAttention") { MultiheadAttention(4, 2, kdim: 0) }
        expectError("TransformerEncoder") {
            TransformerEncoder(TransformerEncoderLayer(4, 2, dimFeedforward: 5), numLayers: 0)
        }
        expectError("TransformerDecoder") {
            TransformerDecoder(TransformerDecoderLayer(4, 2, dimFeedforward: 5), numLayers: -1)
        }
    }

    @Test("inputs and masks of wrong shapes are errors that name the layer")
    func wrongShapesThrow() throws {
        let attention = MultiheadAttention(4, 2)
        let x = try Tensor.zeros([3, 2, 4])
        let name = "MultiheadAttention"
        expectError(name) { try attention(Tensor.zeros([3, 2, 5]), x, x) }
        expectError(name) { try attention(x, x, Tensor.zeros([4, 2, 4])) }
        expectError(name) { try attention(Tensor(1.0), x, x) }
        expectError(name) { try attention(x, Tensor.zeros([3, 1, 4]), Tensor.zeros([3, 1, 4])) }
        expectError(name) { try attention(x, x, x, keyPaddingMask: Tensor.zeros([3, 2])) }
        expectError(name) { try attention(x, x, x, attnMask: Tensor.zeros([2, 3])) }
        expectError(name) { try attention(x, x, x, isCausal: true) }
        expectError(name) {
            try attention(x, x, x, needWeights: false, attnMask: Tensor.zeros([5, 5]), isCausal: true)
        }
        // A causal mask of another size is no hint for the kernel.
        let encoder = TransformerEncoder(TransformerEncoderLayer(4, 2, dimFeedforward: 5), numLayers: 1)
        expectError(name) { try encoder(x, mask: Transformer.generateSquareSubsequentMask(5)) }
        expectError("attention") { try attention(x, x, x, attnMask: Tensor.zeros([3, 3], dtype: .int64)) }
    }

    @Test("the layers of an encoder are copies, made without a draw")
    func layersAreCopies() throws {
        let layer = TransformerEncoderLayer(4, 2, dimFeedforward: 5)
        let state = try Generator.standard().state()
        let encoder = TransformerEncoder(layer, numLayers: 2)
        try expectSameBits(Generator.standard().state(), state)
        let layers = encoder.layers.compactMap { $0 as? TransformerEncoderLayer }
        try #require(layers.count == 2)
        try noGrad { _ = try layers[0].linear1.weight.add_(1) }
        try expectSameBits(layers[1].linear1.weight, layer.linear1.weight)
    }
}
