import CTorch
import Foundation
import Testing
import Torch

@testable import TorchSerialization

/// Writes a zip archive with these records.
func writeArchive(to file: URL, _ records: [String: [UInt8]]) throws {
    try AtomicFile.replace(file.path) { sink in
        let archive = ArchiveWriter(sink)
        for (name, bytes) in records.sorted(by: { $0.key < $1.key }) { try archive.add(name, bytes) }
        try archive.finish()
    }
}

@Suite("Archives")
struct ArchiveTests {
    @Test("records come back, the empty one too")
    func records() throws {
        try withFolder { folder in
            let file = folder.appending(path: "a.zip")
            try writeArchive(to: file, ["a": [1, 2, 3], "folder/b": [], "c": Array(repeating: 7, count: 1000)])
            let archive = try ArchiveReader(file.path)
            #expect(try archive.read("a") == [1, 2, 3])
            #expect(try archive.read("folder/b") == [])
            #expect(try archive.read("c") == Array(repeating: 7, count: 1000))
            #expect(archive.has("version"))
            #expect(!archive.has("d"))
            #expect(reason { _ = try archive.read("d") } == "it is incomplete: the record d is missing")
        }
    }

    @Test("checksums are those of zip archives")
    func checksums() {
        let checksum = { (text: String) in
            var text = text
            return text.withUTF8 { ct_crc32(0, $0.baseAddress, Int64($0.count)) }
        }
        #expect(checksum("") == 0)
        // The check value of the CRC catalog, and what Python's zlib.crc32 says.
        #expect(checksum("123456789") == 0xCBF4_3926)
        #expect(checksum("The quick brown fox jumps over the lazy dog") == 0x414F_A339)
    }

    @Test("a record that was changed is an error")
    func changedRecord() throws {
        try withFolder { folder in
            let file = folder.appending(path: "a.zip")
            try writeArchive(to: file, ["a": Array("contents".utf8)])
            var bytes = try Data(contentsOf: file)
            let place = try #require(bytes.range(of: Data("contents".utf8)))
            bytes[place.lowerBound] ^= 1
            try bytes.write(to: file)
            let archive = try ArchiveReader(file.path)
            #expect(reason { _ = try archive.read("a") } == "it is damaged: the record a does not have its checksum")
        }
    }

    @Test("a writer that is never finished leaves no archive")
    func unfinished() throws {
        try withFolder { folder in
            let file = folder.appending(path: "a.zip")
            try AtomicFile.replace(file.path) { sink in try ArchiveWriter(sink).add("a", [1, 2, 3]) }
            #expect(reason { _ = try ArchiveReader(file.path) }.hasPrefix("it is damaged or incomplete"))
        }
    }
}
