extension Registry where Subject == Void, Product == Module {
    func addShapeLayers() {
        add("Flatten") { try Flatten(startDim: $0.int("start_dim", 1), endDim: $0.int("end_dim", -1)) }
        add("Unflatten") { try Unflatten($0.int("dim"), $0.value("unflattened_size")) }
        add("PixelShuffle") { try PixelShuffle($0.int("upscale_factor")) }
        add("PixelUnshuffle") { try PixelUnshuffle($0.int("downscale_factor")) }
        add("ChannelShuffle") { try ChannelShuffle($0.int("groups")) }
        add("Unfold") {
            try Unfold(
                kernelSize: $0.value("kernel_size", as: Pair.self),
                dilation: $0.value("dilation", default: Pair(1, 1)), padding: $0.value("padding", default: Pair(0, 0)),
                stride: $0.value("stride", default: Pair(1, 1)))
        }
        add("Fold") {
            try Fold(
                outputSize: $0.value("output_size", as: Pair.self), kernelSize: $0.value("kernel_size", as: Pair.self),
                dilation: $0.value("dilation", default: Pair(1, 1)), padding: $0.value("padding", default: Pair(0, 0)),
                stride: $0.value("stride", default: Pair(1, 1)))
        }
    }
}

extension OptionReader {
    /// A number for all edges, or a list with one for each.
    fileprivate func edges(_ name: String, _ count: Int) throws -> [Int] {
        try value(name, as: OneOrMore<Int>.self).values(count: count)
    }
}

extension Registry where Subject == Void, Product == Module {
    func addPaddingLayers() {
        add("ZeroPad1d") { try ZeroPad1d($0.edges("padding", 2)) }
        add("ZeroPad2d") { try ZeroPad2d($0.edges("padding", 4)) }
        add("ZeroPad3d") { try ZeroPad3d($0.edges("padding", 6)) }
        add("ConstantPad1d") { try ConstantPad1d($0.edges("padding", 2), value: $0.double("value")) }
        add("ConstantPad2d") { try ConstantPad2d($0.edges("padding", 4), value: $0.double("value")) }
        add("ConstantPad3d") { try ConstantPad3d($0.edges("padding", 6), value: $0.double("value")) }
        add("ReflectionPad1d") { try ReflectionPad1d($0.edges("padding", 2)) }
        add("ReflectionPad2d") { try ReflectionPad2d($0.edges("padding", 4)) }
        add("ReflectionPad3d") { try ReflectionPad3d($0.edges("padding", 6)) }
        add("ReplicationPad1d") { try ReplicationPad1d($0.edges("padding", 2)) }
        add("ReplicationPad2d") { try ReplicationPad2d($0.edges("padding", 4)) }
        add("ReplicationPad3d") { try ReplicationPad3d($0.edges("padding", 6)) }
        add("CircularPad1d") { try CircularPad1d($0.edges("padding", 2)) }
        add("CircularPad2d") { try CircularPad2d($0.edges("padding", 4)) }
        add("CircularPad3d") { try CircularPad3d($0.edges("padding", 6)) }
    }
}

extension OptionReader {
    /// The spatial sizes of the output: a list, or one for all; `nil` if none are given.
    fileprivate func outputSize() throws -> (any SpatialSize)? {
        guard let sizes = try optional("size", as: OneOrMore<Int>.self)?.values else { return nil }
        switch sizes.count {
        case 1: return sizes[0]
        case 2: return Pair(sizes[0], sizes[1])
        case 3: return Triple(sizes[0], sizes[1], sizes[2])
        default: throw ConfigurationError("\(owner): 'size' must be a whole number or a list of up to three")
        }
    }

    /// The factors of the spatial sizes: a list, or one for all; `nil` if none are given.
    fileprivate func scaleFactors() throws -> [Double]? {
        try optional("scale_factor", as: OneOrMore<Double>.self)?.values
    }

    /// What either a size or a factor makes.
    fileprivate func upsample<Layer>(
        size: (any SpatialSize)?, factor: [Double]?, bySize: (any SpatialSize) throws -> Layer,
        byFactor: ([Double]) throws -> Layer
    ) throws -> Layer {
        switch (size, factor) {
        case (let size?, nil): return try bySize(size)
        case (nil, let factors?): return try byFactor(factors)
        default: throw ConfigurationError("\(owner): give either 'size' or 'scale_factor'")
        }
    }

    /// Images at another size, by an older name: a pair, and one factor for both dimensions.
    fileprivate func upsampling<Layer>(
        bySize: (Pair) throws -> Layer, byFactor: (Double) throws -> Layer
    ) throws -> Layer {
        let (size, factor) = (
            try optional("size", as: Pair.self), try optional("scale_factor", as: Double.self)
        )
        return try upsample(size: size, factor: factor.map { [$0] }) {
            try bySize(Pair($0.sizes[0], $0.sizes[1]))
        } byFactor: {
            try byFactor($0[0])
        }
    }
}

extension Registry where Subject == Void, Product == Module {
    func addUpsampling() {
        add("Upsample") { options in
            let (size, factors) = (try options.outputSize(), try options.scaleFactors())
            let mode = try options.choice("mode", InterpolationMode.nearest)
            let alignCorners = try options.optional("align_corners", as: Bool.self)
            let recompute = try options.bool("recompute_scale_factor", false)
            return try options.upsample(size: size, factor: factors) {
                Upsample(size: $0, mode: mode, alignCorners: alignCorners)
            } byFactor: {
                Upsample(scaleFactors: $0, mode: mode, alignCorners: alignCorners, recomputeScaleFactor: recompute)
            }
        }
        add("UpsamplingNearest2d") {
            try $0.upsampling {
                UpsamplingNearest2d(size: $0)
            } byFactor: {
                UpsamplingNearest2d(scaleFactor: $0)
            }
        }
        add("UpsamplingBilinear2d") {
            try $0.upsampling {
                UpsamplingBilinear2d(size: $0)
            } byFactor: {
                UpsamplingBilinear2d(scaleFactor: $0)
            }
        }
    }
}
