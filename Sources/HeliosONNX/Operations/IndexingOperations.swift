import Torch
import TorchScript

/// Parts of tensors.
extension OperationTable {
    private static let chunk: Lowerer = { operation in
        let dim = try operation.dimension("dim", default: 0)
        let (size, count) = (try operation.fixedSize("self", dim), try operation.integer("chunks"))
        return try pieces(operation, dim, stride(from: 0, to: size, by: max(1, (size + count - 1) / count)), size)
    }

    static let indexing: [String: Lowerer] = [
        "select": { operation in
            let x = try operation.tensor("self")
            let index = try operation.size("index", default: 0)
            let taken = operation.emit("Gather", [x, index], .int("axis", try operation.dimension("dim")))
            return [try operation.squeeze(taken, [try operation.dimension("dim")])]
        },
        "slice": { operation in
            let dim = try operation.dimension("dim", default: 0)
            return [
                operation.emit(
                    "Slice", try operation.tensor("self"), try operation.size("start", default: 0),
                    try operation.size("end", default: Int.max), try operation.constant([dim]),
                    try operation.constant([operation.integer("step", default: 1)]))
            ]
        },
        "narrow": { operation in
            let start = try operation.size("start", default: 0)
            let end = operation.emit("Add", start, try operation.size("length", default: 0))
            return [
                operation.emit(
                    "Slice", try operation.tensor("self"), start, end,
                    try operation.constant([operation.dimension("dim")]))
            ]
        },
        "chunk": chunk, "unsafe_chunk": chunk,
        "split": { operation in
            let dim = try operation.dimension("dim", default: 0)
            let size = try operation.fixedSize("self", dim)
            guard operation.node.inputNames.contains("split_size"),
                case .integer(let part)? = try operation.known("split_size")
            else { return try splitBySizes(operation, operation.node.inputNames[1]) }
            return try pieces(operation, dim, stride(from: 0, to: size, by: max(1, part)), size)
        },
        "split_with_sizes": { try splitBySizes($0, "split_sizes") },
        "unbind": { operation in
            let dim = try operation.dimension("dim", default: 0)
            let (x, size) = (try operation.tensor("self"), try operation.fixedSize("self", dim))
            let parts = try (0..<size).map { index in
                operation.emit("Gather", [x, try operation.constant(Double(index), .int64)], .int("axis", dim))
            }
            operation.lowering.setParts(operation.node.outputs[0], parts)
            return parts
        },
        "gather": {
            [
                $0.emit(
                    "GatherElements", [try $0.tensor("self"), try $0.operand("index", as: .int64)],
                    .int("axis", try $0.dimension("dim")))
            ]
        },
        "index_select": {
            [
                $0.emit(
                    "Gather", [try $0.tensor("self"), try $0.operand("index", as: .int64)],
                    .int("axis", try $0.dimension("dim")))
            ]
        },
        "scatter": { operation in
            guard operation.node.inputNames.contains("src") else {
                throw ONNXExportError("scatter of a number cannot be exported")
            }
            return [
                operation.emit(
                    "ScatterElements",
                    [
                        try operation.tensor("self"), try operation.operand("index", as: .int64),
                        try operation.tensor("src"),
                    ],
                    .int("axis", try operation.dimension("dim")))
            ]
        },
        "scatter_add": { operation in
            [
                operation.emit(
                    "ScatterElements",
                    [
                        try operation.tensor("self"), try operation.operand("index", as: .int64),
                        try operation.tensor("src"),
                    ],
                    .int("axis", try operation.dimension("dim")), .string("reduction", "add"))
            ]
        },
        "index": { operation in
            // One tensor of indices, in one dimension, or a mask over the first ones.
            let places = try operation.optionalElements("indices")
            let given = places.indices.filter { places[$0] != nil }
            guard given.count == 1, let dim = given.first, let index = places[dim] else {
                throw ONNXExportError("only one dimension can be indexed by a tensor at a time")
            }
            if index.dtype == .bool {
                guard dim == 0 else { throw ONNXExportError("a mask can be exported for the first dimensions only") }
                let found = operation.transpose(operation.emit("NonZero", try index.name()), [1, 0])
                return [operation.emit("GatherND", try operation.tensor("self"), found)]
            }
            return [operation.emit("Gather", [try operation.tensor("self"), try index.name()], .int("axis", dim))]
        },
        "roll": { operation in
            var result = try operation.tensor("self")
            let (shifts, dims) = (try operation.integers("shifts"), try operation.integers("dims"))
            guard shifts.count == dims.count else { throw ONNXExportError("it needs a dimension for each shift") }
            for (shift, dim) in zip(shifts, dims) where shift != 0 {
                let last = try operation.emit(
                    "Slice", result, operation.constant([-shift]), operation.constant([Int.max]),
                    operation.constant([dim]))
                let first = try operation.emit(
                    "Slice", result, operation.constant([0]), operation.constant([-shift]), operation.constant([dim]))
                result = operation.emit("Concat", [last, first], .int("axis", dim))
            }
            return [result]
        },
        "flip": { operation in
            let dims = try operation.integers("dims")
            return [
                operation.emit(
                    "Slice", try operation.tensor("self"), try operation.constant(dims.map { _ in -1 }),
                    try operation.constant(dims.map { _ in -Int.max }), try operation.constant(dims),
                    try operation.constant(dims.map { _ in -1 }))
            ]
        },
        "tril": { try triangle($0, upper: 0) }, "triu": { try triangle($0, upper: 1) },
        "unfold": { operation in
            let (dim, size, step) = (
                try operation.dimension("dimension"), try operation.integer("size"), try operation.integer("step")
            )
            let (x, length, rank) = (
                try operation.tensor("self"), try operation.fixedSize("self", dim), try operation.rank("self")
            )
            let starts = stride(from: 0, through: length - size, by: max(1, step))
            let windows = try starts.map { try operation.unsqueeze(operation.slice(x, dim, $0, $0 + size), [dim]) }
            let joined = operation.emit("Concat", windows, .int("axis", dim))
            let order = Array(0..<(rank + 1)).filter { $0 != dim + 1 } + [dim + 1]
            return [operation.transpose(joined, order)]
        },
        "im2col": unfold, "col2im": fold,
    ]

    private static func pieces(_ operation: Operation, _ dim: Int, _ starts: StrideTo<Int>, _ size: Int) throws
        -> [String]
    {
        let (x, starts) = (try operation.tensor("self"), Array(starts))
        let parts = try starts.enumerated().map { index, start in
            try operation.slice(x, dim, start, index + 1 < starts.count ? starts[index + 1] : size)
        }
        operation.lowering.setParts(operation.node.outputs[0], parts)
        return parts
    }

    private static func splitBySizes(_ operation: Operation, _ name: String) throws -> [String] {
        let dim = try operation.dimension("dim", default: 0)
        let x = try operation.tensor("self")
        var (start, parts) = (0, [String]())
        for size in try operation.integers(name) {
            parts.append(try operation.slice(x, dim, start, start + size))
            start += size
        }
        operation.lowering.setParts(operation.node.outputs[0], parts)
        return parts
    }

    private static func triangle(_ operation: Operation, upper: Int) throws -> [String] {
        let diagonal = try operation.constant(Double(operation.integer("diagonal", default: 0)), .int64)
        return [operation.emit("Trilu", [try operation.tensor("self"), diagonal], .int("upper", upper))]
    }

    /// Windows of images as columns: the places that each row of a window sees, gathered.
    private static let unfold: Lowerer = { operation in
        let (kernel, dilation) = (try operation.integers("kernel_size"), try operation.integers("dilation"))
        let (padding, step) = (try operation.integers("padding"), try operation.integers("stride"))
        let isBatch = try operation.rank("self") == 4
        var x = try operation.tensor("self")
        if !isBatch { x = try operation.unsqueeze(x, [0]) }
        let channels = try operation.fixedSize("self", -3)
        if padding.contains(where: { $0 != 0 }) {
            x = operation.emit(
                "Pad", x, try operation.constant([0, 0, padding[0], padding[1], 0, 0, padding[0], padding[1]]))
        }
        // Each dimension becomes two: the place in the kernel, and the window.
        func places(_ dim: Int) throws -> (name: String, count: Int) {
            let size = try operation.fixedSize("self", dim - 2) + 2 * padding[dim]
            let count = (size - dilation[dim] * (kernel[dim] - 1) - 1) / step[dim] + 1
            let indices = (0..<kernel[dim]).flatMap { row in (0..<count).map { $0 * step[dim] + row * dilation[dim] } }
            return (
                try operation.lowering.builder.constant(indices.map(Double.init), shape: [kernel[dim], count], .int64),
                count
            )
        }
        let (rows, columns) = (try places(0), try places(1))
        x = operation.emit("Gather", [x, rows.name], .int("axis", 2))  // [N, C, kh, rows, W]
        x = operation.emit("Gather", [x, columns.name], .int("axis", 4))  // [N, C, kh, rows, kw, columns]
        x = operation.transpose(x, [0, 1, 2, 4, 3, 5])
        x = try operation.reshape(x, [0, channels * kernel[0] * kernel[1], rows.count * columns.count])
        return [isBatch ? x : try operation.squeeze(x, [0])]
    }

    private static let fold: Lowerer = { operation in
        let isBatch = try operation.rank("self") == 3
        var x = try operation.tensor("self")
        if !isBatch { x = try operation.unsqueeze(x, [0]) }
        let padding = try operation.integers("padding")
        x = operation.emit(
            "Col2Im", [x, try operation.sizes("output_size"), try operation.sizes("kernel_size")],
            .ints("dilations", try operation.integers("dilation")), .ints("pads", padding + padding),
            .ints("strides", try operation.integers("stride")))
        return [isBatch ? x : try operation.squeeze(x, [0])]
    }
}

extension Operation {
    /// The tensors of a list in which some may be missing.
    func optionalElements(_ name: String) throws -> [Element?] {
        guard let place = node.inputNames.firstIndex(of: name) else {
            throw ONNXExportError("the list \(name) is not known")
        }
        if let list = lowering.lists[node.inputs[place]] {
            return try list.map { element in
                if case .none? = try lowering.known(element) { return nil }
                let dtype = try lowering.known(element)?.tensor?.dtype ?? lowering.graph.dtype(element)
                return Element(name: { try lowering.tensor(element) }, dtype: dtype)
            }
        }
        guard case .list(let values)? = try known(name) else { throw ONNXExportError("the list \(name) is not known") }
        return values.map { value in
            value.tensor.map { tensor in
                Element(name: { try lowering.builder.initializer(tensor) }, dtype: tensor.dtype)
            }
        }
    }
}
