import Foundation
import TestSupport
import Testing

@testable import Helios

@Suite struct StableNameTests {
    @Test("the name is the file, replaces the one before, and stays when the file's first name goes")
    func name() throws {
        try withTemporaryFolder { folder in
            let (first, second) = (folder.appending(path: "first"), folder.appending(path: "second"))
            let name = folder.appending(path: "name")
            try Data("1".utf8).write(to: first)
            try Data("2".utf8).write(to: second)
            try StableName.give(name, to: first)
            try StableName.give(name, to: first)
            #expect(try Data(contentsOf: name) == Data("1".utf8))
            try StableName.give(name, to: second)
            #expect(try Data(contentsOf: name) == Data("2".utf8))
            try FileManager.default.removeItem(at: second)
            #expect(try Data(contentsOf: name) == Data("2".utf8))
            #expect(folder.filesBelow == ["first", "name"])
        }
    }

    @Test("a file that is not there, and a name that is a folder's, are errors that name them and leave nothing")
    func failures() throws {
        try withTemporaryFolder { folder in
            let (file, name) = (folder.appending(path: "file"), folder.appending(path: "name"))
            let missing = #expect(throws: CheckpointError.self) { try StableName.give(name, to: file) }
            #expect(missing?.path == name.path)
            try Data("1".utf8).write(to: file)
            try FileManager.default.createDirectory(at: name, withIntermediateDirectories: true)
            #expect(throws: CheckpointError.self) { try StableName.give(name, to: file) }
            #expect(folder.filesBelow == ["file"])
        }
    }

    private static let memory = "/dev/shm"

    @Test(
        "if there can be no hard link, the name is a copy",
        .enabled(if: FileManager.default.isWritableFile(atPath: memory)))
    func otherFileSystem() throws {
        try withTemporaryFolder { folder in
            let other = URL(filePath: Self.memory).appending(path: folder.lastPathComponent)
            try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: other) }
            let (file, name) = (folder.appending(path: "file"), other.appending(path: "name"))
            for contents in ["1", "22"] {
                try Data(contents.utf8).write(to: file)
                try StableName.give(name, to: file)
                #expect(try Data(contentsOf: name) == Data(contents.utf8))
            }
            #expect(other.filesBelow == ["name"])
        }
    }

    @Test("a copy has the file's bytes")
    func copy() throws {
        try withTemporaryFolder { folder in
            let (file, copy) = (folder.appending(path: "file"), folder.appending(path: "copy"))
            try Data("12".utf8).write(to: file)
            try StableName.copy(file, to: copy)
            #expect(try Data(contentsOf: copy) == Data("12".utf8))
        }
    }
}
