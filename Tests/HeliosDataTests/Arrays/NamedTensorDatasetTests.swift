import Foundation
import HeliosData
import TestSupport
import Testing

@Suite("NamedTensorDataset")
struct NamedTensorDatasetTests {
    private let random = BatchRandom(seed: 0, epoch: 0)

    @Test("rows of a safetensors file are those of its tensors")
    func safetensors() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "a.safetensors")
            let inputs = try Tensor.arange(20).reshape([5, 4]).to(.float32)
            try SafetensorsFile.save(["x": .tensor(inputs), "y": .tensor(try Tensor.arange(5))], to: url)
            let data = try NamedTensorDataset(safetensors: url)
            #expect(data.count == 5)
            let batch = try data.batch(at: [4, 0], random: random)
            #expect(try batch["x"]?.array(Float.self) == [16, 17, 18, 19, 0, 1, 2, 3])
            #expect(try batch["y"]?.array(Int.self) == [4, 0])
            let labeled = try data.labeled(inputs: "x", targets: "y").batch(at: [1], random: random)
            #expect(try labeled.inputs.array(Float.self) == [4, 5, 6, 7])
            #expect(throws: DataError.self) { try data.labeled(inputs: "z", targets: "y") }
            #expect(throws: DataFileError.self) { try NamedTensorDataset(safetensors: url, names: ["z"]) }
        }
    }

    @Test("rows of a file of arrays are those of its arrays")
    func arrays() throws {
        let data = try NamedTensorDataset(npz: DataFiles.url("stored.npz"), names: ["x", "big"])
        #expect(data.count == 2)
        let batch = try data.batch(at: [1], random: random)
        #expect(batch["x"]?.shape == [1, 3])
        #expect(throws: DataFileError.self) { try NamedTensorDataset(npz: DataFiles.url("stored.npz")) }
    }

    @Test("tensors without rows, or with different numbers of them, are errors")
    func errors() throws {
        #expect(throws: DataError.self) { try NamedTensorDataset([:]) }
        #expect(throws: DataError.self) { try NamedTensorDataset(["a": Tensor(1)]) }
        #expect(throws: DataError.self) { try NamedTensorDataset(["a": Tensor([1]), "b": Tensor([1, 2])]) }
    }
}
