import Foundation

/// A logger's file that is truncated to its length at the checkpoint when a run resumes, so that it ends up as if the
/// run had never stopped.
///
/// It consists of complete records: if the disk is full, the part of a record that was written is removed.
public final class ResumableFile {
    /// The file.
    public let url: URL
    /// The length of the file in bytes.
    public private(set) var length: Int

    /// Whether the file has more than it had at the checkpoint, since the disk had no room for what was to be cut off.
    package private(set) var isUncut = false

    private let descriptor: Int32
    private let warn: @Sendable (String) -> Void
    private var isMoved = false
    private let write: Write

    /// Writes some of the bytes and says how many; -1 if it fails, with the reason in `errno`.
    typealias Write = (Int32, UnsafeRawBufferPointer) -> Int

    /// Opens the file of a run, and creates it and its folder if they don't exist.
    ///
    /// - Parameters:
    ///   - url: the file.
    ///   - run: the run, whose start determines how much of an existing file is kept: all of it, nothing, or its
    ///     contents at the checkpoint. The rest is moved to `discarded`.
    ///   - discarded: the file to which the rest is moved; by default, the same name with `.discarded` appended. If
    ///     there is not enough space on disk for it, the file is not truncated, with a warning.
    /// - Throws: `LogFileError` if the file cannot be written.
    public convenience init(_ url: URL, _ run: LoggedRun, discarded: URL? = nil) throws {
        try self.init(url, run, discarded: discarded) { Foundation.write($0, $1.baseAddress, $1.count) }
    }

    /// - Parameter write: the system's function; another for tests.
    init(_ url: URL, _ run: LoggedRun, discarded: URL? = nil, write: @escaping Write) throws {
        self.url = url
        self.write = write
        warn = run.warn
        try LogFile.createFolder(of: url.path)
        let length: Int? =
            switch run.start {
            case .new: 0
            case .resumed(let state): try ResumableFile.length(in: state)
            case .added: nil
            }
        if case .resumed(let state) = run.start, state["length"] == nil, SystemPath.status(url.path)?.st_size ?? 0 > 0 {
            run.warn(
                "\(VisibleText.of(url.path)) begins here: the run that saved the checkpoint did not write it, so what is in "
                    + "it goes to a file of discarded records")
        }
        if let length {
            let other = discarded ?? url.appendingPathExtension("discarded")
            var missing = 0
            do {
                missing = try DiscardedTail.move(from: url.path, after: length, to: other.path)
            } catch {
                guard error.isLackOfRoom else { throw error }
                isUncut = true
                run.warn(DiscardedTail.warning(url.path, after: length, error.reason))
            }
            if missing > 0 {
                run.warn(
                    "\(VisibleText.of(url.path)) is \(missing) bytes shorter than at the checkpoint: what was logged "
                        + "before is missing in it")
            }
        }
        descriptor = try LogFile.open(url.path)
        self.length = SystemPath.status(url.path).map { Int($0.st_size) } ?? 0
    }

    deinit {
        close(descriptor)
    }

    /// Appends complete records.
    ///
    /// - Throws: `LogFileError` if they cannot be written. In this case, none of them is in the file.
    public func append(_ bytes: [UInt8]) throws {
        guard !bytes.isEmpty else { return }
        warnIfMoved()
        do {
            try writeAll(bytes) { part in withoutWriteSignals { write(descriptor, part) } }
            length += bytes.count
        } catch {
            // If even that fails, the file has a part of a record, which readers of a log must expect.
            _ = ftruncate(descriptor, off_t(length))
            throw LogFileError(
                path: url.path, reason: error.reason, isLackOfRoom: DiskRoom.isLacking(error.code))
        }
    }

    /// Truncates the file to a length, for example to remove an incomplete record.
    ///
    /// - Throws: `LogFileError` if the system reports an error.
    public func truncate(to length: Int) throws {
        guard length < self.length else { return }
        guard ftruncate(descriptor, off_t(length)) == 0 else { throw LogFileError(path: url.path, reason: lastError()) }
        self.length = length
    }

    /// Removes a last line without a line break, so that the next line does not continue it. Such a line is left behind
    /// if something else truncated the file.
    ///
    /// - Throws: `LogFileError` if the file cannot be read, or if the system reports an error.
    public func truncateToWholeLine() throws {
        let source = try LogFile.open(url.path, O_RDONLY)
        defer { close(source) }
        var end = length
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while end > 0 {
            let start = max(end - buffer.count, 0)
            let count = pread(source, &buffer, end - start, off_t(start))
            guard count == end - start else { throw LogFileError(path: url.path, reason: lastError()) }
            if let last = buffer[..<count].lastIndex(of: UInt8(ascii: "\n")) {
                return try truncate(to: start + last + 1)
            }
            end = start
        }
        try truncate(to: 0)
    }

    /// Returns the state that a checkpoint must contain so that a resumed run finds the length again.
    public func stateDict() -> StateDict {
        ["length": .int(length)]
    }

    private static func length(in state: StateDict) throws -> Int {
        // A logger that the checkpoint does not know begins now.
        guard state["length"] != nil else { return 0 }
        let length = try state.int("length")
        guard length >= 0 else {
            throw StateDictError("the length of a log file must not be negative, and is \(length)")
        }
        return length
    }

    private func warnIfMoved() {
        guard !isMoved, !LogFile.isOpen(descriptor, at: url.path) else { return }
        isMoved = true
        warn("\(VisibleText.of(url.path)) was moved or deleted during the run: the run keeps writing to the moved file")
    }
}
