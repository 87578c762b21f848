import Torch

/// What the poolings to a given size share, by the greatest element or the mean, in one to three dimensions.
public class AdaptivePooling: Module {
    /// The size of each spatial dimension of the output; nil for that of the input.
    public let outputSize: [Int?]

    init(_ outputSize: [Int?]) throws {
        self.outputSize = outputSize
        try requirePositive(outputSize.compactMap(\.self), Self.layerName, "output size")
    }

    public override var extraDescription: String {
        if let first = outputSize.first, let size = first, outputSize.allSatisfy({ $0 == size }) {
            return "output_size=\(size)"
        }
        return "output_size=(\(outputSize.map { optionText($0) }.joined(separator: ", ")))"
    }

    /// The output's spatial sizes for an input.
    final func sizes(for input: Tensor) throws -> [Int] {
        try adaptiveSizes(outputSize, for: input, Self.layerName)
    }
}

/// What the poolings by the greatest element to a given size share.
public class AdaptiveMaxPooling: AdaptivePooling, Layer {
    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try adaptiveMaxPooling(input, outputSize: sizes(for: input)).output
        }
    }

    /// The output, and where in the input's last dimensions, counted in a row, each element stood.
    public func withIndices(_ input: Tensor) throws -> (output: Tensor, indices: Tensor) {
        try withHooks([input], outputs: { [$0.output, $0.indices] }) {
            try adaptiveMaxPooling(input, outputSize: sizes(for: input))
        }
    }
}

/// What the poolings by the mean to a given size share.
public class AdaptiveAveragePooling: AdaptivePooling, Layer {
    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            try adaptiveAveragePooling(input, outputSize: sizes(for: input))
        }
    }
}
