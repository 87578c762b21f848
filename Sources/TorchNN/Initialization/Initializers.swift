import Foundation
import Torch

/// Functions that initialize weights: PyTorch's `nn.init`.
///
/// Each function writes to the tensor without recording gradients and returns it. After `manualSeed`, the same calls
/// draw the same bits as in PyTorch.
/// ```swift
/// try Init.kaimingNormal_(conv.weight, mode: .fanOut, nonlinearity: .relu)
/// ```
public enum Init {
    /// Which of a weight's two numbers of connections determines its variance.
    public enum FanMode: Sendable {
        /// The number of inputs, so that the forward pass keeps its scale.
        case fanIn
        /// The number of outputs, so that the gradients keep their scale.
        case fanOut
    }

    /// The function that follows the layer, which determines the gain. PyTorch's names of convolutions all mean
    /// `linear`.
    public enum Nonlinearity: CaseIterable, Sendable {
        case linear, sigmoid, tanh, relu, leakyReLU, selu
    }

    /// Draws uniformly from `low` to `high`.
    @discardableResult
    public static func uniform_(
        _ tensor: Tensor, _ low: Double = 0, _ high: Double = 1, generator: Generator? = nil
    ) throws -> Tensor {
        try noGrad { try tensor.uniform_(from: low, to: high, generator: generator) }
    }

    /// Draws from a normal distribution.
    @discardableResult
    public static func normal_(
        _ tensor: Tensor, mean: Double = 0, std: Double = 1, generator: Generator? = nil
    ) throws -> Tensor {
        try noGrad { try tensor.normal_(mean: mean, std: std, generator: generator) }
    }

    /// Fills the tensor with a number.
    @discardableResult
    public static func constant_(_ tensor: Tensor, _ value: some ScalarConvertible) throws -> Tensor {
        try noGrad { try tensor.fill_(value) }
    }

    /// Fills the tensor with zeros.
    @discardableResult
    public static func zeros_(_ tensor: Tensor) throws -> Tensor {
        try noGrad { try tensor.zero_() }
    }

    /// Fills the tensor with ones.
    @discardableResult
    public static func ones_(_ tensor: Tensor) throws -> Tensor {
        try constant_(tensor, 1)
    }

    /// Draws uniformly from ±gain·√(3 / fan): He and others 2015, "Delving deep into rectifiers".
    ///
    /// - Parameters:
    ///   - a: the negative slope, for a leaky ReLU.
    ///   - mode: which number of connections to use.
    ///   - nonlinearity: the function that follows the layer.
    /// - Throws: `TorchError` of kind `shape` for fewer than two dimensions.
    @discardableResult
    public static func kaimingUniform_(
        _ tensor: Tensor, a: Double = 0, mode: FanMode = .fanIn, nonlinearity: Nonlinearity = .leakyReLU,
        generator: Generator? = nil
    ) throws -> Tensor {
        guard tensor.count > 0 else { return tensor }
        let bound = try 3.0.squareRoot() * kaimingDeviation(of: tensor, a: a, mode: mode, nonlinearity: nonlinearity)
        return try uniform_(tensor, -bound, bound, generator: generator)
    }

    /// Draws from a normal distribution with the standard deviation gain / √fan: He and others 2015.
    ///
    /// - Throws: `TorchError` of kind `shape` for fewer than two dimensions.
    @discardableResult
    public static func kaimingNormal_(
        _ tensor: Tensor, a: Double = 0, mode: FanMode = .fanIn, nonlinearity: Nonlinearity = .leakyReLU,
        generator: Generator? = nil
    ) throws -> Tensor {
        guard tensor.count > 0 else { return tensor }
        let std = try kaimingDeviation(of: tensor, a: a, mode: mode, nonlinearity: nonlinearity)
        return try normal_(tensor, std: std, generator: generator)
    }

    /// Draws uniformly from ±gain·√(6 / (fan in + fan out)): Glorot and Bengio 2010, "Understanding the difficulty of
    /// training deep feedforward neural networks".
    ///
    /// - Throws: `TorchError` of kind `shape` for fewer than two dimensions.
    @discardableResult
    public static func xavierUniform_(
        _ tensor: Tensor, gain: Double = 1, generator: Generator? = nil
    ) throws -> Tensor {
        let bound = try 3.0.squareRoot() * xavierDeviation(of: tensor, gain: gain)
        return try uniform_(tensor, -bound, bound, generator: generator)
    }

    /// Draws from a normal distribution with the standard deviation gain·√(2 / (fan in + fan out)): Glorot and Bengio
    /// 2010.
    ///
    /// - Throws: `TorchError` of kind `shape` for fewer than two dimensions.
    @discardableResult
    public static func xavierNormal_(
        _ tensor: Tensor, gain: Double = 1, generator: Generator? = nil
    ) throws -> Tensor {
        try normal_(tensor, std: try xavierDeviation(of: tensor, gain: gain), generator: generator)
    }

    /// Returns the number of inputs of each output of a weight, and the number of outputs of each input.
    ///
    /// - Throws: `TorchError` of kind `shape` for fewer than two dimensions.
    public static func calculateFan(_ tensor: Tensor) throws -> (fanIn: Int, fanOut: Int) {
        let shape = tensor.shape
        guard shape.count >= 2 else {
            throw shapeError("calculateFan", [tensor], "a weight has two dimensions or more")
        }
        // A tensor without elements may have sizes whose product is too great.
        func product(_ sizes: some Sequence<Int>) throws -> Int {
            try sizes.reduce(1) { product, size in
                let (result, overflow) = product.multipliedReportingOverflow(by: size)
                guard !overflow else {
                    throw TorchError(kind: .shape, operation: "calculateFan", message: "\(shape) is too large")
                }
                return result
            }
        }
        return (try product(shape.dropFirst()), try product([shape[0]] + shape.dropFirst(2)))
    }

    /// Returns the gain of a layer for the function that follows it.
    ///
    /// - Parameter param: the negative slope of a leaky ReLU; `nil` uses 0.01.
    public static func calculateGain(_ nonlinearity: Nonlinearity, param: Double? = nil) -> Double {
        switch nonlinearity {
        case .linear, .sigmoid: 1
        case .tanh: 5.0 / 3
        case .relu: 2.0.squareRoot()
        case .leakyReLU: (2 / (1 + pow(param ?? 0.01, 2))).squareRoot()
        case .selu: 3.0 / 4
        }
    }

    private static func kaimingDeviation(
        of tensor: Tensor, a: Double, mode: FanMode, nonlinearity: Nonlinearity
    ) throws -> Double {
        let (fanIn, fanOut) = try calculateFan(tensor)
        return calculateGain(nonlinearity, param: a) / Double(mode == .fanIn ? fanIn : fanOut).squareRoot()
    }

    private static func xavierDeviation(of tensor: Tensor, gain: Double) throws -> Double {
        let (fanIn, fanOut) = try calculateFan(tensor)
        return gain * (2 / (Double(fanIn) + Double(fanOut))).squareRoot()
    }
}
