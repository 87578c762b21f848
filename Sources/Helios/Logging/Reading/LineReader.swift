import Foundation

/// Reads a file line by line, in pieces: a log may be larger than the memory. A byte order mark at its start, which
/// spreadsheets write, is no part of the first line.
package struct LineReader {
    /// A line of a file.
    package struct Line {
        /// The bytes, without the line break. They are valid only inside the call that gets them.
        package let bytes: ArraySlice<UInt8>
        /// The number of the line, from 1.
        package let number: Int
        /// Whether a line break ends it. The last line of a program that was killed may have none.
        package let isEnded: Bool
        /// Whether it is longer than the limit. Then `bytes` is empty.
        package let isTooLong: Bool
    }

    private let path: String
    private let limit: Int

    /// - Parameters:
    ///   - path: the file.
    ///   - limit: how many bytes a line may have.
    package init(_ path: String, limit: Int) {
        self.path = path
        self.limit = limit
    }

    /// Calls `body` with each line.
    ///
    /// - Throws: `FileAccessError` if the file cannot be read, and what `body` throws.
    package func forEach(_ body: (Line) throws -> Void) throws {
        let descriptor = try RegularFile.open(path)
        defer { close(descriptor) }
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        var pending: [UInt8] = []
        var (number, isTooLong) = (1, false)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileAccessError(reason: lastError()) }
            guard count > 0 else { break }
            var start = 0
            while start < count {
                let end = LineReader.lineBreak(in: chunk, from: start, to: count)
                let part = chunk[start..<(end ?? count)]
                isTooLong = isTooLong || pending.count + part.count > limit
                guard let end else {
                    if isTooLong { pending = [] } else { pending += part }
                    break
                }
                let isWhole = pending.isEmpty
                if !isWhole, !isTooLong { pending += part }
                let bytes = withoutMark(isTooLong ? [] : isWhole ? part : pending[...], number)
                try body(Line(bytes: bytes, number: number, isEnded: true, isTooLong: isTooLong))
                pending.removeAll(keepingCapacity: true)
                (number, isTooLong) = (number + 1, false)
                start = end + 1
            }
        }
        if isTooLong || !pending.isEmpty {
            try body(
                Line(
                    bytes: withoutMark(isTooLong ? [] : pending[...], number), number: number, isEnded: false,
                    isTooLong: isTooLong))
        }
    }

    private func withoutMark(_ bytes: ArraySlice<UInt8>, _ number: Int) -> ArraySlice<UInt8> {
        number == 1 && bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes
    }

    private static func lineBreak(in bytes: [UInt8], from start: Int, to end: Int) -> Int? {
        bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, let found = memchr(base + start, 0x0A, end - start) else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }
}
