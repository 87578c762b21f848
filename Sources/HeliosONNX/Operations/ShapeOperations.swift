/// Other shapes of the same elements.
extension OperationTable {
    static let shapes: [String: Lowerer] = [
        "view": reshape, "reshape": reshape, "_unsafe_view": reshape, "_reshape_alias": reshape,
        "view_as": { [$0.emit("Reshape", try $0.tensor("self"), $0.emit("Shape", try $0.tensor("other")))] },
        "flatten": { operation in
            let rank = try operation.rank("self")
            let start = try operation.dimension("start_dim", default: 0)
            let end = try operation.dimension("end_dim", default: -1)
            let x = try operation.tensor("self")
            if rank == 0 { return [try operation.reshape(x, [1])] }
            // A zero keeps a dimension; what follows the joined ones is taken from the input's shape.
            if end == rank - 1 {
                return [try operation.reshape(x, [Int](repeating: 0, count: start) + [-1])]
            }
            let rest = operation.emit("Shape", [x], .int("start", end + 1))
            let first = try operation.constant([Int](repeating: 0, count: start) + [-1])
            return [operation.emit("Reshape", x, operation.emit("Concat", [first, rest], .int("axis", 0)))]
        },
        "unflatten": { operation in
            let dim = try operation.dimension("dim")
            let x = try operation.tensor("self")
            var parts = [try operation.sizes("sizes")]
            if dim > 0 { parts.insert(try operation.constant([Int](repeating: 0, count: dim)), at: 0) }
            if try dim < operation.rank("self") - 1 {
                parts.append(operation.emit("Shape", [x], .int("start", dim + 1)))
            }
            return [operation.emit("Reshape", x, operation.emit("Concat", parts, .int("axis", 0)))]
        },
        "permute": { operation in
            let rank = try operation.rank("self")
            return [
                operation.transpose(
                    try operation.tensor("self"), try operation.integers("dims").map { $0 < 0 ? $0 + rank : $0 })
            ]
        },
        "transpose": swap, "swapaxes": swap, "swapdims": swap,
        "t": { operation in
            let x = try operation.tensor("self")
            return [try operation.rank("self") < 2 ? x : operation.transpose(x, [1, 0])]
        },
        "movedim": { operation in
            let rank = try operation.rank("self")
            func dims(_ name: String) throws -> [Int] { try operation.integers(name).map { $0 < 0 ? $0 + rank : $0 } }
            let (from, to) = (try dims("source"), try dims("destination"))
            var permutation = [Int?](repeating: nil, count: rank)
            for (source, destination) in zip(from, to) { permutation[destination] = source }
            var rest = (0..<rank).filter { !from.contains($0) }.makeIterator()
            return [operation.transpose(try operation.tensor("self"), permutation.compactMap { $0 ?? rest.next() })]
        },
        "unsqueeze": { operation in
            let dim = try operation.integer("dim")
            return [try operation.unsqueeze(operation.tensor("self"), [dim])]
        },
        "squeeze": { operation in
            let rank = try operation.rank("self")
            let given = try operation.integers("dim").map { $0 < 0 ? $0 + rank : $0 }
            let all = given.isEmpty ? Array(0..<rank) : given
            // Only dimensions of one element go, so their sizes must be known.
            let dims = try all.filter { try operation.fixedSize("self", $0) == 1 }
            let x = try operation.tensor("self")
            return [dims.isEmpty ? x : try operation.squeeze(x, dims)]
        },
        "expand": { operation in
            // In ONNX a one keeps the size, as PyTorch's -1 does.
            let x = try operation.tensor("self")
            let sizes = try operation.fixedSizes("size")
            if !sizes.contains(nil) {
                return [operation.emit("Expand", x, try operation.constant(sizes.map { $0 == -1 ? 1 : $0 ?? 1 }))]
            }
            let wanted = try operation.sizes("size")
            return [operation.emit("Expand", x, operation.emit("Abs", wanted))]
        },
        "expand_as": { [$0.emit("Expand", try $0.tensor("self"), $0.emit("Shape", try $0.tensor("other")))] },
        "cat": { operation in
            let type = try operation.resultType()
            let parts = try operation.elements("tensors").map {
                try operation.cast($0.name(), from: $0.dtype ?? type, to: type)
            }
            let rank = max(operation.resultRank, 1)
            let dim = try operation.integer("dim", default: 0)
            return [operation.emit("Concat", parts, .int("axis", dim < 0 ? dim + rank : dim))]
        },
        "stack": { operation in
            let rank = operation.resultRank
            let given = try operation.integer("dim", default: 0)
            let dim = given < 0 ? given + rank : given
            let type = try operation.resultType()
            let parts = try operation.elements("tensors").map {
                try operation.unsqueeze(operation.cast($0.name(), from: $0.dtype ?? type, to: type), [dim])
            }
            return [operation.emit("Concat", parts, .int("axis", dim))]
        },
        "repeat": { operation in
            let (count, rank) = (try operation.sizeCount("repeats"), try operation.rank("self"))
            var x = try operation.tensor("self")
            if count > rank { x = try operation.unsqueeze(x, Array(0..<(count - rank))) }
            return [operation.emit("Tile", x, try operation.sizes("repeats"))]
        },
        "tile": { operation in
            let (repeats, rank) = (try operation.integers("dims"), try operation.rank("self"))
            let x = try operation.unsqueeze(operation.tensor("self"), Array(0..<max(0, repeats.count - rank)))
            let all = [Int](repeating: 1, count: max(0, rank - repeats.count)) + repeats
            return [operation.emit("Tile", x, try operation.constant(all))]
        },
        "pixel_shuffle": { operation in
            [
                operation.emit(
                    "DepthToSpace", [try operation.tensor("self")],
                    .int("blocksize", try operation.integer("upscale_factor")), .string("mode", "CRD"))
            ]
        },
        "pixel_unshuffle": { operation in
            let factor = try operation.integer("downscale_factor")
            let (height, width) = (try operation.fixedSize("self", -2), try operation.fixedSize("self", -1))
            let channels = try operation.fixedSize("self", -3)
            guard try operation.rank("self") == 4 else { throw ONNXExportError("it needs a batch of images") }
            // SpaceToDepth puts the places before the channels, so the parts are moved by hand.
            let split = try operation.reshape(
                operation.tensor("self"), [0, channels, height / factor, factor, width / factor, factor])
            return [
                try operation.reshape(
                    operation.transpose(split, [0, 1, 3, 5, 2, 4]),
                    [0, channels * factor * factor, height / factor, width / factor])
            ]
        },
        "channel_shuffle": { operation in
            let (x, groups) = (try operation.tensor("self"), try operation.integer("groups"))
            let rank = try operation.rank("self")
            let channels = try operation.fixedSize("self", 1)
            let rest = operation.emit("Shape", [x], .int("start", 2))
            func shaped(_ x: String, _ start: [Int]) throws -> String {
                operation.emit(
                    "Reshape", x, operation.emit("Concat", [try operation.constant(start), rest], .int("axis", 0)))
            }
            let split = try shaped(x, [0, groups, channels / groups])
            return [try shaped(operation.transpose(split, [0, 2, 1] + Array(3..<(rank + 1))), [0, channels])]
        },
    ]

    private static let reshape: Lowerer = { operation in
        let x = try operation.tensor("self")
        let name = operation.node.inputNames.contains("shape") ? "shape" : "size"
        let sizes = try operation.fixedSizes(name)
        // One size that depends on an axis is what is left of the others.
        if sizes.filter({ $0 == nil }).count == 1, !sizes.contains(-1), !sizes.contains(0) {
            return [try operation.reshape(x, sizes.map { $0 ?? -1 })]
        }
        let shape = try operation.sizes(name)
        // PyTorch's zero is a size, and ONNX's a copy.
        if sizes.contains(0) { return [operation.emit("Reshape", [x, shape], .int("allowzero", 1))] }
        return [operation.emit("Reshape", x, shape)]
    }

    private static let swap: Lowerer = { operation in
        let names = operation.node.inputNames
        let (first, second) = names.contains("dim0") ? ("dim0", "dim1") : ("axis0", "axis1")
        let (left, right) = (try operation.dimension(first), try operation.dimension(second))
        var permutation = Array(0..<(try operation.rank("self")))
        if permutation.count > 1 { permutation.swapAt(left, right) }
        return [operation.transpose(try operation.tensor("self"), permutation)]
    }
}
