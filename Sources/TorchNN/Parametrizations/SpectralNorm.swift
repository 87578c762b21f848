import Torch

/// Divides a parameter by its largest singular value: PyTorch's `parametrizations.spectral_norm`.
///
/// ```swift
/// let layer = spectralNorm(Conv2d(3, 64, kernelSize: 3))
/// ```
/// The value is estimated by the power method, whose vectors are the buffers `parametrizations.weight.0._u` and `._v`.
/// In training mode, each time the parameter is read (in each forward pass), `nPowerIterations` steps are made; in
/// evaluation mode, the vectors do not change. A tensor of more than two dimensions is a matrix whose rows are the
/// slices of `dim`; one of one dimension is divided by its length. Files of PyTorch's older hook, with `weight_orig`,
/// `weight_u` and `weight_v`, can be loaded too. Miyato and others 2018, "Spectral normalization for generative
/// adversarial networks".
/// - Parameters:
///   - name: the parameter's key in the state dictionary.
///   - eps: the minimum length of the vectors.
///   - dim: the dimension of the outputs; `nil` uses 1 for transposed convolutions and 0 for everything else.
/// - Returns: the module itself. If there is no such parameter or dimension, or if `nPowerIterations` is not positive,
///   the module's first use throws the error.
@discardableResult
public func spectralNorm<M: Module>(
    _ module: M, name: String = "weight", nPowerIterations: Int = 1, eps: Double = 1e-12, dim: Int? = nil
) -> M {
    module.deferErrors {
        let weight = try module.registeredTensor(name, "spectralNorm")
        let isTransposed = module is ConvTranspose1d || module is ConvTranspose2d || module is ConvTranspose3d
        let normalization = try SpectralNorm(
            weight.detach(), powerIterations: nPowerIterations, dim: dim ?? (isTransposed ? 1 : 0), eps: eps)
        try module.registerParametrization(name, normalization)
    }
    return module
}

/// Computes w / σ(w).
final class SpectralNorm: Module, Layer, Parametrization, ReplacingOldKeys {
    @Buffer("_u") var u: Tensor?
    @Buffer("_v") var v: Tensor?

    private let powerIterations: Int
    private let dim: Int
    private let eps: Double

    init(_ weight: Tensor, powerIterations: Int, dim: Int, eps: Double) throws {
        let dimensions = weight.dimensionCount
        try require(
            (-dimensions..<dimensions).contains(dim), "spectralNorm",
            "a tensor of \(dimensions) dimensions has no dimension \(dim)")
        try require(
            powerIterations > 0, "spectralNorm", "nPowerIterations must be positive, not \(powerIterations)")
        self.powerIterations = powerIterations
        self.dim = dim < 0 ? dim + dimensions : dim
        self.eps = eps
        super.init()
        guard dimensions > 1 else { return }
        try noGrad {
            let matrix = try matrix(of: weight)
            let first = try matrix.newEmpty([matrix.size(0)]).normal_(mean: 0, std: 1)
            let second = try matrix.newEmpty([matrix.size(1)]).normal_(mean: 0, std: 1)
            u = try normalize(first, dim: 0, eps: eps)
            v = try normalize(second, dim: 0, eps: eps)
            try iterate(matrix, 15)
        }
    }

    override var className: String { "_SpectralNorm" }

    func forward(_ weight: Tensor) throws -> Tensor {
        guard weight.dimensionCount > 1 else { return try normalize(weight, dim: 0, eps: eps) }
        let matrix = try matrix(of: weight)
        if isTraining { try noGrad { try iterate(matrix, powerIterations) } }
        let (u, v) = try vectors()
        // The iterations of a later forward pass write into the vectors, and this one's backward pass needs them.
        let (left, right) = (try u.clone(), try v.clone())
        let largest = try left.vdot(matrix.mv(right))
        return try weight / largest
    }

    func rightInverse(_ value: Tensor) throws -> [Tensor]? { [value] }

    var oldKeys: [(ending: String, path: String)] {
        u == nil ? [] : [("_orig", "original"), ("_u", "0._u"), ("_v", "0._v")]
    }

    private func matrix(of weight: Tensor) throws -> Tensor {
        let others = (0..<weight.dimensionCount).filter { $0 != dim }
        let sorted = dim == 0 ? weight : try weight.permute([dim] + others)
        return try sorted.flatten(startDim: 1)
    }

    /// Steps of the power method, in place.
    private func iterate(_ matrix: Tensor, _ count: Int) throws {
        let (u, v) = try vectors()
        for _ in 0..<count {
            try u.copy_(normalize(matrix.mv(v), dim: 0, eps: eps))
            try v.copy_(normalize(matrix.mH.mv(u), dim: 0, eps: eps))
        }
    }

    private func vectors() throws -> (Tensor, Tensor) {
        guard let u, let v else {
            throw shapeError("spectralNorm", [], "the parameter had one dimension, and has more now")
        }
        return (u, v)
    }
}
