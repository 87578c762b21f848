import Torch

/// A block of a tensor whose elements follow each other in the order of the indices: how a tensor that is larger than the
/// memory, or has more elements than the memory behind it, is gone through.
package struct TensorPiece {
    /// The indices of each dimension.
    package let ranges: [Range<Int>]
    /// Which elements they are, counted in the order of the indices.
    package let elements: Range<Int>

    /// Gives `body` all pieces of a shape in order, each of at most so many elements.
    package static func forEach(
        of shape: [Int], limit: Int, _ body: (TensorPiece) throws -> Void
    ) rethrows {
        guard !shape.contains(0) else { return }
        // The last dimensions are taken whole, as many as have room, and the one before them in runs.
        var (wholeDims, wholeCount) = (shape.count, 1)
        while wholeDims > 0 {
            let (product, overflow) = wholeCount.multipliedReportingOverflow(by: shape[wholeDims - 1])
            guard !overflow, product <= limit else { break }
            (wholeDims, wholeCount) = (wholeDims - 1, product)
        }
        let whole = shape[wholeDims...].map { 0..<$0 }
        guard wholeDims > 0 else { return try body(TensorPiece(ranges: whole, elements: 0..<wholeCount)) }

        let (runDim, run) = (wholeDims - 1, max(limit / wholeCount, 1))
        var outer = [Int](repeating: 0, count: runDim)
        var start = 0
        while true {
            for first in stride(from: 0, to: shape[runDim], by: run) {
                let rows = first..<min(first + run, shape[runDim])
                let end = start + rows.count * wholeCount
                try body(
                    TensorPiece(ranges: outer.map { $0..<$0 + 1 } + [rows] + whole, elements: start..<end))
                start = end
            }
            // The next index of the dimensions before, as an odometer counts.
            guard let dim = outer.indices.last(where: { outer[$0] + 1 < shape[$0] }) else { return }
            outer[dim] += 1
            for later in outer.indices where later > dim { outer[later] = 0 }
        }
    }
}

extension Tensor {
    /// The piece of this tensor, which shares its memory.
    package func piece(_ piece: TensorPiece) throws -> Tensor {
        var result = self
        for (dim, range) in piece.ranges.enumerated() where range.count < result.shape[dim] {
            result = try result.narrow(dim: dim, start: range.lowerBound, length: range.count)
        }
        return result
    }
}
