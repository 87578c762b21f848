import Foundation
import Synchronization

/// A log file that cannot be written.
public struct LogFileError: DescribedError, Equatable, DiskRoomError {
    /// The log file.
    public let path: String
    /// The reason why it cannot be written.
    public let reason: String
    /// Whether the disk is full.
    package let isLackOfRoom: Bool

    init(path: String, reason: String, isLackOfRoom: Bool = false) {
        (self.path, self.reason, self.isLackOfRoom) = (path, reason, isLackOfRoom)
    }

    public var description: String {
        "log file \(VisibleText.of(path)): \(reason)"
    }
}

/// A file that lines are appended to, from any thread. Closed with its last reference.
final class LogFile: Sendable {
    private struct State {
        /// -1 if the file could not be made, since the disk was full.
        var descriptor: Int32
        /// Whether only a part of the last line was written.
        var isInsideLine = false
        /// How many lines are missing since the last that was written, and in all.
        var missing = 0
        var lost = 0
        /// Whether the user was told that the file is not the one of its name any more.
        var isMoved = false
        /// Whether other runs are kept out.
        var isTaken = false
    }

    private let path: String
    private let warn: @Sendable (String) -> Void
    private let write: Write
    private let state: Mutex<State>

    /// Writes some of the bytes and says how many; -1 if it fails, with the reason in `errno`.
    typealias Write = @Sendable (Int32, UnsafeRawBufferPointer) -> Int

    /// - Parameters:
    ///   - warn: takes a warning about lines that cannot be written.
    ///   - write: the system's function; another for tests.
    /// - Throws: `LogFileError` if the file cannot be written. Only if the disk is full, that is a warning, and the
    ///   file is made when there is room.
    init(
        _ path: String, warn: @escaping @Sendable (String) -> Void,
        write: @escaping Write = { Foundation.write($0, $1.baseAddress, $1.count) }
    ) throws {
        self.path = path
        self.warn = warn
        self.write = write
        state = Mutex(try LogFile.begin(path, warn))
    }

    private static func begin(_ path: String, _ warn: (String) -> Void) throws(LogFileError) -> State {
        do {
            let descriptor = try LogFile.openToAppend(path)
            return State(descriptor: descriptor, isInsideLine: LogFile.endsInsideLine(path))
        } catch {
            guard error.isLackOfRoom else { throw error }
            warn(
                "log file \(VisibleText.of(path)): cannot be made: \(error.reason); the run continues, and the log "
                    + "lacks its lines until there is room")
            return State(descriptor: -1)
        }
    }

    deinit {
        let (descriptor, lost) = state.withLock { ($0.descriptor, $0.lost) }
        if descriptor >= 0 { close(descriptor) }
        if lost > 1 {
            warn("log file \(VisibleText.of(path)): \(lost) lines are missing, since they could not be written")
        }
    }

    /// How many bytes the file has.
    var length: Int {
        state.withLock { state in
            var opened = stat()
            return fstat(state.descriptor, &opened) == 0 ? Int(opened.st_size) : 0
        }
    }

    /// Keeps other runs from taking the file until `release` is called, or this process ends. They can still append to
    /// it, so a run asks before it writes a log.
    ///
    /// - Returns: false if another run has taken it, in this process or another. A file system without locks keeps no
    ///   run out.
    func take() -> Bool {
        state.withLock { state in
            state.isTaken = state.isTaken || LogFile.lock(state.descriptor)
            return state.isTaken
        }
    }

    /// Lets other runs take the file.
    func release() {
        state.withLock { state in
            guard state.isTaken else { return }
            state.isTaken = false
            _ = flock(state.descriptor, LOCK_UN)
        }
    }

    private static func lock(_ descriptor: Int32) -> Bool {
        var result: Int32
        repeat { result = flock(descriptor, LOCK_EX | LOCK_NB) } while result != 0 && errno == EINTR
        return result == 0 || errno != EWOULDBLOCK
    }

    /// Appends a line, which ends in a line break.
    func append(_ line: String) {
        let warnings = state.withLock { state in
            var warnings: [String] = []
            let reason = reopen(&state)
            guard state.descriptor >= 0 else {
                // The user was told when the file was to be made.
                state.missing += 1
                state.lost += 1
                return warnings
            }
            if let reason, !state.isMoved {
                state.isMoved = true
                warnings.append("was moved, and cannot be made again: \(reason); its lines go to where it is now")
            }
            if let reason = append(line, &state) {
                state.missing += 1
                state.lost += 1
                // The first is enough: the log tells the rest.
                if state.lost == 1 {
                    warnings.append("cannot be written: \(reason); the run continues, and the log lacks lines")
                }
            }
            return warnings
        }
        for warning in warnings { warn("log file \(VisibleText.of(path)): \(warning)") }
    }

    /// Makes the file again if it is not the one of its name any more. Returns why that failed; `nil` if it did not.
    private func reopen(_ state: inout State) -> String? {
        guard !LogFile.isOpen(state.descriptor, at: path) else { return nil }
        do {
            let descriptor = try LogFile.openToAppend(path)
            if state.descriptor >= 0 { close(state.descriptor) }
            if state.isTaken { _ = LogFile.lock(descriptor) }
            (state.descriptor, state.isInsideLine, state.isMoved) = (descriptor, false, false)
            return nil
        } catch {
            return error.reason
        }
    }

    /// Returns what went wrong; `nil` if nothing did.
    private func append(_ line: String, _ state: inout State) -> String? {
        if state.isInsideLine || state.missing > 0 {
            let gap =
                switch state.missing {
                case 0: ""
                case 1: "(1 line is missing here: it could not be written)\n"
                default: "(\(state.missing) lines are missing here: they could not be written)\n"
                }
            if let failure = write((state.isInsideLine ? "\n" : "") + gap, to: &state) { return failure }
            state.missing = 0
        }
        return write(line, to: &state)
    }

    /// Whether an open file still is the one at its path.
    static func isOpen(_ descriptor: Int32, at path: String) -> Bool {
        var opened = stat()
        guard let named = SystemPath.status(path), fstat(descriptor, &opened) == 0 else { return false }
        return opened.st_ino == named.st_ino && opened.st_dev == named.st_dev
    }

    private func write(_ text: String, to state: inout State) -> String? {
        let bytes = Array(text.utf8)
        var (written, reason) = (bytes.count, String?.none)
        do {
            try writeAll(bytes) { part in withoutWriteSignals { write(state.descriptor, part) } }
        } catch {
            (written, reason) = (error.byteCount, error.reason)
        }
        if written > 0 { state.isInsideLine = bytes[written - 1] != UInt8(ascii: "\n") }
        return reason
    }

    private static func openToAppend(_ path: String) throws(LogFileError) -> Int32 {
        guard !SystemPath.hasLostBytes(path) else {
            throw LogFileError(path: path, reason: SystemPath.lostBytesReason)
        }
        try createFolder(of: path)
        return try open(path)
    }

    /// Whether the last line of a file has no line break, as when the disk was full.
    private static func endsInsideLine(_ path: String) -> Bool {
        guard let source = try? open(path, O_RDONLY) else { return false }
        defer { close(source) }
        var last: UInt8 = 0
        let end = lseek(source, -1, SEEK_END)
        return end >= 0 && pread(source, &last, 1, end) == 1 && last != UInt8(ascii: "\n")
    }

    /// Opens a regular file; by default to append to it, and makes it if it does not exist.
    ///
    /// - Throws: `LogFileError` if the system refuses.
    static func open(_ path: String, _ flags: Int32 = O_WRONLY | O_APPEND | O_CREAT) throws(LogFileError) -> Int32 {
        do {
            return try RegularFile.open(path, flags, permissions: 0o644)
        } catch {
            throw LogFileError(path: path, reason: error.reason, isLackOfRoom: DiskRoom.isLacking(error))
        }
    }

    /// Makes the folder that a file is to be in.
    ///
    /// - Throws: `LogFileError` if the system refuses.
    static func createFolder(of path: String) throws(LogFileError) {
        let folder = SystemPath.folder(of: path)
        do {
            try FileManager.default.createDirectory(
                atPath: folder.isEmpty ? "." : folder, withIntermediateDirectories: true)
        } catch {
            throw LogFileError(
                path: path,
                reason:
                    "its folder cannot be created: \(SystemPath.obstacle(to: folder) ?? error.localizedDescription)",
                isLackOfRoom: DiskRoom.isLacking(error))
        }
    }
}
