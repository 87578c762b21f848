import Foundation
import Testing

@testable import TorchSerialization

/// A zip archive in which everything can be wrong.
struct FoulArchive {
    struct Record {
        var name: String
        var contents: [UInt8] = [1, 2, 3]
        /// What the directory says, if it is not the truth.
        var size: UInt32?
        var offset: UInt32?
    }

    static func bytes(_ records: [Record]) -> [UInt8] {
        var bytes: [UInt8] = []
        var directory: [UInt8] = []
        for record in records {
            let size = record.size ?? UInt32(record.contents.count)
            let name = Array(record.name.utf8)
            // Without a checksum, as PyTorch writes them when it is told so.
            let fields =
                number(0, 4) + number(0, 4) + number(size, 4) + number(size, 4) + number(UInt32(name.count), 2)
                + number(0, 2)
            directory += number(0x0201_4B50, 4) + number(0, 2) + number(0, 6) + fields + number(0, 10)
            directory += number(record.offset ?? UInt32(bytes.count), 4) + name
            bytes += number(0x0403_4B50, 4) + number(0, 2) + number(0, 4) + fields + name + record.contents
        }
        let end =
            number(0x0605_4B50, 4) + number(0, 4) + number(UInt32(records.count), 2) + number(UInt32(records.count), 2)
        return bytes + directory + end + number(UInt32(directory.count), 4) + number(UInt32(bytes.count), 4)
            + number(0, 2)
    }

    /// The lowest byte first.
    private static func number(_ value: UInt32, _ count: Int) -> [UInt8] {
        (0..<count).map { $0 < 4 ? UInt8(truncatingIfNeeded: value >> ($0 * 8)) : 0 }
    }
}

@Suite("Directories of zip archives")
struct ZipDirectoryTests {
    private func reader(_ records: [FoulArchive.Record]) throws -> ArchiveReader {
        try ArchiveReader(FileSource(FoulArchive.bytes(records)))
    }

    @Test("an archive without fault is read, and a record more than once")
    func proper() throws {
        let archive = try reader([
            .init(name: "a/b"), .init(name: "a/c", contents: []), .init(name: "a/d/e", contents: [9]),
        ])
        for _ in 0..<3 { #expect(try archive.read("b") == [1, 2, 3]) }
        #expect(try archive.read("c") == [] && archive.read("d/e") == [9])
    }

    @Test("records that overlap are an error that names one")
    func overlap() {
        let cases: [[FoulArchive.Record]] = [
            [.init(name: "a/b"), .init(name: "a/c", offset: 0)],
            [.init(name: "a/b", size: 4), .init(name: "a/c")],
            [.init(name: "a/b"), .init(name: "a/c", size: 40)],
            [.init(name: "a/b", contents: Array(repeating: 7, count: 100)), .init(name: "a/c", offset: 50)],
            [.init(name: "a/b", size: 0xFFFF_FFF0)],
            [.init(name: "a/b", offset: 0xFFFF_FFF0)],
        ]
        for records in cases {
            let reason = reason { _ = try reader(records).read("b") }
            #expect(
                reason.hasSuffix("reaches into what follows it") || reason.hasSuffix("makes no sense"), "\(records)")
        }
    }

    @Test(
        "a name that leaves its folder is an error",
        arguments: ["../b", "/b", "a/../../b", "..", "a\\..\\b", "a/..", "", "a/b\u{0}c"])
    func escape(name: String) {
        let reason = reason { _ = try reader([.init(name: "a/b"), .init(name: name)]) }
        #expect(reason == "it is damaged: it has a record named '\(name.shortened)', outside of its folder")
    }

    @Test("a name that comes twice is an error")
    func twice() {
        #expect(
            reason { _ = try reader([.init(name: "a/b"), .init(name: "a/b")]) }
                == "it is damaged: it has two records named a/b")
    }

    @Test("any byte of a directory replaced by the greatest ends in an error or in bytes of the file")
    func greatestNumbers() throws {
        let original = FoulArchive.bytes([.init(name: "a/b"), .init(name: "a/c", contents: [4])])
        for width in [1, 2, 4, 8] {
            for value in [0x7F, 0xFF] as [UInt8] {
                for position in 0...original.count - width {
                    var copy = original
                    for offset in 0..<width { copy[position + offset] = offset == width - 1 ? value : 0xFF }
                    do {
                        let archive = try ArchiveReader(FileSource(copy))
                        #expect(try archive.read("b").count <= copy.count)
                        try archive.requireChecksums()
                    } catch is FormatError {}
                }
            }
        }
    }
}
