import Torch

extension Init {
    /// Redraws the weights of networks, in the order of their modules: Python Helios' `default_init_weights`.
    ///
    /// Linear layers and convolutions in two dimensions get weights of `kaimingNormal_`, times `scale`. Batch
    /// normalization gets weights of 1. All of their biases get the same value. Other modules do not change.
    /// - Parameters:
    ///   - modules: the networks.
    ///   - scale: the factor for the drawn weights; small numbers suit residual blocks.
    ///   - biasFill: the biases' value.
    ///   - a: see `kaimingNormal_`, like the parameters after it.
    /// - Throws: ``ModuleError`` if an initializer failed.
    public static func defaultInitWeights(
        _ modules: Module..., scale: Double = 1, biasFill: Double = 0, a: Double = 0, mode: FanMode = .fanIn,
        nonlinearity: Nonlinearity = .leakyReLU, generator: Generator? = nil
    ) throws {
        func draw(_ weight: Tensor) throws {
            try kaimingNormal_(weight, a: a, mode: mode, nonlinearity: nonlinearity, generator: generator)
            _ = try noGrad { try weight.mul_(scale) }
        }
        for module in modules { try module.validate() }
        for module in modules.flatMap({ $0.namedModules() }).map(\.module) {
            let bias: Tensor?
            switch module {
            case let layer as Linear:
                try draw(layer.weight)
                bias = layer.bias
            case let layer as Conv2d:
                try draw(layer.weight)
                bias = layer.bias
            case let layer as BatchNorm:
                if let weight = layer.weight { try ones_(weight) }
                bias = layer.bias
            default:
                bias = nil
            }
            if let bias { try constant_(bias, biasFill) }
        }
    }
}

extension Init {
    /// Draws the weight and the bias of a linear map or convolution as PyTorch does: uniformly from ±1/√fan in.
    static func drawByFanIn(_ weight: Tensor, bias: Tensor?) throws {
        // PyTorch computes it this way, so this has the same rounding.
        try kaimingUniform_(weight, a: 5.0.squareRoot())
        guard let bias else { return }
        let fanIn = try calculateFan(weight).fanIn
        guard fanIn > 0 else { return }
        let bound = 1 / Double(fanIn).squareRoot()
        try uniform_(bias, -bound, bound)
    }
}
