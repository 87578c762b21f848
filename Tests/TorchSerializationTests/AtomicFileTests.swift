import Foundation
import Testing
import Torch

@testable import TorchSerialization

@Suite("Replacing a file")
struct AtomicFileTests {
    @Test("a failure leaves the old file whole and nothing beside it")
    func failure() throws {
        try withFolder { folder in
            let file = folder.appending(path: "a.pth")
            try TorchFile.save(.dictionary(["a": 1]), to: file)
            let before = try Data(contentsOf: file)
            struct Stop: Error {}
            #expect(throws: Stop.self) {
                try AtomicFile.replace(file.path) { sink in
                    _ = Array("half".utf8).withUnsafeBytes { sink.take($0) }
                    throw Stop()
                }
            }
            #expect(reason { try TorchFile.save(.tensor(.undefined), to: file) }.contains("never assigned"))
            #expect(try Data(contentsOf: file) == before)
            #expect(try names(in: folder) == ["a.pth"])
        }
    }

    @Test("a new file takes the old one's place and permissions, through a link too")
    func replacement() throws {
        try withFolder { folder in
            let (file, link) = (folder.appending(path: "a.pth"), folder.appending(path: "link.pth"))
            try TorchFile.save(.dictionary(["a": 1]), to: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file.path)
            try FileManager.default.createSymbolicLink(at: link, withDestinationURL: file)
            try TorchFile.save(.dictionary(["a": 2]), to: link)
            #expect(try StateText.of(TorchFile.load(file)) == "{'a'1: 2}")
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == file.path)
            let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
            #expect(attributes[.posixPermissions] as? Int == 0o640)
            #expect(try names(in: folder) == ["a.pth", "link.pth"])
        }
    }

    @Test("a link to a file that is not there yet leads to the new file")
    func danglingLink() throws {
        try withFolder { folder in
            let inner = folder.appending(path: "inner")
            try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
            let (first, second) = (folder.appending(path: "a.pth"), inner.appending(path: "b.pth"))
            try FileManager.default.createSymbolicLink(atPath: first.path, withDestinationPath: "inner/b.pth")
            try FileManager.default.createSymbolicLink(atPath: second.path, withDestinationPath: "c.pth")
            try TorchFile.save(.dictionary(["a": 1]), to: first)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: first.path) == "inner/b.pth")
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: second.path) == "c.pth")
            #expect(try names(in: inner) == ["b.pth", "c.pth"])
            #expect(try StateText.of(TorchFile.load(inner.appending(path: "c.pth"))) == "{'a'1: 1}")

            let circle = folder.appending(path: "circle.pth")
            try FileManager.default.createSymbolicLink(atPath: circle.path, withDestinationPath: "circle.pth")
            #expect(
                reason { try TorchFile.save(.dictionary(["a": 1]), to: circle) }
                    == "cannot be written: its links lead to each other")
        }
    }

    @Test("what another process left is deleted, and what is being written is not")
    func leftovers() throws {
        try withFolder { folder in
            let left = folder.appending(path: ".helios-0.tmp").path
            try Data("half".utf8).write(to: URL(filePath: left))
            try AtomicFile.replace(folder.path + "/a") { (sink: FileSink) throws in
                #expect(try names(in: folder).count == 2)
                #expect(TemporaryFile.deleteAbandoned(in: folder.path) == [left])
                #expect(try names(in: folder).count == 1)
                _ = Array("whole".utf8).withUnsafeBytes { sink.take($0) }
            }
            #expect(try names(in: folder) == ["a"])
        }
    }

    @Test("a temporary file that another process took for a leftover is begun again")
    func stolenFile() throws {
        try withFolder { folder in
            var created: [String] = []
            try AtomicFile.replace(
                folder.path + "/a",
                creating: { path in
                    let sink = try FileSink(creating: path)
                    if created.isEmpty { unlink(path) }
                    created.append(path)
                    return sink
                }, write: { sink in _ = Array("whole".utf8).withUnsafeBytes { sink.take($0) } })
            #expect(created.count == 2)
            #expect(try String(contentsOf: folder.appending(path: "a"), encoding: .utf8) == "whole")
            #expect(try names(in: folder) == ["a"])
        }
    }

    @Test("a name as long as a name can be is no problem")
    func longName() throws {
        try withFolder { folder in
            let file = folder.appending(path: String(repeating: "n", count: 251) + ".pth")
            try TorchFile.save(.dictionary(["a": 1]), to: file)
            #expect(try StateText.of(TorchFile.load(file)) == "{'a'1: 1}")
        }
    }

    @Test("if no file can be written, the error says why and names the path")
    func impossiblePlaces() throws {
        try withFolder { folder in
            let text = folder.appending(path: "text")
            try Data("text".utf8).write(to: text)
            let cases: [(URL, String)] = [
                (folder.appending(path: "missing/a.pth"), "cannot be written in its folder: No such file or directory"),
                (text.appending(path: "a.pth"), "cannot be written in its folder: Not a directory"),
                (folder, "cannot be written: it is a folder"),
                (URL(filePath: "/dev/null"), "cannot be written: it is a device, not a regular file"),
            ]
            for (file, expected) in cases {
                let error = #expect(throws: TorchFileError.self) { try TorchFile.save(.dictionary(["a": 1]), to: file) }
                #expect(error?.reason == expected)
                #expect(error?.description.hasPrefix(file.path) == true)
            }
            #expect(try names(in: folder) == ["text"])
        }
    }

    @Test("a folder that cannot be written", .enabled(if: geteuid() != 0, "the superuser can write anywhere"))
    func protectedFolder() throws {
        try withFolder { folder in
            let file = folder.appending(path: "a.pth")
            try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: folder.path)
            defer { try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path) }
            #expect(
                reason { try TorchFile.save(.dictionary(["a": 1]), to: file) }
                    == "cannot be written in its folder: Permission denied")
        }
    }

    @Test("a write that fails in the middle is an error with the system's words, at every place")
    func writeFails() throws {
        let state: StateDict = ["a": .tensor(try Tensor.ones([1000])), "b": .tensor(try Tensor.ones([10]))]
        try withFolder { folder in
            let file = folder.appending(path: "a.pth")
            try TorchFile.save(state, to: file)
            let before = try Data(contentsOf: file)
            let contents = try FileContents(.dictionary(state))
            for limit in Array(stride(from: 0, to: before.count, by: 31)) + [before.count - 1] {
                let reason = reason {
                    try AtomicFile.replace(file.path, creating: { try FullDisk(creating: $0, limit: limit) }) {
                        try contents.write(to: $0)
                    }
                }
                #expect(reason == "cannot be written: No space left on device", "at \(limit) bytes")
            }
            #expect(try Data(contentsOf: file) == before)
            #expect(try names(in: folder) == ["a.pth"])
        }
    }

    @Test(
        "the system's own full device is an error with its words",
        .enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "there is no /dev/full"))
    func fullDevice() throws {
        try withFolder { folder in
            let file = folder.appending(path: "a.pth")
            let contents = try FileContents(.tensor(try Tensor.ones([100_000])))
            let reason = reason {
                try AtomicFile.replace(file.path, creating: { try FullDevice(creating: $0) }) {
                    try contents.write(to: $0)
                }
            }
            #expect(reason == "cannot be written: No space left on device")
            #expect(try names(in: folder) == [])
        }
    }
}

/// A file on a disk that has room for a number of bytes only.
private final class FullDisk: FileSink {
    private var room: Int

    init(creating path: String, limit: Int) throws {
        room = limit
        try super.init(creating: path)
    }

    override func writeSome(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard room > 0 || bytes.isEmpty else {
            errno = ENOSPC
            return -1
        }
        let written = super.writeSome(UnsafeRawBufferPointer(rebasing: bytes.prefix(room)))
        room -= max(written, 0)
        return written
    }
}

/// A file whose bytes go to the device that is always full.
private final class FullDevice: FileSink {
    private let device = open("/dev/full", O_WRONLY)

    override func writeSome(_ bytes: UnsafeRawBufferPointer) -> Int {
        write(device, bytes.baseAddress, bytes.count)
    }

    deinit {
        close(device)
    }
}
