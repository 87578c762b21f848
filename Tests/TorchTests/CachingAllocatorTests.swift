import CTorch
import Foundation
import TestSupport
import Testing
import Torch

@Suite("Memory of tensors on the processor", .serialized)
struct CachingAllocatorTests {
    /// Sizes around every step between powers of two, up to 4 MiB.
    private static let sizes: [Int] =
        [1, 2, 3]
        + (2...22).flatMap { power in
            (0..<8).flatMap { step in
                [-1, 0, 1].map { (1 << power) + (step << power) / 8 + $0 }
            }
        }

    @Test("every size has memory of its own, which begins at a multiple of 64 bytes, also when it is used again")
    func sizes() throws {
        for round in 0..<2 {
            let tensors = try CachingAllocatorTests.sizes.enumerated().map { index, size in
                let tensor = try Tensor.full([size], (index + round) % 251, dtype: .uint8)
                #expect(UInt(bitPattern: ct_tensor_data(tensor.pointer)) % 64 == 0)
                return tensor
            }
            for (index, tensor) in tensors.enumerated() {
                let expected = UInt8((index + round) % 251)
                #expect(try tensor.min().item(UInt8.self) == expected)
                #expect(try tensor.max().item(UInt8.self) == expected, "\(tensor.count) bytes")
            }
        }
    }

    @Test("what a tensor gives back is kept for the next one, until the cache is emptied")
    func caching() throws {
        // More than all other tests keep, and never touched.
        let byteCount = 1 << 30
        do { _ = try Tensor.empty([byteCount], dtype: .uint8) }
        #expect(LibTorch.cachedMemory >= byteCount)
        LibTorch.emptyCache()
        #expect(LibTorch.cachedMemory < byteCount)
    }

    @Test("no more is kept than was once in use")
    func bound() throws {
        // Each size is used once, and one at a time: 4.5 GiB if all were kept.
        for step in 0..<64 { _ = try Tensor.empty([(32 << 20) + step * (5 << 20) / 4], dtype: .uint8) }
        #expect(LibTorch.cachedMemory < 2 << 30)
    }

    @Test("threads that give back each other's tensors never share memory")
    func threads() throws {
        let failures = Failures()
        DispatchQueue.concurrentPerform(iterations: 4) { thread in
            var tensors: [(tensor: Tensor, value: Int)] = []
            for round in 0..<400 {
                do {
                    let value = (thread * 61 + round) % 251
                    tensors.append((try .full([1000 + round % 7 * 100], value, dtype: .uint8), value))
                    if tensors.count > 20 {
                        let (tensor, value) = tensors.remove(at: round % 20)
                        if try tensor.min().item(Int.self) != value || tensor.max().item(Int.self) != value {
                            failures.add("a tensor of \(value) is another's")
                        }
                    }
                } catch {
                    failures.add("\(error)")
                }
            }
        }
        #expect(failures.all == [])
    }

    @Test(
        "more memory than there is is an error, and so is more than can be addressed", arguments: [50, 46, 49, 48, 62])
    func excess(power: Int) throws {
        let error = #expect(throws: TorchError.self) { try Tensor.empty([1 << power], dtype: .uint8) }
        #expect(error?.kind == .outOfMemory)
        #expect(error?.message.contains("can't allocate memory") == true)
    }
}

private final class Failures: @unchecked Sendable {
    private let lock = NSLock()
    private var texts: [String] = []

    func add(_ text: String) { lock.withLock { texts.append(text) } }
    var all: [String] { lock.withLock { texts } }
}
