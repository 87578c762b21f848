import Foundation
import Torch

/// Adam for gradients that are sparse tensors, as those of large embeddings are: only the rows with a gradient change.
///
/// It computes what Adam does, and leaves the means and the parameters of the other rows as they are. The results are
/// those of PyTorch's `SparseAdam`, to the bit. Kingma and Ba 2015, "Adam: A method for stochastic optimization".
public final class SparseAdam: Optimizer {
    private struct Options: GroupOptions {
        let learningRate, eps: Double
        let betas: (Double, Double)
        let maximize: Bool

        init(_ state: StateDict) throws {
            learningRate = try state.double("lr")
            betas = try state.pair("betas")
            eps = try state.double("eps")
            maximize = try state.bool("maximize")
        }
    }

    /// Creates an optimizer for one group of parameters.
    ///
    /// - Parameters:
    ///   - betas: the decay rates of the two moving means.
    ///   - eps: a small number that keeps the denominator from becoming zero; above 0.
    ///   - maximize: whether to maximize the objective instead of minimizing it.
    /// - Throws: `OptimizerError` if there are no parameters, if one comes twice or cannot be optimized, or if an
    ///   option makes no sense.
    public convenience init(
        _ parameters: some ParameterSource, learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999),
        eps: Double = 1e-8, maximize: Bool = false
    ) throws {
        try self.init(
            groups: [ParameterGroup(parameters.optimizedParameters())], learningRate: learningRate, betas: betas,
            eps: eps,
            maximize: maximize)
    }

    /// Creates an optimizer for several groups. These options apply wherever a group does not set its own.
    public init(
        groups: [ParameterGroup], learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999),
        eps: Double = 1e-8, maximize: Bool = false
    ) throws {
        try super.init(
            groups: groups,
            defaults: [
                "lr": .double(learningRate), "betas": .tuple([.double(betas.0), .double(betas.1)]),
                "eps": .double(eps), "maximize": .bool(maximize),
            ])
        memory = ParameterMemory(steps: .integer, buffers: ["exp_avg", "exp_avg_sq"])
    }

    override var takesComplexParameters: Bool { false }

    public override func validate(_ options: StateDict) throws {
        try requireBetas(in: options)
        let options = try Options(options)
        guard options.learningRate > 0, options.eps > 0 else {
            throw OptimizerError(
                "'lr' and 'eps' must be positive, and are \(options.learningRate) and \(options.eps)")
        }
    }

    public override func step() throws {
        try withStepHooks {
            try noGrad {
                var index = 0
                for group in parameterGroups {
                    let options = try group.options(as: Options.self, of: self)
                    for parameter in group.parameters {
                        if let gradient = parameter.grad { try step(index, parameter, gradient, options) }
                        index += 1
                    }
                }
            }
        }
    }

    private func step(_ index: Int, _ parameter: Tensor, _ gradient: Tensor, _ options: Options) throws {
        guard gradient.shape == parameter.shape else {
            throw OptimizerError(
                "the gradient of parameter \(index) has the shape \(gradient.shape), and the parameter "
                    + "\(parameter.shape)")
        }
        guard try gradient.sparseDim() > 0 else {
            throw OptimizerError("the gradient of parameter \(index) is not sparse: use Adam for it")
        }
        let bucket = try GradientBucket(index, parameter, gradient: gradient)
        try memory.begin(bucket)
        guard let mean = try memory.buffers("exp_avg", of: bucket).first,
            let square = try memory.buffers("exp_avg_sq", of: bucket).first,
            let step = memory.count(bucket).first
        else { return }
        // Rows that occur several times are added up first, since what follows is not linear.
        let sum = try (options.maximize ? gradient.neg() : gradient).coalesce()
        let (rows, values) = (try sum.indices(), try sum.values())
        guard values.count > 0 else { return }
        func spread(_ values: Tensor) throws -> Tensor {
            try Tensor.sparseCooTensor(rows, values: values, size: sum.shape)
        }
        let (beta1, beta2) = options.betas
        let meanBefore = try mean.sparseMask(mask: sum).values()
        let meanChange = try values.sub(meanBefore).mul_(1 - beta1)
        try mean.add_(spread(meanChange))
        let squareBefore = try square.sparseMask(mask: sum).values()
        let squareChange = try values.pow(2).sub_(squareBefore).mul_(1 - beta2)
        try square.add_(spread(squareChange))

        let direction = try meanChange.add(meanBefore)
        let deviation = try squareChange.add(squareBefore).sqrt_().add_(options.eps)
        let size = options.learningRate * sqrt(1 - pow(beta2, step)) / (1 - pow(beta1, step))
        try parameter.add_(spread(direction.div_(deviation).mul(-size)))
    }
}
