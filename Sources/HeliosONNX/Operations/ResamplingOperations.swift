/// Other sizes of images, and images seen through a grid.
extension OperationTable {
    static let resampling: [String: Lowerer] = [
        "upsample_nearest1d": { try resize($0, "nearest", "asymmetric", rounding: "floor") },
        "upsample_nearest2d": { try resize($0, "nearest", "asymmetric", rounding: "floor") },
        "upsample_nearest3d": { try resize($0, "nearest", "asymmetric", rounding: "floor") },
        "_upsample_nearest_exact1d": { try resize($0, "nearest", "half_pixel", rounding: "round_prefer_ceil") },
        "_upsample_nearest_exact2d": { try resize($0, "nearest", "half_pixel", rounding: "round_prefer_ceil") },
        "_upsample_nearest_exact3d": { try resize($0, "nearest", "half_pixel", rounding: "round_prefer_ceil") },
        "upsample_linear1d": { try resize($0, "linear") }, "upsample_bilinear2d": { try resize($0, "linear") },
        "upsample_trilinear3d": { try resize($0, "linear") }, "upsample_bicubic2d": { try resize($0, "cubic") },
        "grid_sampler": { try gridSample($0) }, "grid_sampler_2d": { try gridSample($0) },
    ]

    private static func resize(
        _ operation: Operation, _ mode: String, _ places: String? = nil, rounding: String? = nil
    ) throws -> [String] {
        let x = try operation.tensor("self", or: "input")
        let alignsCorners = try operation.boolean("align_corners")
        let coordinates = places ?? (alignsCorners ? "align_corners" : "pytorch_half_pixel")
        var attributes: [Attribute] = [.string("mode", mode), .string("coordinate_transformation_mode", coordinates)]
        if let rounding { attributes.append(.string("nearest_mode", rounding)) }
        if mode == "cubic" { attributes.append(.float("cubic_coeff_a", -0.75)) }
        if let factors = try factors(operation) {
            let scales = try operation.lowering.builder.constant(
                [1, 1] + factors, shape: [factors.count + 2], .float32)
            return operation.emitAll("Resize", [x, nil, scales], attributes, outputs: 1)
        }
        let start = operation.emit("Shape", [x], .int("start", 0), .int("end", 2))
        let size = operation.emit("Concat", [start, try operation.sizes("output_size")], .int("axis", 0))
        return operation.emitAll("Resize", [x, nil, nil, size], attributes, outputs: 1)
    }

    /// The factors, if the network was given factors and no size.
    private static func factors(_ operation: Operation) throws -> [Double]? {
        if case .list(let values)? = try operation.known("scale_factors") {
            return values.compactMap { if case .real(let value) = $0 { value } else { nil } }
        }
        let given = try ["scales_d", "scales_h", "scales_w", "scales"].filter { try operation.has($0) }
        return given.isEmpty ? nil : try given.map { try operation.number($0) }
    }

    private static func gridSample(_ operation: Operation) throws -> [String] {
        let names = ["bilinear", "nearest", "bicubic"], paddings = ["zeros", "border", "reflection"]
        let (mode, padding) = (try operation.integer("interpolation_mode"), try operation.integer("padding_mode"))
        guard names.indices.contains(mode), paddings.indices.contains(padding), try operation.rank("input") == 4 else {
            throw ONNXExportError("only images can be sampled through a grid")
        }
        return [
            operation.emit(
                "GridSample", [try operation.tensor("input"), try operation.tensor("grid")],
                .string("mode", names[mode]),
                .string("padding_mode", paddings[padding]),
                .int("align_corners", try operation.boolean("align_corners") ? 1 : 0))
        ]
    }
}

extension Operation {
    /// An input that has one of two names.
    fileprivate func tensor(_ name: String, or other: String) throws -> String {
        try tensor(node.inputNames.contains(name) ? name : other)
    }
}
