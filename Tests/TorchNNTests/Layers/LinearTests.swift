import TestSupport
import Testing
import Torch
import TorchNN

@Suite(.standardGenerator)
struct LinearTests {
    static let family: LayerFamily = LayerFamily(
        name: "linear",
        makers: [
            "linear": .layer { Linear(5, 3) },
            "linear without bias": .layer { Linear(5, 3, bias: false) },
            "bilinear": .module({ Bilinear(3, 4, 2) }) { [try $0($1[0], $1[1])] },
            "bilinear without bias": .module({ Bilinear(3, 4, 2, bias: false) }) { [try $0($1[0], $1[1])] },
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
        expectError("Linear") { Linear(0, 3) }
        expectError("Linear") { Linear(3, -1) }
        expectError("Bilinear") { Bilinear(3, 0, 1) }
        let error = initializationError(of: Linear(1 << 40, 1))
        #expect(error?.message.contains("at most 2147483647") == true)
    }

    @Test("a layer too large for memory is an error")
    func hugeLayerThrows() {
        #expect(initializationError(of: Linear(.max, .max)) != nil)
        #expect(initializationError(of: Bilinear(1 << 30, 1 << 30, 1 << 30)) != nil)
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
