/// What a file has of a storage: bytes that are read whole, or a part at a time.
struct StorageContents: Sendable {
    let byteCount: Int
    /// Fills a buffer with the bytes from a place on, which is a multiple of an element's size.
    let read: @Sendable (Int, UnsafeMutableRawBufferPointer) throws -> Void
    /// Compares the bytes with their checksum, if they have one. Reading all of them does so too.
    let check: @Sendable () throws -> Void

    /// All bytes, in new memory on the CPU.
    func storage() throws -> TensorStorage {
        try TensorStorage(byteCount: byteCount) { try read(0, $0) }
    }
}
