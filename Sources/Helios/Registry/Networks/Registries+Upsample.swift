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
