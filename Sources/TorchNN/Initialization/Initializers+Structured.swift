import Foundation
import Torch

// Initializers whose result is more than independent draws from one distribution.

extension Init {
    /// Fills a matrix with the identity: ones on the diagonal, zeros elsewhere.
    ///
    /// - Throws: `TorchError` of kind `shape` unless there are two dimensions.
    @discardableResult
    public static func eye_(_ tensor: Tensor) throws -> Tensor {
        try requireMatrix("eye_", tensor)
        try noGrad {
            try tensor.zero_()
            _ = try tensor.diagonal().fill_(1)
        }
        return tensor
    }

    /// Makes a convolution return its input channels, as many as there are outputs: Dirac's delta function.
    ///
    /// - Parameters:
    ///   - tensor: a convolution's weight, `[out, in / groups, …]` with one, two or three more dimensions.
    ///   - groups: each group of outputs gets its own identity; the number of outputs must be divisible by it.
    /// - Throws: `TorchError` for another number of dimensions or groups, and for a kernel of size 0.
    @discardableResult
    public static func dirac_(_ tensor: Tensor, groups: Int = 1) throws -> Tensor {
        let shape = tensor.shape
        guard (3...5).contains(shape.count), !shape.dropFirst(2).contains(0) else {
            throw shapeError("dirac_", [tensor], "the weight of a convolution has 3, 4 or 5 dimensions, and a kernel")
        }
        try require(
            groups > 0 && shape[0].isMultiple(of: groups), "dirac_",
            "\(shape[0]) outputs cannot be divided into \(groups) groups")
        try noGrad {
            try tensor.zero_()
            var center = tensor
            for size in shape.dropFirst(2) { center = try center.select(dim: 2, index: size / 2) }
            let outputs = shape[0] / groups
            for group in 0..<(outputs > 0 ? groups : 0) {
                _ = try center.narrow(dim: 0, start: group * outputs, length: outputs).diagonal().fill_(1)
            }
        }
        return tensor
    }

    /// Draws a matrix with orthogonal rows or columns, whichever are fewer; dimensions beyond the first count as one.
    ///
    /// Saxe and others 2013, "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks".
    /// - Parameter gain: the length of the rows or columns.
    /// - Throws: `TorchError` of kind `shape` for fewer than two dimensions, and for a type that libtorch does not
    ///   factorize.
    @discardableResult
    public static func orthogonal_(_ tensor: Tensor, gain: Double = 1, generator: Generator? = nil) throws -> Tensor {
        let shape = tensor.shape
        guard shape.count >= 2 else {
            throw shapeError("orthogonal_", [tensor], "a weight has two dimensions or more")
        }
        guard tensor.count > 0 else { return tensor }
        let rows = shape[0]
        let columns = tensor.count / rows
        return try noGrad {
            var drawn = try Tensor.empty([rows, columns], dtype: tensor.dtype, device: tensor.device)
            drawn = try drawn.normal_(mean: 0, std: 1, generator: generator)
            let (q, r) = try Linalg.qr(rows < columns ? drawn.t() : drawn)
            // The signs of R's diagonal make the distribution of the matrix uniform: Mezzadri 2006, "How to generate
            // random matrices from the classical compact groups".
            var matrix = try q * r.diag().sign()
            if rows < columns { matrix = try matrix.t() }
            try tensor.copy_(matrix.reshape(shape))
            return try tensor.mul_(gain)
        }
    }

    /// Draws from a normal distribution, and sets the same number of elements of each column to zero: Martens 2010,
    /// "Deep learning via Hessian-free optimization".
    ///
    /// - Parameters:
    ///   - sparsity: the fraction of each column that is zero, 0…1, rounded up to a whole number of elements.
    ///   - std: the standard deviation of the other elements.
    ///   - generator: the generator for the elements and the positions of the zeros; PyTorch draws the positions with
    ///     the standard generator even if you pass another one.
    /// - Throws: `TorchError` unless there are two dimensions and the sparsity is between 0 and 1.
    @discardableResult
    public static func sparse_(
        _ tensor: Tensor, sparsity: Double, std: Double = 0.01, generator: Generator? = nil
    ) throws -> Tensor {
        try requireMatrix("sparse_", tensor)
        try require((0...1).contains(sparsity), "sparse_", "the sparsity must be between 0 and 1, not \(sparsity)")
        let (rows, columns) = (tensor.shape[0], tensor.shape[1])
        // A generator draws on its own device, which is the tensor's.
        let place = generator == nil ? Device.cpu : tensor.device
        let zeroCount = min(rows, Int((sparsity * Double(rows)).rounded(.up)))
        return try noGrad {
            try tensor.normal_(mean: 0, std: std, generator: generator)
            for column in 0..<columns {
                let order = try Tensor.randperm(rows, generator: generator, device: place).to(tensor.device)
                let zeros = try order.narrow(dim: 0, start: 0, length: zeroCount)
                _ = try tensor.select(dim: 1, index: column).scatter_(dim: 0, index: zeros, value: 0)
            }
            return tensor
        }
    }

    private static func requireMatrix(_ operation: String, _ tensor: Tensor) throws {
        guard tensor.dimensionCount == 2 else {
            throw shapeError(operation, [tensor], "it takes two dimensions")
        }
    }
}
