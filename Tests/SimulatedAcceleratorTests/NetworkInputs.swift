import Helios

/// Tensors on the CPU that the layers of the registry's cases take.
enum NetworkInputs {
    /// - Returns: `nil` for what cannot be called, and for what has sparse gradients, which the device lacks.
    static func of(_ name: String, _ number: Int, _ options: ConfigValue) throws -> [Tensor]? {
        if case .dictionary(let members) = options, members["sparse"] == true { return nil }
        let generator = try Generator(seed: 1)
        func floats(_ shape: [Int]) throws -> Tensor { try Tensor.randn(shape, generator: generator) }
        func indices(_ count: Int) throws -> Tensor {
            try Tensor.randint(high: count, size: [2, 3], generator: generator, dtype: .int64)
        }
        switch name {
        case "ModuleList", "ModuleDict": return nil
        case "Linear", "Sequential": return [try floats([5, 3])]
        case "Bilinear": return [try floats([5, 3]), try floats([5, 4])]
        case "CosineSimilarity", "PairwiseDistance": return [try floats([2, 3, 4]), try floats([2, 3, 4])]
        case "Embedding", "EmbeddingBag": return [try indices(5)]
        case "RNN", "LSTM", "GRU": return [try floats([5, 2, 3])]
        case "RNNCell", "LSTMCell", "GRUCell": return [try floats([2, 3])]
        case "MultiheadAttention":
            let isWide = number == 1
            return [
                try floats([3, 2, 4]), try floats([3, 2, isWide ? 5 : 4]), try floats([3, 2, isWide ? 6 : 4]),
            ]
        case "TransformerEncoder", "TransformerEncoderLayer": return [try floats([3, 2, 4])]
        case "TransformerDecoder", "TransformerDecoderLayer": return [try floats([3, 2, 4]), try floats([3, 2, 4])]
        case "Transformer":
            let width = number == 0 ? 8 : 4
            return [try floats([3, 2, width]), try floats([3, 2, width])]
        case "Fold": return [try floats(number == 0 ? [2, 18, 30] : [2, 12, 15])]
        case "Upsample":
            return [try floats([[2, 4, 6, 6], [2, 4, 6, 6], [2, 4, 3, 3, 3], [2, 4, 6], [2, 4, 3, 3, 3]][number])]
        case "LayerNorm", "RMSNorm": return [try floats([2, 3, 4])]
        case "PReLU": return [try floats([2, 3, 4])]
        case "ConvTranspose3d": return [try floats([2, 4, 3, 3, 3])]
        case "Conv3d": return [try floats([2, 4, 12, 12, 12])]
        // Sizes of which the windows leave nothing out, so that there is only one way back.
        case "MaxUnpool2d": return [try floats(number == 0 ? [2, 4, 30, 30] : [2, 4, 32, 32])]
        case "MaxUnpool3d": return [try floats(number == 0 ? [1, 4, 12, 12, 12] : [1, 4, 12, 12, 11])]
        case "MaxPool3d": return [try floats([1, 2, 32, 32, 32])]
        default: break
        }
        let dimensions = [1, 2, 3].first { name.hasSuffix("\($0)d") }
        switch dimensions {
        case 1: return [try floats([2, 4, 32])]
        case 3: return [try floats([1, 4, 12, 12, 12])]
        default: return [try floats([2, 4, name.hasSuffix("2d") ? 32 : 6, name.hasSuffix("2d") ? 32 : 6])]
        }
    }

    /// How far results may be from the CPU's; `nil` if not at all.
    static func tolerance(of name: String) -> Double? {
        composed.contains(name) ? 1e-5 : nil
    }

    /// What libtorch computes in one kernel on the CPU and of parts on a device that is not its own, or the other way
    /// around, so that it rounds differently.
    private static let composed: Set = [
        "RNN", "LSTM", "GRU", "LSTMCell", "GRUCell", "SiLU", "Mish", "LayerNorm", "GroupNorm", "TransformerEncoder",
        "TransformerEncoderLayer", "TransformerDecoder", "TransformerDecoderLayer", "Transformer",
    ]
}
