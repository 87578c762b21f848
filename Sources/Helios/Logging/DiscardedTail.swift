import Foundation

/// Cuts a log file back to the length that it had at a checkpoint, and keeps what is cut off in another file.
///
/// A run that was killed has written lines after its last checkpoint. The run that resumes from there writes them
/// again, so that they would be in the file twice.
enum DiscardedTail {
    /// What to tell the user if the disk has no room for what is to be moved, so that the file stays whole.
    static func warning(_ path: String, after length: Int, _ reason: String) -> String {
        let repeated =
            length == 0
            ? "this run's lines come after those of an earlier run" : "what came after the checkpoint is in it twice"
        return "\(VisibleText.of(path)) cannot be cut back: what would be moved to a file beside it has no room "
            + "(\(reason)); the run continues, and \(repeated)"
    }

    /// Cuts a file.
    ///
    /// - Parameters:
    ///   - path: the file. It need not exist.
    ///   - length: the number of bytes that stay.
    ///   - other: the file that the rest is appended to.
    /// - Returns: how many bytes the file is shorter than `length`.
    /// - Throws: `LogFileError` if a file cannot be read or written. Then nothing is cut off, and the other file is as
    ///   it was.
    static func move(from path: String, after length: Int, to other: String) throws(LogFileError) -> Int {
        guard let status = SystemPath.status(path) else { return length }
        let size = Int(status.st_size)
        guard size > length else { return length - size }
        let source = try LogFile.open(path, O_RDWR)
        defer { close(source) }
        let existing = SystemPath.status(other).map { Int($0.st_size) }
        let target = try LogFile.open(other)
        var isDone = false
        defer {
            if !isDone {
                _ = ftruncate(target, off_t(existing ?? 0))
                if existing == nil { SystemPath.unlink(other) }
            }
            close(target)
        }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var position = length
        while position < size {
            let count = pread(source, &buffer, buffer.count, off_t(position))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw LogFileError(path: path, reason: count < 0 ? lastError() : "it became shorter")
            }
            do {
                let part = Array(buffer.prefix(count))
                try writeAll(part) { bytes in withoutWriteSignals { write(target, bytes.baseAddress, bytes.count) } }
            } catch {
                throw LogFileError(
                    path: other, reason: error.reason, isLackOfRoom: DiskRoom.isLacking(error.code))
            }
            position += count
        }
        guard ftruncate(source, off_t(length)) == 0 else { throw LogFileError(path: path, reason: lastError()) }
        isDone = true
        return 0
    }
}
