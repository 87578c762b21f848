import TestSupport
import Testing
import Torch
import TorchNN

struct PackedSequenceTests {
    @Test("packed sequences come step by step, and padding gives them back")
    func packingIsUndone() throws {
        let input = try Tensor.arange(12, dtype: .float32).reshape([3, 4])
        let packed = try packPaddedSequence(input, lengths: [2, 4, 3], batchFirst: true, enforceSorted: false)
        #expect(try packed.data.array(Float.self) == [4, 8, 0, 5, 9, 1, 6, 10, 7])
        #expect(try packed.batchSizes.array(Int.self) == [3, 3, 2, 1])
        let (output, lengths) = try padPackedSequence(packed, batchFirst: true, paddingValue: -1, totalLength: 5)
        #expect(lengths == [2, 4, 3])
        #expect(try output.array(Float.self) == [0, 1, -1, -1, -1, 4, 5, 6, 7, -1, 8, 9, 10, -1, -1])
    }

    @Test("sequences of several lengths are padded and packed")
    func sequencesArePadded() throws {
        let sequences = [try Tensor([1.0, 2.0]), try Tensor([3.0])]
        #expect(try padSequence(sequences, batchFirst: true, paddingValue: 9).array(Double.self) == [1, 2, 3, 9])
        #expect(try padSequence(sequences).array(Double.self) == [1, 3, 2, 0])
        #expect(try packSequence(sequences).data.array(Double.self) == [1, 3, 2])
    }

    @Test("padded and packed sequences are taken apart again")
    func sequencesAreTakenApart() throws {
        let sequences = [try Tensor([3.0]), try Tensor([1.0, 2.0, 4.0]), try Tensor([5.0, 6.0])]
        let packed = try packSequence(sequences, enforceSorted: false)
        #expect(try unpackSequence(packed).map { try $0.array(Double.self) } == [[3], [1, 2, 4], [5, 6]])
        let padded = try padSequence(sequences, batchFirst: true)
        let parts = try unpadSequence(padded, lengths: [1, 3, 0], batchFirst: true)
        #expect(try parts.map { try $0.array(Double.self) } == [[3], [1, 2, 4], []])
        expectError("unpad_sequence") { try unpadSequence(padded, lengths: [1, 4, 0], batchFirst: true) }
        expectError("unpad_sequence") { try unpadSequence(padded, lengths: [1, 3]) }
        expectError("unpad_sequence") { try unpadSequence(Tensor(1.0), lengths: []) }
    }

    @Test("steps beyond number of a tensor without elements are an error")
    func hugeLengthsThrow() throws {
        let empty = try Tensor.empty([1 << 58, 1, 0])
        #expect(throws: TorchError.self) { try packPaddedSequence(empty, lengths: [1 << 58]) }
    }

    @Test(
        "lengths that do not fit are errors",
        arguments: [[1, 2], [2], [2, 0], [4, 1], [-1, -2], []])
    func wrongLengthsThrow(lengths: [Int]) throws {
        let error = #expect(throws: TorchError.self) {
            try packPaddedSequence(Tensor.zeros([3, 2]), lengths: lengths)
        }
        #expect(error?.operation == "pack_padded_sequence")
    }

    @Test("what cannot be packed or padded is an error")
    func nonsenseThrows() throws {
        #expect(throws: TorchError.self) { try packPaddedSequence(Tensor(1.0), lengths: [1]) }
        #expect(throws: TorchError.self) { try packPaddedSequence(Tensor.zeros([3, 0]), lengths: []) }
        #expect(throws: TorchError.self) { try padSequence([Tensor(1.0)]) }
        #expect(throws: TorchError.self) { try padSequence([]) }
        let packed = try packSequence([Tensor([1.0, 2.0])])
        #expect(throws: TorchError.self) { try padPackedSequence(packed, totalLength: 1) }
        #expect(throws: TorchError.self) { try padPackedSequence(packed, totalLength: .max) }
    }
}
