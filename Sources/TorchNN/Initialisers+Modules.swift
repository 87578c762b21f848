import Torch

extension Init {
    /// Draws the weights of networks anew, in the order of their modules: Helios' `default_init_weights`.
    ///
    /// Those of linear layers and convolutions in two dimensions by `kaimingNormal_`, times `scale`; batch normalisation
    /// starts with weights of 1; the biases of all get one value. Other modules are left as they are.
    /// - Parameters:
    ///   - modules: the networks.
    ///   - scale: what the drawn weights are multiplied by; small numbers serve residual blocks.
    ///   - biasFill: the biases' value.
    ///   - a: see `kaimingNormal_`, as for the parameters behind.
    /// - Throws: `TorchError` where a weight has no value yet.
    public static func defaultInitWeights(
        _ modules: Module..., scale: Double = 1, biasFill: Double = 0, a: Double = 0, mode: FanMode = .fanIn,
        nonlinearity: Nonlinearity = .leakyReLU, generator: Generator? = nil
    ) throws {
        func draw(_ weight: Tensor) throws {
            try kaimingNormal_(weight, a: a, mode: mode, nonlinearity: nonlinearity, generator: generator)
            _ = try noGrad { try weight.mul_(Scalar(scale)) }
        }
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
            if let bias { try constant_(bias, Scalar(biasFill)) }
        }
    }
}
