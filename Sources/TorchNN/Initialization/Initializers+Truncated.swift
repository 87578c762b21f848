import Foundation
import Torch

extension Init {
    /// Draws from a normal distribution between two bounds.
    ///
    /// It works as in PyTorch 2.13: if much of the distribution lies between the bounds, values outside them are drawn
    /// again; otherwise uniformly drawn candidates are accepted by their density.
    /// - Parameters:
    ///   - mean: the distribution's mean, which may lie outside the bounds.
    ///   - std: its standard deviation before truncation; positive.
    ///   - low: the lower bound (PyTorch's `a`).
    ///   - high: the upper bound (PyTorch's `b`).
    /// - Throws: `TorchError` unless all are finite, `std` is positive, and `low` is not above `high`; and if so few
    ///   candidates would be accepted that PyTorch would draw forever.
    @discardableResult
    public static func truncNormal_(
        _ tensor: Tensor, mean: Double = 0, std: Double = 1, low: Double = -2, high: Double = 2,
        generator: Generator? = nil
    ) throws -> Tensor {
        try require(
            mean.isFinite && std.isFinite && std > 0 && low.isFinite && high.isFinite && low <= high, "trunc_normal_",
            "it takes a positive deviation and bounds in order, not a mean of \(mean), a deviation of \(std) and "
                + "bounds of \(low) and \(high)")
        guard tensor.count > 0 else { return tensor }
        let share = cumulative((high - mean) / std) - cumulative((low - mean) / std)
        return try noGrad {
            share > 0.3
                ? try redraw(tensor, mean, std, low, high, generator)
                : try accept(tensor, mean, std, low, high, generator)
        }
    }

    /// The standard normal distribution's share below `x`.
    private static func cumulative(_ x: Double) -> Double {
        (1 + erf(x / 2.0.squareRoot())) / 2
    }

    /// Draws until all lie between the bounds, which takes few rounds if the bounds have a good share.
    private static func redraw(
        _ tensor: Tensor, _ mean: Double, _ std: Double, _ low: Double, _ high: Double, _ generator: Generator?
    ) throws -> Tensor {
        // In the tensor's precision, as the drawn elements are.
        let lowest = try Tensor(low).to(tensor.dtype).item(Double.self)
        let highest = try Tensor(high).to(tensor.dtype).item(Double.self)
        try tensor.normal_(mean: mean, std: std, generator: generator)
        var result = tensor
        while true {
            let isOutside = try (result .< lowest).logicalOr(result .> highest)
            guard try isOutside.any().item(Bool.self) else { break }
            let others = try Tensor.emptyLike(result).normal_(mean: mean, std: std, generator: generator)
            result = try Tensor.where(isOutside, others, result)
        }
        return result.isSame(as: tensor) ? tensor : try tensor.copy_(result)
    }

    /// Draws uniformly between the bounds, and accepts each by its density in proportion to the greatest.
    private static func accept(
        _ tensor: Tensor, _ mean: Double, _ std: Double, _ low: Double, _ high: Double, _ generator: Generator?
    ) throws -> Tensor {
        let mode = max(low, min(mean, high))
        // Beyond its greatest value the density falls to nothing within about this width.
        let width = std / max(0.8, abs(mode - mean) / std)
        try require(
            (high - low) / width < 1e5, "trunc_normal_",
            "nearly no draw between \(low) and \(high) would be accepted: choose bounds nearer to each other")
        let greatestLogDensity = -0.5 * pow((mode - mean) / std, 2)

        let candidates = try Tensor.emptyLike(tensor)
        let chances = try Tensor.emptyLike(tensor)
        /// Which candidates are refused; it leaves their densities in `candidates`.
        func refused() throws -> Tensor {
            try candidates.sub_(mean).div_(std).pow_(2).mul_(-0.5).sub_(greatestLogDensity)
            return try chances.uniform_(generator: generator).log_().gt(candidates)
        }

        try tensor.uniform_(from: low, to: high, generator: generator)
        try candidates.copy_(tensor)
        var isPending = try refused()
        guard try isPending.any().item(Bool.self) else { return tensor }
        var result = tensor
        repeat {
            try candidates.uniform_(from: low, to: high, generator: generator)
            result = try Tensor.where(isPending, candidates, result)
            isPending = try Tensor.where(isPending, refused(), isPending)
        } while try isPending.any().item(Bool.self)
        return try tensor.copy_(result)
    }
}
