import Foundation
import Testing

@testable import Helios

@Suite("The size of a batch in memory")
struct MemorySizeTests {
    @Test("counts bytes, numbers, texts and tensors, also inside of other values")
    func sizes() throws {
        struct Sample {
            var bytes = Data(repeating: 1, count: 1000)
            var part: ArraySlice<Int32> = [1, 2, 3, 4, 5][1..<4]
            var name: String? = "abc"
        }
        #expect(MemorySize.byteCount(of: Data(repeating: 0, count: 77)) == 77)
        #expect(MemorySize.byteCount(of: Sample()) == 1000 + 3 * 4 + 3)
        #expect(MemorySize.byteCount(of: ContiguousArray<Double>([1, 2])) == 16)
        #expect(MemorySize.byteCount(of: Set<Int>([1, 2])) == 16)
        #expect(try MemorySize.byteCount(of: ["x": Tensor.zeros([10], dtype: .float32)]) >= 41)
        #expect(MemorySize.byteCount(of: [Data(count: 5), Data(count: 6)]) >= 11)
    }
}
