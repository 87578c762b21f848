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
