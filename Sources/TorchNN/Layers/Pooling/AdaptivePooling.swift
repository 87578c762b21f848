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
        let inputSizes = input.shape.suffix(outputSize.count)
        try requireShape(
            inputSizes.count == outputSize.count, Self.layerName, input,
            "it needs \(outputSize.count) spatial dimensions")
        return zip(outputSize, inputSizes).map { $0 ?? $1 }
    }
}
