/// Convolutions and their transposes.
extension OperationTable {
    static let convolutions: [String: Lowerer] = [
        "_convolution": general, "convolution": general, "_convolution_mode": plain,
        "conv1d": plain, "conv2d": plain, "conv3d": plain,
        "conv_transpose1d": transposed, "conv_transpose2d": transposed, "conv_transpose3d": transposed,
    ]

    private static let general: Lowerer = { try $0.boolean("transposed") ? transposed($0) : plain($0) }

    /// The weight's dimensions behind its channels.
    private static func kernel(_ operation: Operation) throws -> [Int] {
        try (2..<operation.rank("weight")).map { try operation.fixedSize("weight", $0) }
    }

    /// One number for all dimensions, or one for each.
    private static func spread(_ values: [Int], over count: Int) -> [Int] {
        values.count == 1 ? [Int](repeating: values[0], count: count) : values
    }

    /// Runs `body` on a batch: one image becomes a batch of one.
    private static func withBatch(_ operation: Operation, _ count: Int, _ body: (String) throws -> String) throws
        -> [String]
    {
        let x = try operation.tensor("input")
        if try operation.rank("input") == count + 2 { return [try body(x)] }
        return [try operation.squeeze(body(operation.unsqueeze(x, [0])), [0])]
    }

    private static let plain: Lowerer = { operation in
        let kernel = try kernel(operation)
        let stride = spread(try operation.integers("stride"), over: kernel.count)
        let dilation = spread(try operation.integers("dilation"), over: kernel.count)
        var pads: [Int]
        switch try operation.string("padding") {
        case "valid"?: pads = [Int](repeating: 0, count: 2 * kernel.count)
        case "same"?:
            // PyTorch pads the end by one more if the sum is odd.
            let totals = zip(kernel, dilation).map { ($0 - 1) * $1 }
            pads = totals.map { $0 / 2 } + totals.map { $0 - $0 / 2 }
        default:
            let padding = spread(try operation.integers("padding"), over: kernel.count)
            pads = padding + padding
        }
        return try withBatch(operation, kernel.count) { x in
            operation.emit(
                "Conv", [x, try operation.tensor("weight"), try operation.optionalTensor("bias")],
                .ints("kernel_shape", kernel), .ints("strides", stride), .ints("dilations", dilation),
                .ints("pads", pads),
                .int("group", try operation.integer("groups", default: 1)))
        }
    }

    private static let transposed: Lowerer = { operation in
        let kernel = try kernel(operation)
        let padding = spread(try operation.integers("padding"), over: kernel.count)
        return try withBatch(operation, kernel.count) { x in
            operation.emit(
                "ConvTranspose", [x, try operation.tensor("weight"), try operation.optionalTensor("bias")],
                .ints("kernel_shape", kernel),
                .ints("strides", spread(try operation.integers("stride"), over: kernel.count)),
                .ints("dilations", spread(try operation.integers("dilation"), over: kernel.count)),
                .ints("pads", padding + padding),
                .ints("output_padding", spread(try operation.integers("output_padding"), over: kernel.count)),
                .int("group", try operation.integer("groups", default: 1)))
        }
    }
}
