import Foundation
import TestSupport
import Testing
import TorchSerialization

@testable import HeliosData

@Suite("TarReader")
struct TarReaderTests {
    private func file(_ url: URL) throws -> DataFile { try DataFile(url, expecting: "an archive") }

    private func entries(_ url: URL) throws -> [TarReader.Entry] {
        let reader = try TarReader(file(url))
        var entries: [TarReader.Entry] = []
        while let entry = try reader.next() { entries.append(entry) }
        return entries
    }

    @Test("archives of tar and of Python, in every format, have the files that were put into them")
    func archives() throws {
        let expected = try DataFiles.read().tar
        for name in expected.archives {
            let reader = try TarReader(file(DataFiles.url(name)))
            var found: [DataFiles.File] = []
            while let entry = try reader.next() {
                let bytes = try reader.contents(of: entry)
                found.append(
                    .init(name: entry.name, size: entry.size, crc: bytes.withUnsafeBytes { Checksum($0).value }))
            }
            #expect(found == expected.files, "\(name)")
        }
    }

    @Test(
        "reading can start at every entry, packed or not",
        arguments: ["system-gnu.tar", "python-gnu.tar.gz", "system-pax.tar"])
    func starts(name: String) throws {
        let all = try entries(DataFiles.url(name))
        for (index, entry) in all.enumerated() {
            let reader = try TarReader(file(DataFiles.url(name)), at: entry.start)
            #expect(try reader.next() == entry)
            if index + 1 < all.count { #expect(try reader.next() == all[index + 1]) }
        }
    }

    @Test("sizes are those of Python's tarfile, in octal digits and beyond")
    func sizes() throws {
        for size in try DataFiles.read().tar.sizes {
            let bytes = stride(from: 0, to: 24, by: 2).compactMap {
                UInt8(size.field.dropFirst($0).prefix(2), radix: 16)
            }
            #expect(TarHeader.number(bytes[...]) == size.number, "\(size.number)")
        }
        for text in ["-1", "8", "12x", "1 2"] { #expect(TarHeader.number(Array(text.utf8)[...]) == nil, "\(text)") }
        #expect(TarHeader.number([0xFF, 0xFF]) == nil)
        #expect(TarHeader.number([0x80] + [UInt8](repeating: 0xFF, count: 11)) == nil)
    }

    @Test(
        "an archive that is cut anywhere is an error",
        arguments: ["system-gnu.tar", "python-pax.tar", "python-gnu.tar.gz"])
    func cut(name: String) throws {
        let bytes = try [UInt8](Data(contentsOf: DataFiles.url(name)))
        // Behind the first block of zeros nothing is missing.
        let last =
            name.hasSuffix("gz")
            ? bytes.count : (try entries(DataFiles.url(name)).last.map { $0.offset + $0.size } ?? 0)
        try withTemporaryFolder { folder in
            for count in stride(from: 0, to: last, by: name.hasSuffix("gz") ? 13 : 256) {
                let url = try write(bytes.prefix(count), to: "a.tar", in: folder)
                #expect(throws: DataFileError.self, "\(count)") { try entries(url) }
            }
        }
    }

    @Test("a flipped bit in a header is an error with its place")
    func flipped() throws {
        let bytes = try [UInt8](Data(contentsOf: DataFiles.url("python-ustar.tar")))
        let all = try entries(DataFiles.url("python-ustar.tar"))
        try withTemporaryFolder { folder in
            for offset in stride(from: 0, to: 512, by: 7) where !(148..<156).contains(offset) {
                var damaged = bytes
                damaged[all[1].start + offset] ^= 1
                let url = try write(damaged, to: "a.tar", in: folder)
                let error = dataError { _ = try entries(url) }
                #expect(error?.place == .byte(all[1].start), "\(offset)")
            }
        }
    }

    @Test("two archives in one file, and what tar does not have, are errors")
    func errors() throws {
        let bytes = try [UInt8](Data(contentsOf: DataFiles.url("python-ustar.tar")))
        try withTemporaryFolder { folder in
            let url = try write(bytes + bytes, to: "a.tar", in: folder)
            #expect(dataError { _ = try entries(url) }?.reason.contains("several archives") == true)
            let text = try write([UInt8](repeating: 0x41, count: 2048), to: "b.tar", in: folder)
            #expect(dataError { _ = try entries(text) }?.reason.contains("not a tar archive") == true)
            #expect(dataError { _ = try entries(write([], to: "c.tar", in: folder)) } != nil)
        }
    }
}
