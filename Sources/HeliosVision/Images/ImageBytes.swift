import Foundation
import TorchSerialization

/// Reads the bytes of image files.
enum ImageBytes {
    /// All bytes of a regular file.
    ///
    /// - Throws: `ImageError` if it cannot be read, or has more bytes than `limit`.
    static func read(_ path: String, limit: Int) throws -> [UInt8] {
        let descriptor: Int32
        do {
            descriptor = try RegularFile.open(path)
        } catch {
            throw ImageError(path: path, kind: .inaccessible, reason: "cannot be read: \(error.reason)")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw ImageError(path: path, kind: .inaccessible, reason: "cannot be read: \(lastError())")
        }
        let count = Int(status.st_size)
        guard count <= limit else {
            throw ImageError(
                path: path, kind: .tooLarge,
                reason: "it has \(count) bytes, and the limit is \(limit): ImageLimits(byteCount:) sets another")
        }
        return try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            while initialized < count {
                let rest = UnsafeMutableRawBufferPointer(
                    UnsafeMutableBufferPointer(rebasing: buffer[initialized..<count]))
                // macOS refuses to read 2 GiB at a time.
                let done = pread(descriptor, rest.baseAddress, min(rest.count, 1 << 30), off_t(initialized))
                if done < 0, errno == EINTR { continue }
                guard done > 0 else {
                    throw ImageError(
                        path: path, kind: .inaccessible,
                        reason: done < 0 ? "cannot be read: \(lastError())" : "became shorter while it was read")
                }
                initialized += done
            }
        }
    }
}
