import Foundation
import HeliosData
import TestSupport
import Testing

@Suite("TokenWindows")
struct TokenWindowsTests {
    private let random = BatchRandom(seed: 3, epoch: 1)

    @Test("sequential windows give each token once, with the next as its target", arguments: [DType.int64, .int32])
    func sequential(dtype: DType) throws {
        let windows = try TokenWindows(sequential: TokenSequence(Array(0..<1000)), length: 7, dtype: dtype)
        #expect(windows.count == 142)
        let batch = try windows.batch(at: [0, 141], random: random)
        #expect(batch.inputs.dtype == dtype && batch.inputs.shape == [2, 7])
        #expect(try batch.inputs.array(Int.self) == Array(0..<7) + Array(987..<994))
        #expect(try batch.targets.array(Int.self) == Array(1..<8) + Array(988..<995))
        #expect(throws: DataError.self) { try windows.batch(at: [142], random: random) }
    }

    @Test("random windows depend on seed, epoch and number alone, and reach both ends")
    func randomness() throws {
        let windows = try TokenWindows(random: TokenSequence(Array(0..<20)), length: 15, count: 400)
        let all = try windows.batch(at: Array(0..<400), random: random)
        let starts = try all.inputs[.all, 0].array(Int.self)
        #expect(Set(starts) == Set(0..<5))
        #expect(try all.targets.array(Int.self) == all.inputs.array(Int.self).map { $0 + 1 })
        #expect(
            try windows.batch(at: [7, 300], random: random).inputs[.all, 0].array(Int.self) == [starts[7], starts[300]])
        let other = try windows.batch(at: Array(0..<400), random: BatchRandom(seed: 3, epoch: 2))
        #expect(try other.inputs[.all, 0].array(Int.self) != starts)
    }

    @Test("a mapped file gives the same windows as numbers in memory")
    func mapped() throws {
        try withTemporaryFolder { folder in
            let numbers = (0..<500).map { $0 * 131 % 60000 }
            let url = folder.appending(path: "a.bin")
            #expect(try TokenFile.write([Array(numbers[..<100]), Array(numbers[100...])], to: url) == 500)
            let mapped = try TokenWindows(random: TokenSequence(tokens: url), length: 32, count: 10)
            let inMemory = try TokenWindows(random: TokenSequence(numbers), length: 32, count: 10)
            let (first, second) = (
                try mapped.batch(at: [1, 5], random: random), try inMemory.batch(at: [1, 5], random: random)
            )
            #expect(try first.inputs.equal(second.inputs) && first.targets.equal(second.targets))
        }
    }

    @Test("too few tokens and wrong options are errors")
    func errors() throws {
        let tokens = try TokenSequence([1, 2, 3])
        #expect(try TokenWindows(sequential: tokens, length: 2).count == 1)
        #expect(throws: DataError.self) { try TokenWindows(sequential: tokens, length: 3) }
        #expect(throws: DataError.self) { try TokenWindows(random: tokens, length: 3, count: 1) }
        #expect(throws: DataError.self) { try TokenWindows(random: tokens, length: 0, count: 1) }
        #expect(throws: DataError.self) { try TokenWindows(random: tokens, length: 1, count: 0) }
        #expect(throws: DataError.self) { try TokenWindows(sequential: tokens, length: 1, dtype: .float32) }
        #expect(throws: DataError.self) { try TokenWindows(sequential: TokenSequence([]), length: 1) }
    }
}
