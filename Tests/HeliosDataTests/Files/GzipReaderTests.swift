import Foundation
import HeliosData
import TestSupport
import Testing
import TorchSerialization

@testable import HeliosData

@Suite("GzipReader")
struct GzipReaderTests {
    private func unpack(_ url: URL, by count: Int = 4096) throws -> [UInt8] {
        let stream = try ByteStream(DataFile(url, expecting: "text"))
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: count)
        while true {
            let count = try part.withUnsafeMutableBytes { try stream.read(into: $0) }
            bytes += part[..<count]
            if count < part.count { return bytes }
        }
    }

    @Test(
        "files of gzip, with several members, with all fields, are unpacked",
        arguments: [
            "text.gz", "members.gz", "fields.gz",
        ])
    func files(name: String) throws {
        let expected = try DataFiles.read().gzip
        for count in [1, 77, 1 << 20] {
            let bytes = try unpack(DataFiles.url(name), by: count)
            #expect(bytes.count == expected.size)
            #expect(bytes.withUnsafeBytes { Checksum($0).value } == expected.crc)
        }
    }

    @Test("a cut file and a flipped bit are errors")
    func damage() throws {
        let bytes = try [UInt8](Data(contentsOf: DataFiles.url("members.gz")))
        let expected = try unpack(DataFiles.url("members.gz"))
        let size = bytes.count - 512
        try withTemporaryFolder { folder in
            for count in stride(from: 2, to: size, by: 97) {
                #expect(throws: DataFileError.self) { try unpack(write(bytes.prefix(count), to: "a", in: folder)) }
            }
            for offset in stride(from: 20, to: size, by: 101) {
                var damaged = bytes
                damaged[offset] ^= 4
                let result = try? unpack(write(damaged, to: "a", in: folder))
                // The time and the system in the header of the second member mean nothing.
                #expect(result.map { $0 == expected } ?? true, "\(offset)")
            }
        }
    }

    @Test("codes that take no bits are damage, and not bytes without an end")
    func endless() throws {
        let url = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../Fuzzing/Corpus/shard/found-endless-bytes.tar.gz").standardizedFileURL
        let stream = try ByteStream(DataFile(url, expecting: "a file that the fuzzer found"))
        let error = dataError {
            // Before, they did not end; the file has less than a hundred bytes.
            for _ in 0..<1000 { try stream.skip(1000) }
            Issue.record("the data have a million bytes")
        }
        #expect(error?.reason.contains("make no sense") == true)
    }
}
