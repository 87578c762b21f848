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
