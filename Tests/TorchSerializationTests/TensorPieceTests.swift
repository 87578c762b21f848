import Testing
import Torch

@testable import TorchSerialization

@Suite("Pieces of a tensor")
struct TensorPieceTests {
    @Test(
        "follow each other, cover every element once, and are no larger than asked",
        arguments: [[], [7], [3, 4, 5], [2, 1, 3, 2], [1, 1, 9], [0], [4, 0, 2]], [1, 2, 5, 12, 1000])
    func cover(shape: [Int], limit: Int) throws {
        let tensor = try Tensor.arange(shape.reduce(1, *), dtype: .int64).reshape(shape)
        var elements: [Int] = []
        try TensorPiece.forEach(of: shape, limit: limit) { piece in
            #expect(piece.elements.count <= limit)
            #expect(piece.elements.lowerBound == elements.count)
            elements += try tensor.piece(piece).reshape([-1]).array(Int.self)
            #expect(piece.elements.upperBound == elements.count)
        }
        #expect(elements == Array(0..<shape.reduce(1, *)))
    }

    @Test("of a shape with more elements than can be counted begin at once")
    func endless() throws {
        struct Stop: Error {}
        var first: TensorPiece?
        #expect(throws: Stop.self) {
            try TensorPiece.forEach(of: [1 << 40, 1 << 40, 3], limit: 100) { piece in
                first = piece
                throw Stop()
            }
        }
        #expect(first?.ranges == [0..<1, 0..<33, 0..<3])
    }
}
