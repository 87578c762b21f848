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
