extension Registry where Subject == Void, Product == Module {
    func addMaxPooling() {
        add("MaxPool1d") {
            try MaxPool1d(
                kernelSize: $0.int("kernel_size"), stride: $0.optional("stride"), padding: $0.int("padding", 0),
                dilation: $0.int("dilation", 1), ceilMode: $0.bool("ceil_mode", false))
        }
        add("MaxPool2d") {
            try MaxPool2d(
                kernelSize: $0.value("kernel_size", as: Pair.self), stride: $0.optional("stride", as: Pair.self),
                padding: $0.value("padding", default: Pair(0, 0)), dilation: $0.value("dilation", default: Pair(1, 1)),
                ceilMode: $0.bool("ceil_mode", false))
        }
        add("MaxPool3d") {
            try MaxPool3d(
                kernelSize: $0.value("kernel_size", as: Triple.self), stride: $0.optional("stride", as: Triple.self),
                padding: $0.value("padding", default: Triple(0, 0, 0)),
                dilation: $0.value("dilation", default: Triple(1, 1, 1)), ceilMode: $0.bool("ceil_mode", false))
        }
        add("MaxUnpool1d") {
            try MaxUnpool1d(
                kernelSize: $0.int("kernel_size"), stride: $0.optional("stride"), padding: $0.int("padding", 0))
        }
        add("MaxUnpool2d") {
            try MaxUnpool2d(
                kernelSize: $0.value("kernel_size", as: Pair.self), stride: $0.optional("stride", as: Pair.self),
                padding: $0.value("padding", default: Pair(0, 0)))
        }
        add("MaxUnpool3d") {
            try MaxUnpool3d(
                kernelSize: $0.value("kernel_size", as: Triple.self), stride: $0.optional("stride", as: Triple.self),
                padding: $0.value("padding", default: Triple(0, 0, 0)))
        }
    }

    func addOtherPooling() {
        add("AvgPool1d") {
            try AvgPool1d(
                kernelSize: $0.int("kernel_size"), stride: $0.optional("stride"), padding: $0.int("padding", 0),
                ceilMode: $0.bool("ceil_mode", false), countIncludePad: $0.bool("count_include_pad", true))
        }
        add("AvgPool2d") {
            try AvgPool2d(
                kernelSize: $0.value("kernel_size", as: Pair.self), stride: $0.optional("stride", as: Pair.self),
                padding: $0.value("padding", default: Pair(0, 0)), ceilMode: $0.bool("ceil_mode", false),
                countIncludePad: $0.bool("count_include_pad", true), divisorOverride: $0.optional("divisor_override"))
        }
        add("AvgPool3d") {
            try AvgPool3d(
                kernelSize: $0.value("kernel_size", as: Triple.self), stride: $0.optional("stride", as: Triple.self),
                padding: $0.value("padding", default: Triple(0, 0, 0)), ceilMode: $0.bool("ceil_mode", false),
                countIncludePad: $0.bool("count_include_pad", true), divisorOverride: $0.optional("divisor_override"))
        }
        add("LPPool1d") {
            try LPPool1d(
                $0.double("norm_type"), kernelSize: $0.int("kernel_size"), stride: $0.optional("stride"),
                ceilMode: $0.bool("ceil_mode", false))
        }
        add("LPPool2d") {
            try LPPool2d(
                $0.double("norm_type"), kernelSize: $0.value("kernel_size", as: Pair.self),
                stride: $0.optional("stride", as: Pair.self), ceilMode: $0.bool("ceil_mode", false))
        }
        add("LPPool3d") {
            try LPPool3d(
                $0.double("norm_type"), kernelSize: $0.value("kernel_size", as: Triple.self),
                stride: $0.optional("stride", as: Triple.self), ceilMode: $0.bool("ceil_mode", false))
        }
    }
}

extension OptionReader {
    /// A size for each dimension, or one for all; `nil`, the input's own, for `null`.
    fileprivate func outputSizes(count: Int) throws -> [Int?] {
        try value("output_size", as: OneOrMore<Int?>.self).values(count: count)
    }

    /// A ratio for each dimension, or one for all; `nil` if none is given.
    fileprivate func outputRatios(count: Int) throws -> [Double]? {
        try optional("output_ratio", as: OneOrMore<Double>.self)?.values(count: count)
    }

    /// Throws unless one of the two ways to say the size of the output is given.
    fileprivate func requireOne(_ size: Any?, _ ratio: Any?) throws {
        guard (size == nil) != (ratio == nil) else {
            throw ConfigurationError("\(owner): give either 'output_size' or 'output_ratio'")
        }
    }
}

extension Registry where Subject == Void, Product == Module {
    func addAdaptivePooling() {
        add("AdaptiveAvgPool1d") { try AdaptiveAvgPool1d($0.int("output_size")) }
        add("AdaptiveAvgPool2d") {
            let sizes = try $0.outputSizes(count: 2)
            return AdaptiveAvgPool2d(height: sizes[0], width: sizes[1])
        }
        add("AdaptiveAvgPool3d") {
            let sizes = try $0.outputSizes(count: 3)
            return AdaptiveAvgPool3d(depth: sizes[0], height: sizes[1], width: sizes[2])
        }
        add("AdaptiveMaxPool1d") { try AdaptiveMaxPool1d($0.int("output_size")) }
        add("AdaptiveMaxPool2d") {
            let sizes = try $0.outputSizes(count: 2)
            return AdaptiveMaxPool2d(height: sizes[0], width: sizes[1])
        }
        add("AdaptiveMaxPool3d") {
            let sizes = try $0.outputSizes(count: 3)
            return AdaptiveMaxPool3d(depth: sizes[0], height: sizes[1], width: sizes[2])
        }
        add("ExportableAdaptiveAvgPool2d") {
            let sizes = try $0.outputSizes(count: 2)
            return ExportableAdaptiveAvgPool2d(height: sizes[0], width: sizes[1])
        }
        add("FractionalMaxPool2d") {
            let kernelSize = try $0.value("kernel_size", as: Pair.self)
            let (size, ratios) = (try $0.optional("output_size", as: Pair.self), try $0.outputRatios(count: 2))
            try $0.requireOne(size, ratios)
            if let size { return FractionalMaxPool2d(kernelSize: kernelSize, outputSize: size) }
            let ratio = ratios ?? [1, 1]
            return FractionalMaxPool2d(kernelSize: kernelSize, outputRatio: (ratio[0], ratio[1]))
        }
        add("FractionalMaxPool3d") {
            let kernelSize = try $0.value("kernel_size", as: Triple.self)
            let (size, ratios) = (try $0.optional("output_size", as: Triple.self), try $0.outputRatios(count: 3))
            try $0.requireOne(size, ratios)
            if let size { return FractionalMaxPool3d(kernelSize: kernelSize, outputSize: size) }
            let ratio = ratios ?? [1, 1, 1]
            return FractionalMaxPool3d(kernelSize: kernelSize, outputRatio: (ratio[0], ratio[1], ratio[2]))
        }
    }
}
