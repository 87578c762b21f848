import TestSupport
import Testing
import Torch
import TorchNN

@Suite(.standardGenerator)
struct LinearTests {
    static let family: LayerFamily = LayerFamily(
        name: "linear",
        makers: [
            "linear": .layer { try Linear(5, 3) },
            "linear without bias": .layer { try Linear(5, 3, bias: false) },
            "bilinear": .module({ try Bilinear(3, 4, 2) }) { [try $0($1[0], $1[1])] },
            "bilinear without bias": .module({ try Bilinear(3, 4, 2, bias: false) }) { [try $0($1[0], $1[1])] },
            "identity": .layer { Identity() },
            "cosine similarity": .module({ CosineSimilarity() }) { [try $0($1[0], $1[1])] },
            "cosine similarity with options": .module({ CosineSimilarity(dim: 0, eps: 0.5) }) {
                [try $0($1[0], $1[1])]
            },
            "pairwise distance": .module({ PairwiseDistance() }) { [try $0($1[0], $1[1])] },
            "pairwise distance with options": .module({ PairwiseDistance(p: 1, eps: 0.25, keepDim: true) }) {
                [try $0($1[0], $1[1])]
            },
        ])

    @Test("options that make no sense are errors that name the layer")
    func nonsenseThrows() {
        expectError("Linear") { try Linear(0, 3) }
        expectError("Linear") { try Linear(3, -1) }
        expectError("Bilinear") { try Bilinear(3, 0, 1) }
        let error = #expect(throws: TorchError.self) { try Linear(1 << 40, 1) }
        #expect(error?.message.contains("at most 2147483647") == true)
    }

    @Test("a layer too large for memory is an error")
    func hugeLayerThrows() {
        #expect(throws: TorchError.self) { try Linear(.max, .max) }
        #expect(throws: TorchError.self) { try Bilinear(1 << 30, 1 << 30, 1 << 30) }
    }

    @Test("an input of a wrong shape is an error")
    func wrongShapesThrow() throws {
        let input = try Tensor.zeros([2, 3])
        #expect(throws: TorchError.self) { try Linear(4, 2)(input) }
        #expect(throws: TorchError.self) { try Bilinear(4, 3, 2)(input, input) }
        #expect(throws: TorchError.self) { try CosineSimilarity(dim: 5)(input, input) }
        #expect(throws: TorchError.self) { try PairwiseDistance()(input, Tensor.zeros([2, 4])) }
    }
}
