import CTorch
import Foundation
import Torch

/// A part of a file as memory, which goes when the last tensor over it goes.
///
/// The memory is private: writing to it changes a copy of the page, and never the file. The file may be deleted or
/// replaced by another of its name, as all that is written here is. It must not be made shorter: reading what is missing
/// then ends the process (SIGBUS), which is why nothing is mapped unless it is asked for.
final class MappedFile {
    /// Where the part begins in memory.
    private let start: UnsafeMutableRawPointer
    let byteCount: Int
    /// All that is mapped: whole pages.
    private let pages: UnsafeMutableRawBufferPointer

    /// Maps a part that lies inside a file, which is open for reading and may be closed afterwards.
    init(_ descriptor: Int32, at offset: Int, count: Int) throws {
        let excess = offset % Int(getpagesize())
        // There is no mapping without a byte.
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

    /// A tensor of bytes that lies in the mapped memory and keeps it.
    func tensor() throws -> Tensor {
        let owner = Unmanaged.passRetained(self).toOpaque()
        let release: CTMemoryRelease = { owner in
            guard let owner else { return }
            Unmanaged<MappedFile>.fromOpaque(owner).release()
        }
        // Where it fails, it has released the memory.
        return try Tensor(owning: ct_tensor_over_memory(start, Int64(byteCount), release, owner))
    }
}
