extension Registry where Subject == Void, Product == Module {
    func addConvolutions() {
        add("Conv1d") {
            try Conv1d(
                $0.int("in_channels"), $0.int("out_channels"), kernelSize: $0.int("kernel_size"),
                stride: $0.int("stride", 1), padding: $0.value("padding", default: Padding.sizes([0])),
                dilation: $0.int("dilation", 1), groups: $0.int("groups", 1), bias: $0.bool("bias", true),
                paddingMode: $0.choice("padding_mode", .zeros))
        }
        add("Conv2d") {
            try Conv2d(
                $0.int("in_channels"), $0.int("out_channels"), kernelSize: $0.value("kernel_size", as: Pair.self),
                stride: $0.value("stride", default: Pair(1, 1)),
                padding: $0.value("padding", default: Padding.sizes([0])),
                dilation: $0.value("dilation", default: Pair(1, 1)), groups: $0.int("groups", 1),
                bias: $0.bool("bias", true), paddingMode: $0.choice("padding_mode", .zeros))
        }
        add("Conv3d") {
            try Conv3d(
                $0.int("in_channels"), $0.int("out_channels"), kernelSize: $0.value("kernel_size", as: Triple.self),
                stride: $0.value("stride", default: Triple(1, 1, 1)),
                padding: $0.value("padding", default: Padding.sizes([0])),
                dilation: $0.value("dilation", default: Triple(1, 1, 1)), groups: $0.int("groups", 1),
                bias: $0.bool("bias", true), paddingMode: $0.choice("padding_mode", .zeros))
        }
        add("ConvTranspose1d") {
            try ConvTranspose1d(
                $0.int("in_channels"), $0.int("out_channels"), kernelSize: $0.int("kernel_size"),
                stride: $0.int("stride", 1), padding: $0.int("padding", 0), outputPadding: $0.int("output_padding", 0),
                groups: $0.int("groups", 1), bias: $0.bool("bias", true), dilation: $0.int("dilation", 1))
        }
        add("ConvTranspose2d") {
            try ConvTranspose2d(
                $0.int("in_channels"), $0.int("out_channels"), kernelSize: $0.value("kernel_size", as: Pair.self),
                stride: $0.value("stride", default: Pair(1, 1)), padding: $0.value("padding", default: Pair(0, 0)),
                outputPadding: $0.value("output_padding", default: Pair(0, 0)), groups: $0.int("groups", 1),
                bias: $0.bool("bias", true), dilation: $0.value("dilation", default: Pair(1, 1)))
        }
        add("ConvTranspose3d") {
            try ConvTranspose3d(
                $0.int("in_channels"), $0.int("out_channels"), kernelSize: $0.value("kernel_size", as: Triple.self),
                stride: $0.value("stride", default: Triple(1, 1, 1)),
                padding: $0.value("padding", default: Triple(0, 0, 0)),
                outputPadding: $0.value("output_padding", default: Triple(0, 0, 0)), groups: $0.int("groups", 1),
                bias: $0.bool("bias", true), dilation: $0.value("dilation", default: Triple(1, 1, 1)))
        }
    }
}
