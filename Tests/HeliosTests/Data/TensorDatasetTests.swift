import Helios
import TestSupport
import Testing

@Suite struct TensorDatasetTests {
    private let random = BatchRandom(seed: 0, epoch: 0)

    @Test("a batch has the samples that were asked for, in that order")
    func batch() throws {
        let dataset = try TensorDataset(
            inputs: Tensor([[0, 1], [2, 3], [4, 5]], dtype: .float32), targets: Tensor([7, 8, 9]))
        let batch = try dataset.batch(at: [2, 0, 2], random: random)
        #expect(batch.count == 3)
        try expectSameBits(batch.inputs, Tensor([[4, 5], [0, 1], [4, 5]], dtype: .float32))
        #expect(try batch.targets.array(Int.self) == [9, 7, 9])
    }

    @Test("a sample that is not there is an error", arguments: [3, -1])
    func missingSample(index: Int) throws {
        let dataset = try TensorDataset(inputs: Tensor([1, 2, 3]), targets: Tensor([1, 2, 3]))
        #expect(throws: TorchError.self) { try dataset.batch(at: [index], random: random) }
    }

    @Test("inputs and targets of different numbers, or without a first dimension, are an error")
    func misfits() throws {
        let three = try Tensor([1, 2, 3])
        let error = #expect(throws: DataError.self) { try TensorDataset(inputs: three, targets: Tensor([1, 2])) }
        #expect(error?.description.contains("[3] and [2]") == true)
        #expect(throws: DataError.self) { try TensorDataset(inputs: Tensor(1), targets: Tensor(1)) }
    }

    @Test("a batch moves to a device with all that is in it")
    func device() throws {
        let batch = LabeledBatch(inputs: try Tensor([1, 2]), targets: try Tensor([3, 4]))
        #expect(try batch.to(.cpu).inputs.device == .cpu)
        if !CUDA.isAvailable { #expect(throws: TorchError.self) { try batch.to(.cuda) } }
        let nested: [String: [Tensor?]] = ["a": [try Tensor(1), nil]]
        #expect(try nested.to(.cpu)["a"]?.count == 2)
    }
}
