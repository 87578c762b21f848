import CTorch

/// Unpacks the deflate format (RFC 1951), which zip archives and gzip files use, part after part.
package final class Inflater {
    private let handle: OpaquePointer
    /// All the bytes that were taken and given.
    private var takenCount = 0
    private var givenCount = 0

    /// - Throws: `TorchFileError.Kind.unsupported` as a reason if this libtorch cannot unpack, and for too little
    ///   memory.
    package init() throws {
        guard let handle = ct_inflater_create() else {
            throw FormatError(
                "cannot be unpacked: this build of libtorch does not export miniz's functions", .unsupported)
        }
        self.handle = handle
    }

    deinit {
        ct_inflater_release(handle)
    }

    /// Unpacks as much as there are bytes and room for.
    ///
    /// - Parameters:
    ///   - bytes: what follows the bytes that earlier calls took.
    ///   - room: where the unpacked bytes go.
    /// - Returns: how many bytes it took, how many it gave, and whether the data end there.
    /// - Throws: if the data are damaged.
    package func unpack(
        _ bytes: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer
    ) throws -> (taken: Int, given: Int, isEnd: Bool) {
        var (taken, given): (Int64, Int64) = (0, 0)
        let status = ct_inflater_run(
            handle, bytes.baseAddress, Int64(bytes.count), &taken, room.baseAddress, Int64(room.count), &given)
        withExtendedLifetime(self) {}
        guard status >= 0 else { throw FormatError("it is damaged: its packed bytes make no sense") }
        takenCount += Int(taken)
        givenCount += Int(given)
        // Some codes that mean nothing take no bits in miniz, and would give bytes without an end.
        guard givenCount <= Inflater.greatestSize(ofPacked: takenCount) else {
            throw FormatError("it is damaged: its packed bytes make no sense")
        }
        return (Int(taken), Int(given), status == 1)
    }

    /// One byte of deflated data stands for 1,032 at most (258 bytes take two bits or more), so a size beyond that is a
    /// lie, whatever a header says.
    package static func greatestSize(ofPacked count: Int) -> Int {
        let (size, overflow) = count.multipliedReportingOverflow(by: 1032)
        return overflow ? .max : size
    }
}
