extension Registry where Subject == Void, Product == Module {
    func addNormalizations() {
        add("BatchNorm1d") {
            try BatchNorm1d(
                $0.int("num_features"), eps: $0.double("eps", 1e-5),
                momentum: $0.value("momentum", default: 0.1 as Double?), affine: $0.bool("affine", true),
                trackRunningStats: $0.bool("track_running_stats", true), bias: $0.bool("bias", true))
        }
        add("BatchNorm2d") {
            try BatchNorm2d(
                $0.int("num_features"), eps: $0.double("eps", 1e-5),
                momentum: $0.value("momentum", default: 0.1 as Double?), affine: $0.bool("affine", true),
                trackRunningStats: $0.bool("track_running_stats", true), bias: $0.bool("bias", true))
        }
        add("BatchNorm3d") {
            try BatchNorm3d(
                $0.int("num_features"), eps: $0.double("eps", 1e-5),
                momentum: $0.value("momentum", default: 0.1 as Double?), affine: $0.bool("affine", true),
                trackRunningStats: $0.bool("track_running_stats", true), bias: $0.bool("bias", true))
        }
        add("InstanceNorm1d") {
            try InstanceNorm1d(
                $0.int("num_features"), eps: $0.double("eps", 1e-5), momentum: $0.double("momentum", 0.1),
                affine: $0.bool("affine", false), trackRunningStats: $0.bool("track_running_stats", false),
                bias: $0.bool("bias", true))
        }
        add("InstanceNorm2d") {
            try InstanceNorm2d(
                $0.int("num_features"), eps: $0.double("eps", 1e-5), momentum: $0.double("momentum", 0.1),
                affine: $0.bool("affine", false), trackRunningStats: $0.bool("track_running_stats", false),
                bias: $0.bool("bias", true))
        }
        add("InstanceNorm3d") {
            try InstanceNorm3d(
                $0.int("num_features"), eps: $0.double("eps", 1e-5), momentum: $0.double("momentum", 0.1),
                affine: $0.bool("affine", false), trackRunningStats: $0.bool("track_running_stats", false),
                bias: $0.bool("bias", true))
        }
        add("GroupNorm") {
            try GroupNorm(
                $0.int("num_groups"), $0.int("num_channels"), eps: $0.double("eps", 1e-5),
                affine: $0.bool("affine", true), bias: $0.bool("bias", true))
        }
        add("LayerNorm") {
            try LayerNorm(
                $0.value("normalized_shape", as: OneOrMore<Int>.self).values, eps: $0.double("eps", 1e-5),
                elementwiseAffine: $0.bool("elementwise_affine", true), bias: $0.bool("bias", true))
        }
        add("RMSNorm") {
            try RMSNorm(
                $0.value("normalized_shape", as: OneOrMore<Int>.self).values, eps: $0.optional("eps"),
                elementwiseAffine: $0.bool("elementwise_affine", true))
        }
        add("LocalResponseNorm") {
            try LocalResponseNorm(
                $0.int("size"), alpha: $0.double("alpha", 1e-4), beta: $0.double("beta", 0.75), k: $0.double("k", 1))
        }
    }
}
