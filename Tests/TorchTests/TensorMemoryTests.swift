import Testing

@testable import Torch

@Suite("Tensor memory")
struct TensorMemoryTests {
    @Test("the memory has the elements from the first to the last of a view")
    func spans() throws {
        let tensor = try Tensor((0..<24).map { UInt8($0) }, shape: [4, 6])
        func memory(_ tensor: Tensor) throws -> [UInt8] { try tensor.withMemory { Array($0) } }
        #expect(try memory(tensor) == Array(0..<24))
        #expect(try memory(tensor.narrow(dim: 0, start: 1, length: 2)) == Array(6..<18))
        #expect(try memory(tensor.narrow(dim: 1, start: 2, length: 3)) == Array(2..<23))
        #expect(try memory(tensor.transpose(0, 1)) == Array(0..<24))
        #expect(try memory(tensor.narrow(dim: 0, start: 1, length: 0)) == [])
        #expect(try Tensor([UInt16(1), 2]).withMemory { $0.count } == 4)
    }

    @Test("what is written to the memory is in the tensor")
    func writes() throws {
        let tensor = try Tensor.zeros([2, 2], dtype: .uint8)
        try tensor.select(dim: 0, index: 1).withMutableMemory { $0[1] = 7 }
        #expect(try tensor.flatten().array(UInt8.self) == [0, 0, 0, 7])
    }

    @Test("a tensor that has no memory of its own values is an error")
    func refuses() throws {
        #expect(throws: TorchError.self) { try Tensor.undefined.withMemory { $0.count } }
        #expect(throws: TorchError.self) {
            try Tensor.zeros([2], dtype: .complex64).conj().withMutableMemory { $0.count }
        }
    }
}
