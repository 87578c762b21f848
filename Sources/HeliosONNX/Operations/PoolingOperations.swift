import Torch

/// Pooling over windows and over whole dimensions.
extension OperationTable {
    static let pooling: [String: Lowerer] = [
        "max_pool1d": { [try maxPool($0, 1)[0]] }, "max_pool2d": { [try maxPool($0, 2)[0]] },
        "max_pool3d": { [try maxPool($0, 3)[0]] },
        "max_pool1d_with_indices": { try maxPool($0, 1) }, "max_pool2d_with_indices": { try maxPool($0, 2) },
        "max_pool3d_with_indices": { try maxPool($0, 3) },
        "avg_pool1d": { try averagePool($0, 1) }, "avg_pool2d": { try averagePool($0, 2) },
        "avg_pool3d": { try averagePool($0, 3) },
        "adaptive_avg_pool1d": { try adaptive($0, 1, "ReduceMean") },
        "adaptive_avg_pool2d": { try adaptive($0, 2, "ReduceMean") },
        "adaptive_avg_pool3d": { try adaptive($0, 3, "ReduceMean") },
        "adaptive_max_pool1d": { try adaptive($0, 1, "ReduceMax") },
        "adaptive_max_pool2d": { try adaptive($0, 2, "ReduceMax") },
        "max_unpool2d": { try unpool($0, 2) }, "max_unpool3d": { try unpool($0, 3) },
        "adaptive_max_pool3d": { try adaptive($0, 3, "ReduceMax") },
    ]

    /// Puts each number where the pooling found it; the rest is 0. The places count within one channel.
    private static func unpool(_ operation: Operation, _ count: Int) throws -> [String] {
        let (x, type) = (try operation.tensor("self"), try operation.resultType())
        let sizes = try operation.integers("output_size")
        let inner = try (-count..<0).reduce(1) { try $0 * operation.fixedSize("self", $1) }
        let rows = try operation.reshape(x, [-1, inner])
        let places = try operation.reshape(operation.operand("indices", as: .int64), [-1, inner])
        let rowCount = operation.emit("Shape", [rows], .int("start", 0), .int("end", 1))
        let whole = operation.emit("Concat", [rowCount, try operation.constant([sizes.reduce(1, *)])], .int("axis", 0))
        let empty = operation.emit("Expand", try operation.constant(0, type), whole)
        let filled = operation.emit("ScatterElements", [empty, places, rows], .int("axis", 1))
        let outer = operation.emit("Shape", [x], .int("start", 0), .int("end", try operation.rank("self") - count))
        let shape = operation.emit("Concat", [outer, try operation.constant(sizes)], .int("axis", 0))
        return [operation.emit("Reshape", filled, shape)]
    }

    private struct Window {
        let kernel: [Int], stride: [Int], padding: [Int], dilation: [Int], ceil: Int

        init(_ operation: Operation, _ count: Int) throws {
            func spread(_ values: [Int], or standard: [Int]) -> [Int] {
                values.isEmpty ? standard : values.count == 1 ? [Int](repeating: values[0], count: count) : values
            }
            kernel = spread(try operation.integers("kernel_size"), or: [])
            stride = spread(try operation.integers("stride"), or: kernel)
            padding = spread(try operation.integers("padding"), or: kernel.map { _ in 0 })
            dilation = spread(try operation.integers("dilation"), or: kernel.map { _ in 1 })
            ceil = try operation.boolean("ceil_mode") ? 1 : 0
        }

        /// How far the last window reaches behind the padded end: what rounding up adds.
        func overhang(of sizes: [Int]) -> [Int] {
            guard ceil == 1 else { return sizes.map { _ in 0 } }
            return sizes.indices.map { dim in
                let reach = dilation[dim] * (kernel[dim] - 1) + 1
                let span = sizes[dim] + 2 * padding[dim] - reach
                var steps = (span + stride[dim] - 1) / stride[dim]
                // PyTorch leaves out a window that begins in the padding at the end.
                if steps * stride[dim] >= sizes[dim] + padding[dim] { steps -= 1 }
                return max(0, steps * stride[dim] - span)
            }
        }
    }

    private static func withBatch(_ operation: Operation, _ count: Int, _ body: (String) throws -> [String]) throws
        -> [String]
    {
        let x = try operation.tensor("self")
        if try operation.rank("self") == count + 2 { return try body(x) }
        return try body(operation.unsqueeze(x, [0])).map { try operation.squeeze($0, [0]) }
    }

    private static func sizes(_ operation: Operation, _ count: Int) throws -> [Int] {
        try (-count..<0).map { try operation.fixedSize("self", $0) }
    }

    private static func maxPool(_ operation: Operation, _ count: Int) throws -> [String] {
        let window = try Window(operation, count)
        let wantsIndices = operation.node.outputs.count == 2
        // Padding at the end says what rounding up means to PyTorch, which runtimes have meant differently.
        let overhang =
            window.ceil == 1 ? window.overhang(of: try sizes(operation, count)) : window.kernel.map { _ in 0 }
        return try withBatch(operation, count) { x in
            let results = operation.emitAll(
                "MaxPool", [x],
                [
                    .ints("kernel_shape", window.kernel), .ints("strides", window.stride),
                    .ints("dilations", window.dilation),
                    .ints("pads", window.padding + zip(window.padding, overhang).map { $0 + $1 }),
                ], outputs: wantsIndices ? 2 : 1)
            guard wantsIndices else { return results }
            // ONNX counts through batch and channels; PyTorch counts within one channel.
            let places = try sizes(operation, count).reduce(1, *)
            return [results[0], operation.emit("Mod", results[1], try operation.constant([places]))]
        }
    }

    private static func averagePool(_ operation: Operation, _ count: Int) throws -> [String] {
        let window = try Window(operation, count)
        let (type, countsPadding) = (
            try operation.resultType(), try operation.boolean("count_include_pad", default: true)
        )
        let divisor = try operation.has("divisor_override") ? try operation.integer("divisor_override") : nil
        let overhang =
            window.ceil == 1 ? window.overhang(of: try sizes(operation, count)) : window.kernel.map { _ in 0 }
        return try withBatch(operation, count) { x in
            func mean(_ x: String, pads: [Int]) -> String {
                operation.emit(
                    "AveragePool", [x], .ints("kernel_shape", window.kernel), .ints("strides", window.stride),
                    .ints("pads", pads), .int("count_include_pad", 1))
            }
            let pads = window.padding + zip(window.padding, overhang).map { $0 + $1 }
            let result = mean(x, pads: pads)
            if let divisor {
                let factor = Double(window.kernel.reduce(1, *)) / Double(divisor)
                return [operation.emit("Mul", result, try operation.constant(factor, type))]
            }
            if overhang.allSatisfy({ $0 == 0 }) {
                if countsPadding || window.padding.allSatisfy({ $0 == 0 }) { return [result] }
            }
            // The share of each window that counts: the input alone, or the padding as well, but not what rounding up adds.
            let sizes = try sizes(operation, count)
            let counted = countsPadding ? zip(sizes, window.padding).map { $0 + 2 * $1 } : sizes
            let ones = try operation.lowering.builder.initializer(Tensor.ones([1, 1] + counted, dtype: type))
            let rest = countsPadding ? window.padding.map { _ in 0 } + overhang : pads
            return [operation.emit("Div", result, mean(ones, pads: rest))]
        }
    }

    /// Each output place sees a window of its own; windows of one size are one pooling, others are cut out.
    private static func adaptive(_ operation: Operation, _ count: Int, _ reduction: String) throws -> [String] {
        let outputs = try (-count..<0).map { try operation.fixedResultSize(operation.resultRank + $0) }
        var result = try operation.tensor("self")
        let rank = try operation.rank("self")
        let isMean = reduction == "ReduceMean"
        if operation.node.outputs.count == 2, !isMean {
            let indices = operation.node.outputs[1]
            let isUsed =
                operation.lowering.graph.nodes.contains { $0.inputs.contains(indices) }
                || operation.lowering.graph.outputs.contains(indices)
            if isUsed { return try adaptiveWithIndices(operation, outputs) }
        }
        if outputs.allSatisfy({ $0 == 1 }) {
            let dims = try operation.constant(Array((rank - count)..<rank))
            return [operation.emit(reduction, [result, dims], .int("keepdims", 1))]
        }
        for (offset, output) in outputs.enumerated() {
            let dim = rank - count + offset
            let size = try operation.fixedSize("self", dim)
            if output == size { continue }
            var parts: [String] = []
            for place in 0..<output {
                let (start, end) = (place * size / output, ((place + 1) * size + output - 1) / output)
                let part = try operation.slice(result, dim, start, end)
                parts.append(operation.emit(reduction, [part, try operation.constant([dim])], .int("keepdims", 1)))
            }
            result = parts.count == 1 ? parts[0] : operation.emit("Concat", parts, .int("axis", dim))
        }
        return [result]
    }

    /// The maximum of each window and its place within the channel, one window after the other.
    private static func adaptiveWithIndices(_ operation: Operation, _ outputs: [Int]) throws -> [String] {
        let (x, outer) = (try operation.tensor("self"), try operation.rank("self") - outputs.count)
        let sizes = try sizes(operation, outputs.count)
        let kept = [Int](repeating: 0, count: outer)
        var (maxima, places): ([String], [String]) = ([], [])
        for window in 0..<outputs.reduce(1, *) {
            var (part, numbers, rest) = (x, [0], window)
            var ranges: [Range<Int>] = []
            for (output, size) in zip(outputs, sizes).reversed() {
                let place = rest % output
                rest /= output
                ranges.insert(place * size / output..<((place + 1) * size + output - 1) / output, at: 0)
            }
            for (dim, range) in ranges.enumerated() {
                part = try operation.slice(part, outer + dim, range.lowerBound, range.upperBound)
                numbers = numbers.flatMap { row in range.map { row * sizes[dim] + $0 } }
            }
            part = try operation.reshape(part, kept + [-1])
            let axis = try operation.constant([outer])
            maxima.append(operation.emit("ReduceMax", [part, axis], .int("keepdims", 1)))
            // The first of equal numbers, as in PyTorch.
            let first = operation.emit("ArgMax", [part], .int("axis", outer), .int("keepdims", 1))
            places.append(operation.emit("Gather", try operation.constant(numbers), first))
        }
        return try [maxima, places].map { parts in
            let joined = operation.emit("Concat", parts, .int("axis", outer))
            return try operation.reshape(joined, kept + outputs)
        }
    }
}
