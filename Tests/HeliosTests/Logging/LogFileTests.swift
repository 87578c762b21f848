import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Helios

@Suite(.timeLimit(.minutes(10))) struct LogFileTests {
    /// What a log file warned of.
    /// A disk that takes a number of bytes, until it is told to take more.
    private final class Disk: Sendable {
        let room: Mutex<Int>
        init(room: Int) { self.room = Mutex(room) }

        func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
            room.withLock { room in
                guard room > 0 else {
                    errno = ENOSPC
                    return -1
                }
                let written = Foundation.write(descriptor, bytes.baseAddress, min(room, bytes.count))
                room -= max(written, 0)
                return written
            }
        }
    }

    private func text(_ file: URL) throws -> String { try String(contentsOf: file, encoding: .utf8) }

    @Test("lines that a full disk does not take are told once, counted, and named in the log when it takes more")
    func fullDisk() throws {
        try withTemporaryFolder { folder in
            let (file, warnings, disk) = (folder.appending(path: "run.log"), Messages(), Disk(room: 9))
            do {
                let log = try LogFile(file.path, warn: { warnings.add($0) }, write: { disk.write($0, $1) })
                for line in ["first\n", "second\n", "third\n"] { log.append(line) }
                #expect(try text(file) == "first\nsec")
                #expect(
                    warnings.all == [
                        "log file \(file.path): cannot be written: No space left on device; the run continues, and the log "
                            + "lacks lines"
                    ])
                disk.room.withLock { $0 = 1000 }
                log.append("fourth\n")
                log.append("fifth\n")
                #expect(
                    try text(file)
                        == "first\nsec\n(2 lines are missing here: they could not be written)\nfourth\nfifth\n")
                #expect(warnings.all.count == 1)
            }
            #expect(
                warnings.all.last == "log file \(file.path): 2 lines are missing, since they could not be written")
        }
    }

    @Test("a line that is missing as a whole is named in the log too")
    func fullDiskBetweenLines() throws {
        try withTemporaryFolder { folder in
            let (file, disk) = (folder.appending(path: "run.log"), Disk(room: 6))
            let log = try LogFile(file.path, warn: { _ in }, write: { disk.write($0, $1) })
            for line in ["first\n", "second\n"] { log.append(line) }
            #expect(try text(file) == "first\n")
            disk.room.withLock { $0 = 1000 }
            log.append("third\n")
            #expect(try text(file) == "first\n(1 line is missing here: it could not be written)\nthird\n")
        }
    }

    @Test("a file that is renamed or deleted is made again, with its folder")
    func rotation() throws {
        try withTemporaryFolder { folder in
            let (file, old) = (folder.appending(path: "logs/run.log"), folder.appending(path: "logs/run.log.1"))
            let warnings = Messages()
            let log = try LogFile(file.path, warn: { warnings.add($0) })
            log.append("first\n")
            try FileManager.default.moveItem(at: file, to: old)
            log.append("second\n")
            #expect(try text(old) == "first\n")
            #expect(try text(file) == "second\n")
            try FileManager.default.removeItem(at: file.deletingLastPathComponent())
            log.append("third\n")
            #expect(try text(file) == "third\n")
            // Emptied in its place, as some programs do it.
            try #require(truncate(file.path, 0) == 0)
            log.append("fourth\n")
            #expect(try text(file) == "fourth\n")
            #expect(warnings.all.isEmpty)
        }
    }

    @Test("a moved file that cannot be made again keeps its lines, with one warning")
    func blockedRotation() throws {
        try withTemporaryFolder { folder in
            let (file, old) = (folder.appending(path: "run.log"), folder.appending(path: "run.log.1"))
            let warnings = Messages()
            let log = try LogFile(file.path, warn: { warnings.add($0) })
            try FileManager.default.moveItem(at: file, to: old)
            try #require(mkfifo(file.path, 0o600) == 0)
            for line in ["first\n", "second\n"] { log.append(line) }
            #expect(try text(old) == "first\nsecond\n")
            #expect(
                warnings.all == [
                    "log file \(file.path): was moved, and cannot be made again: it is a FIFO (a named pipe), not a regular "
                        + "file; its lines go to where it is now"
                ])
        }
    }

    @Test("a FIFO in its place is an error, and not waited for")
    func fifo() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "run.log")
            try #require(mkfifo(file.path, 0o600) == 0)
            let error = #expect(throws: LogFileError.self) { try RunLogFile(file) }
            #expect(error?.reason == "it is a FIFO (a named pipe), not a regular file")
        }
    }

    @Test("a file or a link that leads nowhere in the place of its folder is named")
    func obstacles() throws {
        try withTemporaryFolder { folder in
            let logs = folder.appending(path: "logs")
            let file = logs.appending(path: "tensorboard/run.log")
            try FileManager.default.createSymbolicLink(
                at: logs, withDestinationURL: folder.appending(path: "missing"))
            let dangling = #expect(throws: LogFileError.self) { try RunLogFile(file) }
            #expect(dangling?.reason.contains("\(logs.path) is a link that leads nowhere") == true)
            try FileManager.default.removeItem(at: logs)
            try FileManager.default.createDirectory(at: logs, withIntermediateDirectories: true)
            try Data("x".utf8).write(to: logs.appending(path: "tensorboard"))
            let occupied = #expect(throws: LogFileError.self) { try RunLogFile(file) }
            #expect(occupied?.reason.contains("\(logs.path)/tensorboard is not a folder") == true)
        }
    }

    @Test("a path that lost the bytes which are not UTF-8 is an error, and nothing is made")
    func lostBytes() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "a\u{FFFD}/run.log")
            #expect(throws: LogFileError.self) { try RunLogFile(file) }
            let error = #expect(throws: CheckpointError.self) {
                try CheckpointFolder.create(in: folder.appending(path: "a\u{FFFD}"), saveName: "m")
            }
            #expect(error?.reason.contains("give a path that is UTF-8") == true)
            let made = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(made.isEmpty)
        }
    }

    @Test("a log that one run has taken is no other's until it lets go of it, also if it was made again meanwhile")
    func taken() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "run.log").path
            let first = try LogFile(path, warn: { Issue.record("\($0)") })
            let second = try LogFile(path, warn: { Issue.record("\($0)") })
            #expect(first.take() && first.take() && !second.take())
            try FileManager.default.moveItem(atPath: path, toPath: "\(path).1")
            first.append("a line\n")
            let third = try LogFile(path, warn: { Issue.record("\($0)") })
            #expect(!third.take())
            first.release()
            #expect(third.take() && !first.take())
        }
    }

    @Test("the log of a run stays as it is if another one begins, fails or ends before it begins")
    func untouched() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "run.log")
            let first = try RunLogFile(file, isHeld: true)
            let missing = try first.begin(after: 0, isResumed: false)
            #expect(missing == 0)
            first.append("a line\n")
            for isResumed in [false, true] {
                let second = try RunLogFile(file, isHeld: true)
                second.append("an error\n")
                let error = #expect(throws: LogFileError.self) { try second.begin(after: 0, isResumed: isResumed) }
                #expect(error?.reason.hasPrefix("another run is writing it") == true)
            }
            #expect(try text(file) == "a line\n" && folder.filesBelow == ["run.log"])
            first.close()
            let third = try RunLogFile(file, isHeld: true)
            third.append("an error\n")
            third.close()
            #expect(try text(file) == "a line\nan error\n")
        }
    }
}
