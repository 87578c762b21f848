import Torch

/// A block of a tensor whose elements follow each other in the order of the indices. A tensor that is larger than the
/// memory, or has more elements than the memory behind it, is processed in such pieces.
package struct TensorPiece {
    /// The indices of each dimension.
    package let ranges: [Range<Int>]
    /// The positions of the elements, counted in the order of the indices.
    package let elements: Range<Int>

    /// Calls `body` with all pieces of a shape in order, each of at most `limit` elements.
    package static func forEach(
        of shape: [Int], limit: Int, _ body: (TensorPiece) throws -> Void
    ) rethrows {
        guard !shape.contains(0) else { return }
        // As many of the last dimensions as fit are taken whole, and the one before them in runs.
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
            // The index of the leading dimensions advances as an odometer does.
            guard let dim = outer.indices.last(where: { outer[$0] + 1 < shape[$0] }) else { return }
            outer[dim] += 1
            for later in outer.indices where later > dim { outer[later] = 0 }
        }
    }
}

extension Tensor {
    /// Returns the piece of this tensor, which shares its memory.
    package func piece(_ piece: TensorPiece) throws -> Tensor {
        var result = self
        for (dim, range) in piece.ranges.enumerated() where range.count < result.shape[dim] {
            result = try result.narrow(dim: dim, start: range.lowerBound, length: range.count)
        }
        return result
    }
}
