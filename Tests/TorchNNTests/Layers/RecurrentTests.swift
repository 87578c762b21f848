import TestSupport
import Testing
import Torch
import TorchNN

@Suite(.standardGenerator)
struct RecurrentTests {
    static let family: LayerFamily = LayerFamily(
        name: "recurrent",
        makers: [
            "rnn": .module({ RNN(3, 2) }) { rnn, x in
                let (output, hidden) = try rnn(x[0])
                return [output, hidden]
            },
            "rnn with all options": .module({
                RNN(
                    3, 2, numLayers: 2, nonlinearity: .relu, bias: false, batchFirst: true, dropout: 0.4,
                    bidirectional: true)
            }) { rnn, x in
                let (output, hidden) = try rnn(x[0], x[1])
                return [output, hidden]
            },
            "rnn of one": .module({ RNN(3, 2) }) { rnn, x in
                let (output, hidden) = try rnn(x[0], x[1])
                return [output, hidden]
            },
            "rnn of packed sequences": .module({ RNN(3, 2) }) { rnn, x in
                let (output, hidden) = try rnn(packed(x[0]))
                return try unpacked(output) + [hidden]
            },
            "rnn with relu of packed sequences": .module({ RNN(3, 2, nonlinearity: .relu) }) { rnn, x in
                let (output, hidden) = try rnn(packed(x[0]), x[1])
                return try unpacked(output) + [hidden]
            },
            "lstm": .module({ LSTM(3, 2) }) { lstm, x in
                let (output, state) = try lstm(x[0])
                return [output, state.hidden, state.cell]
            },
            "lstm with all options": .module({
                LSTM(
                    3, 4, numLayers: 2, bias: false, batchFirst: true, dropout: 0.4, bidirectional: true, projSize: 2)
            }) { lstm, x in
                let (output, state) = try lstm(x[0], (x[1], x[2]))
                return [output, state.hidden, state.cell]
            },
            "lstm of one": .module({ LSTM(3, 2, batchFirst: true) }) { lstm, x in
                let (output, state) = try lstm(x[0])
                return [output, state.hidden, state.cell]
            },
            "lstm of packed sequences": .module({ LSTM(3, 2, bidirectional: true) }) { lstm, x in
                let (output, state) = try lstm(packed(x[0]), (x[1], x[2]))
                return try unpacked(output) + [state.hidden, state.cell]
            },
            "gru": .module({ GRU(3, 2) }) { gru, x in
                let (output, hidden) = try gru(x[0], x[1])
                return [output, hidden]
            },
            "gru with all options": .module({
                GRU(3, 2, numLayers: 2, bias: false, batchFirst: true, dropout: 0.4, bidirectional: true)
            }) { gru, x in
                let (output, hidden) = try gru(x[0])
                return [output, hidden]
            },
            "gru of packed sequences": .module({ GRU(3, 2) }) { gru, x in
                let (output, hidden) = try gru(packed(x[0]), x[1])
                return try unpacked(output) + [hidden]
            },
            "rnn cell": .module({ RNNCell(3, 2) }) { [try $0($1[0], $1[1])] },
            "rnn cell with options": .module({ RNNCell(3, 2, bias: false, nonlinearity: .relu) }) {
                [try $0($1[0])]
            },
            "lstm cell": .module({ LSTMCell(3, 2) }) { cell, x in
                let state = try cell(x[0], (x[1], x[2]))
                return [state.hidden, state.cell]
            },
            "lstm cell of one": .module({ LSTMCell(3, 2, bias: false) }) { cell, x in
                let state = try cell(x[0])
                return [state.hidden, state.cell]
            },
            "gru cell": .module({ GRUCell(3, 2) }) { [try $0($1[0], $1[1])] },
            "gru cell of one": .module({ GRUCell(3, 2, bias: false) }) { [try $0($1[0], $1[1])] },
        ])

    /// As in layer_tables.py.
    private static func packed(_ input: Tensor) throws -> PackedSequence {
        try packPaddedSequence(input, lengths: [2, 4, 3], enforceSorted: false)
    }

    /// The elements, and the padded sequences.
    private static func unpacked(_ sequence: PackedSequence) throws -> [Tensor] {
        [sequence.data, try padPackedSequence(sequence).output]
    }

    @Test("options that make no sense are errors that name the layer")
    func nonsenseThrows() {
        expectError("RNN") { RNN(0, 2) }
        expectError("GRU") { GRU(3, 2, numLayers: 0) }
        expectError("LSTM") { LSTM(3, 2, dropout: 2) }
        expectError("LSTM") { LSTM(3, 2, projSize: 2) }
        expectError("LSTM") { LSTM(3, 2, projSize: -1) }
        expectError("RNNCell") { RNNCell(3, -2) }
    }

    @Test("an input or a state of a wrong shape is an error that names the layer")
    func wrongShapesThrow() throws {
        let input = try Tensor.zeros([4, 2, 3])
        expectError("RNN") { try RNN(4, 2)(input) }
        expectError("RNN") { try RNN(3, 2)(input, Tensor.zeros([1, 3, 2])) }
        expectError("GRU") { try GRU(3, 2)(input, Tensor.zeros([1, 2])) }
        expectError("GRU") { try GRU(3, 2)(Tensor(1.0)) }
        expectError("LSTM") { try LSTM(3, 2)(input, (Tensor.zeros([1, 2, 2]), Tensor.zeros([1, 2, 3]))) }
        expectError("LSTM") { try LSTM(4, 2)(packPaddedSequence(input, lengths: [4, 1])) }
        expectError("GRUCell") { try GRUCell(3, 2)(input) }
        expectError("LSTMCell") { try LSTMCell(3, 2)(Tensor.zeros([3]), (Tensor.zeros([2]), Tensor.zeros([3]))) }
    }

    @Test("a weight is found by its name")
    func weightsHaveNames() throws {
        let lstm = LSTM(3, 2, bidirectional: true)
        #expect(lstm.parameter("weight_ih_l0_reverse")?.shape == [8, 3])
        #expect(lstm.parameter("weight_hr_l0") == nil)
    }
}
