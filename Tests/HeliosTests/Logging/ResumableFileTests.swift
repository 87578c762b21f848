import Foundation
import TestSupport
import Testing

@testable import Helios

@Suite struct ResumableFileTests {
    private let messages = Messages()

    private func run(_ folder: URL, _ start: LoggedRun.Start) -> LoggedRun {
        LoggedRun(
            name: "run", folder: folder, start: start, environment: EnvironmentDescription(entries: []),
            warn: { [messages] in messages.add($0) })
    }

    private func text(_ file: URL) throws -> String { try String(contentsOf: file, encoding: .utf8) }

    @Test("a resume cuts the file to what it was at the checkpoint, and keeps the rest beside it")
    func resume() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "logs/run.csv")
            let file = try ResumableFile(url, run(folder, .new))
            try file.append(Array("a\nb\n".utf8))
            let state = file.stateDict()
            try file.append(Array("c\n".utf8))

            let resumed = try ResumableFile(url, run(folder, .resumed(state)))
            #expect(resumed.length == 4)
            try resumed.append(Array("d\n".utf8))
            #expect(try text(url) == "a\nb\nd\n")
            #expect(try text(folder.appending(path: "logs/run.csv.discarded")) == "c\n")

            // A second time, what is cut off comes behind what is there.
            _ = try ResumableFile(url, run(folder, .resumed(state)))
            #expect(try text(url) == "a\nb\n")
            #expect(try text(folder.appending(path: "logs/run.csv.discarded")) == "c\nd\n")
            #expect(messages.all.isEmpty)
        }
    }

    @Test("a new training begins with an empty file, and a test adds to the file")
    func beginnings() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "run.csv")
            try Data("old\n".utf8).write(to: url)
            try ResumableFile(url, run(folder, .new)).append(Array("new\n".utf8))
            try ResumableFile(url, run(folder, .added)).append(Array("more\n".utf8))
            #expect(try text(url) == "new\nmore\n")
            #expect(try text(folder.appending(path: "run.csv.discarded")) == "old\n")
        }
    }

    @Test("a logger that the checkpoint does not know begins now")
    func unknownState() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "run.csv")
            try Data("old\n".utf8).write(to: url)
            #expect(try ResumableFile(url, run(folder, .resumed([:]))).length == 0)
        }
    }

    @Test("a file that lost lines is continued, with a warning")
    func shorter() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "run.csv")
            try Data("a\n".utf8).write(to: url)
            let file = try ResumableFile(url, run(folder, .resumed(["length": 10])))
            try file.append(Array("b\n".utf8))
            #expect(try text(url) == "a\nb\n")
            #expect(messages.all.count == 1 && messages.all[0].contains("8 bytes shorter"))
        }
    }

    @Test("a length that is none is an error", arguments: [StateValue.int(-1), .string("4")])
    func badLength(value: StateValue) throws {
        try withTemporaryFolder { folder in
            _ = #expect(throws: StateDictError.self) {
                try ResumableFile(folder.appending(path: "run.csv"), run(folder, .resumed(["length": value])))
            }
        }
    }

    @Test("if the disk is full in the middle of a record, nothing of the record stays")
    func fullDisk() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "run.csv")
            nonisolated(unsafe) var room = 6
            let file = try ResumableFile(url, run(folder, .new)) { descriptor, bytes in
                let count = min(bytes.count, room)
                guard count > 0 else {
                    errno = ENOSPC
                    return -1
                }
                room -= count
                return write(descriptor, bytes.baseAddress, count)
            }
            try file.append(Array("1234\n".utf8))
            let error = #expect(throws: LogFileError.self) { try file.append(Array("5678\n".utf8)) }
            #expect(error?.reason == "No space left on device")
            #expect(try text(url) == "1234\n")
            // Later there is room again.
            room = 100
            try file.append(Array("9\n".utf8))
            #expect(try text(url) == "1234\n9\n" && file.length == 7)
        }
    }

    @Test("a folder that cannot be made, and a path that is none, are errors that name the file")
    func unwritable() throws {
        try withTemporaryFolder { folder in
            try Data().write(to: folder.appending(path: "file"))
            for path in ["file/run.csv", "."] {
                let error = #expect(throws: LogFileError.self) {
                    try ResumableFile(folder.appending(path: path), run(folder, .new))
                }
                #expect(error?.path.hasPrefix(folder.path) == true)
            }
        }
    }

    @Test("a file that is deleted while it is written is told of once")
    func deleted() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "run.csv")
            let file = try ResumableFile(url, run(folder, .new))
            try FileManager.default.removeItem(at: url)
            for _ in 0..<2 { try file.append(Array("a\n".utf8)) }
            #expect(messages.all.count == 1 && messages.all[0].contains("was moved or deleted"))
        }
    }
}
