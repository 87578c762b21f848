import Torch

/// How much a padding layer puts at each edge: one number for all, or a list: left, right, top, bottom, front, back, as
/// many as there are.
public protocol EdgeSizes {
    /// One number for each of `count` edges; as they are where they are listed.
    func edges(_ count: Int) -> [Int]
}

extension Int: EdgeSizes {
    public func edges(_ count: Int) -> [Int] { Array(repeating: self, count: count) }
}

extension [Int]: EdgeSizes {
    public func edges(_ count: Int) -> [Int] { self }
}

/// What the padding layers share.
///
/// They take `[N, C, …]` or `[C, …]`. Negative numbers cut off, as in PyTorch.
public class PaddingLayer: Module, Layer {
    /// How much at each edge: left, right, top, bottom, front, back.
    public let padding: [Int]
    private let mode: PaddingMode

    init(_ padding: some EdgeSizes, dimensions: Int, mode: PaddingMode) throws {
        self.padding = padding.edges(2 * dimensions)
        self.mode = mode
        try require(
            self.padding.count == 2 * dimensions, Self.layerName,
            "the padding needs \(2 * dimensions) numbers, and has \(self.padding.count)")
        try require(
            self.padding.allSatisfy { (-largestOption...largestOption).contains($0) }, Self.layerName,
            "the padding \(self.padding) is out of range")
    }

    public override var extraDescription: String { tupleText(padding) }

    /// What is filled in where the mode is a constant.
    var fillValue: Double { 0 }

    public func callAsFunction(_ input: Tensor) throws -> Tensor {
        try withHooks(input) {
            mode == .zeros ? try pad(input, padding, value: fillValue) : try pad(input, padding, mode: mode)
        }
    }
}

/// What the layers share that pad with a constant.
public class ConstantPaddingLayer: PaddingLayer {
    public let value: Double

    init(_ padding: some EdgeSizes, value: Double, dimensions: Int) throws {
        self.value = value
        try super.init(padding, dimensions: dimensions, mode: .zeros)
    }

    override var fillValue: Double { value }

    public override var extraDescription: String { "padding=\(tupleText(padding)), value=\(value)" }
}
