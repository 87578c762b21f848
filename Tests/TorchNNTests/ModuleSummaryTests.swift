import TestSupport
import Testing
import Torch
import TorchNN

@Suite(.standardGenerator)
struct ModuleSummaryTests {
    static func network() throws -> Sequential {
        Sequential(Conv2d(1, 2, kernelSize: 3), BatchNorm2d(2), ReLU(), Flatten(), Linear(8, 3))
    }

    @Test("a summary has each layer's output shape, parameters and multiply-adds")
    func rowsAreRight() throws {
        let summary = try Self.network().summary(inputSize: [5, 1, 4, 4])
        #expect(summary.rows.map(\.name) == ["", "0", "1", "2", "3", "4"])
        #expect(summary.rows.map(\.type) == ["Sequential", "Conv2d", "BatchNorm2d", "ReLU", "Flatten", "Linear"])
        #expect(
            summary.rows.map(\.outputShape) == [[5, 3], [5, 2, 2, 2], [5, 2, 2, 2], [5, 2, 2, 2], [5, 8], [5, 3]])
        #expect(summary.rows.map(\.parameterCount) == [0, 20, 4, 0, 0, 27])
        // 5·2·2·2 outputs of 9 products, 5·3 of 8.
        #expect(summary.rows.map(\.multiplyAdds) == [0, 360, 0, 0, 0, 120])
        #expect(summary.parameterCount == 51 && summary.trainableParameterCount == 51)
        #expect(summary.multiplyAdds == 480)
    }

    @Test("a summary prints as a table")
    func tableIsAligned() throws {
        let summary = try Sequential(Linear(2, 3), ReLU()).summary(inputSize: [1, 2])
        #expect(
            summary.description == """
                Layer        Output shape  Parameters  Multiply-adds
                Sequential   [1, 3]                 0              0
                  0: Linear  [1, 3]                 9              6
                  1: ReLU    [1, 3]                 0              0
                Parameters: 9, of which 9 are trained
                Multiply-adds: 6
                """)
    }

    @Test("a summary changes neither modes nor statistics, and leaves no hook")
    func nothingChanges() throws {
        let network = try Self.network()
        let norm = try #require(network.layers[1] as? BatchNorm2d)
        norm.eval()
        _ = try network.summary(inputSize: [5, 1, 4, 4])
        #expect(network.isTraining && !norm.isTraining && network.layers[4].isTraining)
        #expect(try norm.numBatchesTracked?.item(Int.self) == 0)
        #expect(throws: TorchError.self) { try network.summary(inputSize: [5, 1, 9, 9]) }
        #expect(network.isTraining)
        #expect(throws: TorchError.self) { try network.summary(inputSize: [-1]) }
    }

    /// What PyTorch counts, by Tests/Fixtures/multiply_adds.py.
    struct Count: Decodable {
        let inputs: [[Int]]
        let outputShape: [Int]
        let multiplyAdds: Int
    }

    static let counted: [String: @Sendable ([Tensor]) throws -> ModuleSummary] = [
        "linear": { try summary(of: Linear(5, 3), $0) { try $0($1[0]) } },
        "conv2d": { try summary(of: Conv2d(4, 6, kernelSize: 3, stride: 2, groups: 2), $0) { try $0($1[0]) } },
        "conv transpose2d": {
            try summary(of: ConvTranspose2d(4, 6, kernelSize: Pair(3, 2), stride: 2, groups: 2), $0) { try $0($1[0]) }
        },
        "rnn": { try summary(of: RNN(3, 5), $0) { try $0($1[0]) } },
        "rnn of one": { try summary(of: RNN(3, 5, batchFirst: true), $0) { try $0($1[0]) } },
        "lstm": {
            try summary(
                of: LSTM(3, 5, numLayers: 2, batchFirst: true, bidirectional: true, projSize: 2), $0
            ) { try $0($1[0]) }
        },
        "gru": { try summary(of: GRU(3, 5, numLayers: 2, bias: false), $0) { try $0($1[0]) } },
        "lstm of packed sequences": {
            try summary(of: LSTM(3, 5, bidirectional: true), $0) {
                try $0(packPaddedSequence($1[0], lengths: [2, 4, 3], enforceSorted: false))
            }
        },
        "rnn cell": { try summary(of: RNNCell(3, 5), $0) { try $0($1[0]) } },
        "lstm cell": { try summary(of: LSTMCell(3, 5), $0) { try $0($1[0]) } },
        "gru cell of one": { try summary(of: GRUCell(3, 5), $0) { try $0($1[0]) } },
        "attention": { try summary(of: MultiheadAttention(4, 2), $0) { try $0($1[0], $1[1], $1[2]) } },
        "attention of one": {
            try summary(of: MultiheadAttention(4, 2, batchFirst: true), $0) { try $0($1[0], $1[1], $1[2]) }
        },
        "attention without weights": {
            try summary(of: MultiheadAttention(4, 2, batchFirst: true), $0) {
                try $0($1[0], $1[1], $1[2], needWeights: false)
            }
        },
        "attention with sizes": {
            try summary(of: MultiheadAttention(4, 2, addBiasKV: true, addZeroAttn: true, kdim: 3, vdim: 5), $0) {
                try $0($1[0], $1[1], $1[2])
            }
        },
        "encoder layer": { try summary(of: TransformerEncoderLayer(4, 2, dimFeedforward: 7), $0) { try $0($1[0]) } },
        "encoder": {
            try summary(
                of: TransformerEncoder(
                    TransformerEncoderLayer(4, 2, dimFeedforward: 7, batchFirst: true), numLayers: 3, norm: LayerNorm(4)
                ),
                $0
            ) { try $0($1[0]) }
        },
        "decoder layer": {
            try summary(of: TransformerDecoderLayer(4, 2, dimFeedforward: 7, batchFirst: true), $0) {
                try $0($1[0], $1[1])
            }
        },
        "transformer": {
            try summary(
                of: Transformer(dModel: 4, nhead: 2, numEncoderLayers: 1, numDecoderLayers: 2, dimFeedforward: 7), $0
            ) { try $0($1[0], $1[1]) }
        },
    ]

    private static func summary<M: Module>(
        of module: M, _ inputs: [Tensor], _ forward: (M, [Tensor]) throws -> Any
    ) throws -> ModuleSummary {
        try module.summary { _ = try forward(module, inputs) }
    }

    @Test("multiply-adds and output shapes are those that PyTorch counts", arguments: counted.keys.sorted())
    func countsArePyTorchs(name: String) throws {
        let count = try #require(try fixture("multiply-adds", as: [String: Count].self)[name])
        let summarize = try #require(Self.counted[name])
        let summary = try summarize(count.inputs.map { try Tensor.zeros($0) })
        #expect(summary.multiplyAdds == count.multiplyAdds)
        #expect(summary.rows.first?.outputShape == count.outputShape)
    }

    @Test("every case of the fixture is compared")
    func everyCaseIsCompared() throws {
        #expect(
            try fixture("multiply-adds", as: [String: Count].self).keys.sorted() == Self.counted.keys.sorted())
    }

    @Test("every layer of a transformer has a row with its output's shape")
    func transformerHasShapes() throws {
        let transformer = Transformer(
            dModel: 4, nhead: 2, numEncoderLayers: 1, numDecoderLayers: 1, dimFeedforward: 7)
        let summary = try transformer.summary {
            _ = try transformer(Tensor.zeros([3, 2, 4]), Tensor.zeros([5, 2, 4]))
        }
        #expect(summary.rows.allSatisfy { $0.outputShape != nil })
        let row = try #require(summary.rows.first { $0.name == "decoder.layers.0.multihead_attn" })
        #expect(row.outputShape == [5, 2, 4])
        // Queries 10·16, keys and values 6·8·4, attention 2·10·3·4; the output's projection has a row of its own.
        #expect(row.multiplyAdds == 160 + 192 + 240)
    }
}
