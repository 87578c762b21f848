extension Registry where Subject == Void, Product == Module {
    func addActivations() {
        add("ReLU") { try ReLU(inPlace: $0.bool("inplace", false)) }
        add("ReLU6") { try ReLU6(inPlace: $0.bool("inplace", false)) }
        add("SELU") { try SELU(inPlace: $0.bool("inplace", false)) }
        add("SiLU") { try SiLU(inPlace: $0.bool("inplace", false)) }
        add("Mish") { try Mish(inPlace: $0.bool("inplace", false)) }
        add("Hardsigmoid") { try Hardsigmoid(inPlace: $0.bool("inplace", false)) }
        add("Hardswish") { try Hardswish(inPlace: $0.bool("inplace", false)) }
        add("Hardtanh") {
            try Hardtanh(
                minVal: $0.double("min_val", -1), maxVal: $0.double("max_val", 1), inPlace: $0.bool("inplace", false))
        }
        add("LeakyReLU") {
            try LeakyReLU(negativeSlope: $0.double("negative_slope", 0.01), inPlace: $0.bool("inplace", false))
        }
        add("PReLU") { try PReLU(numParameters: $0.int("num_parameters", 1), initial: $0.double("init", 0.25)) }
        add("RReLU") {
            try RReLU(
                lower: $0.double("lower", 1.0 / 8), upper: $0.double("upper", 1.0 / 3),
                inPlace: $0.bool("inplace", false))
        }
        add("ELU") { try ELU(alpha: $0.double("alpha", 1), inPlace: $0.bool("inplace", false)) }
        add("CELU") { try CELU(alpha: $0.double("alpha", 1), inPlace: $0.bool("inplace", false)) }
        add("Threshold") {
            try Threshold($0.double("threshold"), $0.double("value"), inPlace: $0.bool("inplace", false))
        }
        add("GELU") { try GELU(approximate: $0.choice("approximate", .none)) }
        add("Softplus") { try Softplus(beta: $0.double("beta", 1), threshold: $0.double("threshold", 20)) }
        add("Hardshrink") { try Hardshrink(lambd: $0.double("lambd", 0.5)) }
        add("Softshrink") { try Softshrink(lambd: $0.double("lambd", 0.5)) }
        add("Softmax") { try Softmax(dim: $0.int("dim")) }
        add("Softmin") { try Softmin(dim: $0.int("dim")) }
        add("LogSoftmax") { try LogSoftmax(dim: $0.int("dim")) }
        add("GLU") { try GLU(dim: $0.int("dim", -1)) }
        add("Sigmoid") { _ in Sigmoid() }
        add("LogSigmoid") { _ in LogSigmoid() }
        add("Tanh") { _ in Tanh() }
        add("Tanhshrink") { _ in Tanhshrink() }
        add("Softsign") { _ in Softsign() }
        add("Softmax2d") { _ in Softmax2d() }
    }
}
