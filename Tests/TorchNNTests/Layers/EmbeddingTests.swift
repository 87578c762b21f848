import TestSupport
import Testing
import Torch
import TorchNN

@Suite(.standardGenerator)
struct EmbeddingTests {
    static let family: LayerFamily = LayerFamily(
        name: "embedding",
        makers: [
            "embedding": .layer { Embedding(6, 3) },
            "embedding with a padding": .layer { Embedding(6, 3, paddingIdx: -2) },
            "embedding of limited norm": .layer { Embedding(6, 3, maxNorm: 1, normType: 1) },
            "embedding scaled by use": .layer { Embedding(6, 3, scaleGradByFreq: true) },
            "embedding with sparse gradient": .layer { Embedding(6, 3, sparse: true) },
            "embedding bag": .module({ EmbeddingBag(6, 3) }) { [try $0($1[0], offsets: $1[1])] },
            "embedding bag of sums": .module({ EmbeddingBag(6, 3, mode: .sum, paddingIdx: 4) }) { [try $0($1[0])] },
            "embedding bag with weights": .module({ EmbeddingBag(6, 3, mode: .sum) }) {
                [try $0($1[0], perSampleWeights: $1[1])]
            },
            "embedding bag of the greatest": .module({ EmbeddingBag(6, 3, maxNorm: 1.5, mode: .max) }) {
                [try $0($1[0])]
            },
            "embedding bag with the last offset": .module({
                EmbeddingBag(6, 3, scaleGradByFreq: true, includeLastOffset: true)
            }) { [try $0($1[0], offsets: $1[1])] },
        ])

    @Test("options that make no sense are errors that name the layer")
    func nonsenseThrows() {
        expectError("Embedding") { Embedding(0, 3) }
        expectError("Embedding") { Embedding(6, 3, paddingIdx: 6) }
        expectError("Embedding") { Embedding(6, 3, paddingIdx: -7) }
        expectError("Embedding") { try Embedding(pretrained: Tensor.zeros([3])) }
        expectError("EmbeddingBag") { EmbeddingBag(6, -3) }
        expectError("EmbeddingBag") { EmbeddingBag(6, 3, paddingIdx: 6) }
        expectError("EmbeddingBag") { EmbeddingBag(6, 3, scaleGradByFreq: true, mode: .max) }
        expectError("EmbeddingBag") { EmbeddingBag(6, 3, mode: .max, sparse: true) }
        expectError("EmbeddingBag") { try EmbeddingBag(pretrained: Tensor.zeros([3])) }
        expectError("embedding_bag") {
            try embeddingBag(Tensor([[0]]), weight: Tensor.zeros([2, 2]), mode: .max, sparse: true)
        }
    }

    @Test("a row that is not there is an error")
    func wrongRowsThrow() throws {
        #expect(throws: TorchError.self) { try Embedding(6, 3)(Tensor([6])) }
        #expect(throws: TorchError.self) { try Embedding(6, 3)(Tensor([-1])) }
        #expect(throws: TorchError.self) { try Embedding(6, 3, maxNorm: 1)(Tensor([6])) }
        #expect(throws: TorchError.self) { try Embedding(6, 3)(Tensor([0.5])) }
        #expect(throws: TorchError.self) { try EmbeddingBag(6, 3)(Tensor([[6, 0]])) }
        #expect(throws: TorchError.self) { try EmbeddingBag(6, 3, mode: .max)(Tensor([[-1, 0]])) }
    }

    @Test("offsets that do not rise within the input are errors", arguments: [[1], [0, 4], [0, 2, 1], [0, -1]])
    func wrongOffsetsThrow(offsets: [Int]) throws {
        let error = #expect(throws: TorchError.self) {
            try EmbeddingBag(6, 3)(Tensor([1, 2, 3]), offsets: Tensor(offsets, shape: [offsets.count]))
        }
        #expect(error?.operation == "embedding_bag")
    }

    @Test("bags need offsets in one dimension and none in two, and weights only for sums")
    func wrongBagsThrow() throws {
        let rows = try Tensor([1, 2])
        #expect(throws: TorchError.self) { try EmbeddingBag(6, 3)(rows) }
        #expect(throws: TorchError.self) { try EmbeddingBag(6, 3)(Tensor([[1, 2]]), offsets: Tensor([0])) }
        #expect(throws: TorchError.self) {
            try EmbeddingBag(6, 3)(Tensor([[1, 2]]), perSampleWeights: Tensor([[1.0, 2.0]]))
        }
        #expect(throws: TorchError.self) {
            try EmbeddingBag(6, 3, mode: .sum)(Tensor([[1, 2]]), perSampleWeights: Tensor([1.0, 2.0]))
        }
    }

    @Test("a table that is there already is frozen unless told otherwise")
    func pretrainedIsFrozen() throws {
        let table = try Tensor([[1.0, 2.0], [3.0, 4.0]])
        #expect(Embedding(pretrained: table).weight.requiresGrad == false)
        let embedding = Embedding(pretrained: table, freeze: false)
        #expect(embedding.weight.requiresGrad)
        #expect(try embedding(Tensor([1])).array(Double.self) == [3, 4])
    }

    @Test("a bag's table that is there already is frozen unless told otherwise")
    func pretrainedBagIsFrozen() throws {
        let table = try Tensor([[1.0, 2.0], [3.0, 4.0]])
        #expect(EmbeddingBag(pretrained: table).weight.requiresGrad == false)
        let bag = EmbeddingBag(pretrained: table, freeze: false, mode: .sum)
        #expect(bag.weight.requiresGrad)
        #expect(try bag(Tensor([[1, 0]])).array(Double.self) == [4, 6])
    }

    @Test("a table that another module trains is not frozen with what is made of it")
    func givenTableStaysTrained() throws {
        let trained = Embedding(3, 2)
        let frozen = Embedding(pretrained: trained.weight)
        let bag = EmbeddingBag(pretrained: trained.weight)
        #expect(trained.weight.requiresGrad && !frozen.weight.requiresGrad && !bag.weight.requiresGrad)
        _ = try noGrad { try trained.weight.fill_(7) }
        #expect(try frozen(Tensor([1])).array(Double.self) == [7, 7])
    }
}
