import CTorch
import Foundation
import Torch

/// A part of a file as memory, which is freed with the last tensor that uses it.
///
/// The memory is private: writing to it changes a copy of the page, never the file. The file may be deleted, or
/// replaced by another as this library does. It must not be made shorter: reading a missing part then ends the process
/// (SIGBUS), which is why files are only mapped on request.
package final class MappedFile: @unchecked Sendable {
    /// The start of the part in memory.
    private let start: UnsafeMutableRawPointer
    package let byteCount: Int
    /// Everything that is mapped, in whole pages.
    private let pages: UnsafeMutableRawBufferPointer

    /// Maps a part that lies inside a file, which is open for reading and may be closed afterwards.
    init(_ descriptor: Int32, at offset: Int, count: Int) throws {
        let excess = offset % Int(getpagesize())
        // A mapping has at least one byte.
        let length = max(excess + count, 1)
        let result = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE, descriptor, off_t(offset - excess))
        guard let result, result != MAP_FAILED else { throw FormatError("cannot be mapped: \(lastError())", .access) }
        pages = UnsafeMutableRawBufferPointer(start: result, count: length)
        start = result + excess
        byteCount = count
    }

    deinit {
        munmap(pages.baseAddress, pages.count)
    }

    /// The bytes, which are there as long as this value is: keep it alive while you use them.
    package var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: start, count: byteCount)
    }

    /// Tells the system that the bytes are read in no order, so that it reads no more of the file than is asked for.
    package func expectRandomAccess() {
        madvise(pages.baseAddress, pages.count, MADV_RANDOM)
    }

    /// Returns a tensor of bytes that lies in the mapped memory and keeps it alive.
    func tensor() throws -> Tensor {
        let owner = Unmanaged.passRetained(self).toOpaque()
        let release: CTMemoryRelease = { owner in
            guard let owner else { return }
            Unmanaged<MappedFile>.fromOpaque(owner).release()
        }
        // If this fails, it has released the memory.
        return try Tensor(owning: ct_tensor_over_memory(start, Int64(byteCount), release, owner))
    }
}
