#if canImport(Glibc)
    import CTorch
    import Foundation
    import Testing
    import Torch

    @Suite("Small blocks of memory", .serialized, .enabled("the C library's blocks are used") { areWanted })
    struct SmallBlocksTests {
        private struct Refused: Error, Equatable {
            let code: Int32
        }

        /// A block from the process's own `posix_memalign`, which is what oneDNN calls.
        private static func block(_ byteCount: Int, alignment: Int = 64) throws -> UnsafeMutableRawPointer {
            var block: UnsafeMutableRawPointer?
            let code = posix_memalign(&block, alignment, byteCount)
            guard code == 0, let block else { throw Refused(code: code) }
            return block
        }

        @Test("every size has memory of its own, aligned as was asked, and again when it is used anew")
        func sizes() throws {
            let byteCounts =
                [0, 0, 0] + Array(0...700) + Array(stride(from: 701, to: 9000, by: 61)) + Array(4095...4097)
            for round in 0..<2 {
                var blocks: [(start: UnsafeMutableRawPointer, byteCount: Int, value: UInt8)] = []
                for alignment in [8, 16, 32, 64, 128, 4096] {
                    for byteCount in byteCounts {
                        let start = try SmallBlocksTests.block(byteCount, alignment: alignment)
                        let value = UInt8((blocks.count + round) % 251)
                        memset(start, Int32(value), byteCount)
                        blocks.append((start, byteCount, value))
                        #expect(UInt(bitPattern: start) % UInt(alignment) == 0, "\(byteCount) bytes at \(alignment)")
                    }
                }
                #expect(Set(blocks.map(\.start)).count == blocks.count)
                for (start, byteCount, value) in blocks {
                    let bytes = UnsafeRawBufferPointer(start: start, count: byteCount)
                    #expect(bytes.allSatisfy { $0 == value }, "\(byteCount) bytes are another's too")
                    free(start)
                }
            }
        }

        @Test("the C++ objects of libtorch lie in them")
        func objects() throws {
            let before = ct_small_block_memory()
            let tensors = try (0..<50_000).map { _ in try Tensor.empty([0]) }
            #expect(ct_small_block_memory() - before > 50_000 * 128)
            _ = tensors
        }

        @Test("a block that was freed is the next one of its size")
        func reuse() throws {
            let first = try SmallBlocksTests.block(1000)
            free(first)
            let second = try SmallBlocksTests.block(990)
            #expect(second == first)
            free(second)
        }

        @Test("realloc keeps what is in a block, where it grows and where it shrinks")
        func resized() throws {
            for (from, to) in [(64, 65), (64, 4096), (64, 100_000), (4096, 1), (4096, 4000), (5000, 70), (256, 257)] {
                let start = try SmallBlocksTests.block(from)
                for index in 0..<from { start.storeBytes(of: UInt8(index % 253), toByteOffset: index, as: UInt8.self) }
                let resized = realloc(start, to)
                let moved = try #require(resized)
                let bytes = UnsafeRawBufferPointer(start: moved, count: min(from, to))
                #expect(bytes.enumerated().allSatisfy { $1 == UInt8($0 % 253) }, "\(from) bytes to \(to)")
                free(moved)
            }
            // As in glibc: nothing is left, and the block is free.
            let freed = try SmallBlocksTests.block(640)
            let nothing = realloc(freed, 0)
            #expect(nothing == nil)
            let next = try SmallBlocksTests.block(640)
            #expect(next == freed)
            free(next)
        }

        @Test(
            "an alignment that is no power of two, or less than an address takes, is refused", arguments: [0, 3, 4, 24])
        func alignment(alignment: Int) {
            #expect(throws: Refused(code: EINVAL)) { try SmallBlocksTests.block(100, alignment: alignment) }
        }

        @Test("memory that there is not is refused")
        func excess() {
            #expect(throws: Refused(code: ENOMEM)) { try SmallBlocksTests.block(Int.max) }
            #expect(throws: Refused(code: ENOMEM)) { try SmallBlocksTests.block(Int.max - 63) }
        }

        @Test("blocks that another thread frees come back to the one that asks for them")
        func otherThread() throws {
            let before = ct_small_block_memory()
            let queue = DispatchQueue(label: "frees")
            // 128 MiB if none came back.
            for _ in 0..<100 {
                let blocks = Blocks(try (0..<1000).map { _ in try SmallBlocksTests.block(1300) })
                // The threads of queues stay, and keep some of the blocks.
                let end = DispatchSemaphore(value: 0)
                queue.async {
                    blocks.starts.forEach { free($0) }
                    end.signal()
                }
                end.wait()
            }
            #expect(ct_small_block_memory() - before < 8 << 20)
        }

        @Test("a thread's blocks are not lost when it ends")
        func endedThreads() throws {
            let before = ct_small_block_memory()
            // 128 MiB if they were.
            for _ in 0..<2000 {
                runThread {
                    let blocks = (0..<50).compactMap { _ in try? SmallBlocksTests.block(1300) }
                    blocks.forEach { free($0) }
                }
            }
            #expect(ct_small_block_memory() - before < 8 << 20)
        }

        @Test("threads that free each other's blocks never share memory")
        func threads() throws {
            let exchange = Exchange()
            DispatchQueue.concurrentPerform(iterations: 4) { thread in
                for round in 0..<20_000 {
                    let byteCount = 1 + (round * 37 + thread * 11) % 2000
                    guard let start = try? SmallBlocksTests.block(byteCount) else { continue }
                    memset(start, Int32(byteCount % 251), byteCount)
                    exchange.swap((start, byteCount)) { start, byteCount in
                        let bytes = UnsafeRawBufferPointer(start: start, count: byteCount)
                        let isWhole = bytes.allSatisfy { $0 == UInt8(byteCount % 251) }
                        free(start)
                        return isWhole
                    }
                }
            }
            #expect(exchange.damaged == 0)
        }
    }

    private var areWanted: Bool {
        if ProcessInfo.processInfo.environment["HELIOS_NO_MEMORY_CACHING"] == "1" { return false }
        // A sanitizer's library has a `free` of its own.
        return ["__asan_init", "__tsan_init", "__msan_init"].allSatisfy { (name: String) in dlsym(nil, name) == nil }
    }

    private struct Blocks: @unchecked Sendable {
        let starts: [UnsafeMutableRawPointer]

        init(_ starts: [UnsafeMutableRawPointer]) { self.starts = starts }
    }

    /// Takes blocks, and gives back others that some thread brought before.
    private final class Exchange: @unchecked Sendable {
        private let lock = NSLock()
        private var blocks: [(UnsafeMutableRawPointer, Int)] = []
        private var damagedCount = 0

        var damaged: Int { lock.withLock { damagedCount } }

        func swap(_ block: (UnsafeMutableRawPointer, Int), check: (UnsafeMutableRawPointer, Int) -> Bool) {
            let other: (UnsafeMutableRawPointer, Int)? = lock.withLock {
                blocks.append(block)
                return blocks.count > 64 ? blocks.remove(at: blocks.count * 7 % 64) : nil
            }
            if let other, !check(other.0, other.1) { lock.withLock { damagedCount += 1 } }
        }
    }

    private func runThread(_ work: @escaping @Sendable () -> Void) {
        let end = DispatchSemaphore(value: 0)
        let thread = Thread {
            work()
            end.signal()
        }
        thread.start()
        end.wait()
    }
#endif
