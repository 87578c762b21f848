import Foundation
import TestSupport
import Testing
import Torch

@testable import TorchSerialization

/// The file of a header and a number of zero bytes behind it.
private func file(_ header: String, size: Int, claiming count: UInt64? = nil) -> [UInt8] {
    let count = count ?? UInt64(header.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) } + Array(header.utf8)
        + Array(repeating: 0, count: size)
}

@Suite("Headers of safetensors")
struct SafetensorsHeaderTests {
    /// What the reference takes: the format's own description forbids the first two, and the others leave a choice.
    private let stricter = ["[1],\"data_offsets\":[0,4]},\"a\":{", "{\"b\":\"c\",\"b\":\"d\"}", " {}"]

    @Test("a header is accepted if the reference accepts it, except for keys that occur twice and a space before it")
    func sameAsReference() throws {
        let recorded: SafetensorsFixture = try fixture("safetensors-files")
        #expect(recorded.headers.count > 60)
        for record in recorded.headers {
            let isStricter = stricter.contains { $0 == " {}" ? record.header == $0 : record.header.contains($0) }
            let source = FileSource(file(record.header, size: record.size))
            let isTaken: Bool
            do {
                _ = try SafetensorsHeader(source)
                isTaken = true
            } catch is FormatError {
                isTaken = false
            }
            #expect(isTaken == (record.isTaken && !isStricter), "\(record.header) and \(record.size) bytes")
        }
    }

    @Test("errors say what is wrong")
    func reasons() {
        let entry = #"{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#
        let cases: [(bytes: [UInt8], reason: String)] = [
            ([], "it is not a safetensors file: it has 0 bytes, which is too few"),
            (
                file("{}", size: 0, claiming: 3),
                "it is not a safetensors file, or damaged: its header would have 3 bytes, and it has 10"
            ),
            (
                file("{}", size: 0, claiming: .max),
                "it is not a safetensors file, or damaged: its header would have 18446744073709551615 bytes, and it has 10"
            ),
            (file("[]", size: 0), "it is not a safetensors file: its header is no JSON object"),
            (file("{\"a\":1}", size: 0), "it is damaged: the tensor 'a' has no proper type, shape and offsets"),
            (
                file("{\"a\":\(entry),\"a\":\(entry)}", size: 4),
                "its JSON is damaged at byte 57: it has the key 'a' twice"
            ),
            (
                file("{\"a\":\(entry)}", size: 5),
                "it is damaged or incomplete: its tensors take 4 bytes, and it has 5 of them"
            ),
            (
                file("{\"a\":\(entry),\"b\":\(entry)}", size: 4),
                "it is damaged: the tensor 'b' begins at byte 0 of the data, and the one before it ends at 4"
            ),
            (
                file("{\"a\":\(entry.replacing("[1]", with: "[2]"))}", size: 4),
                "it is damaged: the tensor 'a' has the type F32 and the shape [2], and 4 bytes"
            ),
            (
                file("{\"a\":\(entry.replacing("[1]", with: "[9223372036854775807]"))}", size: 4),
                "it is damaged: a tensor of shape [9223372036854775807] is too large"
            ),
            (
                file("{\"a\":\(entry.replacing("F32", with: "F4"))}", size: 4),
                "the tensor 'a' has elements of the type F4, which is not read"
            ),
            (
                file("{\"__metadata__\":{\"a\":1}}", size: 0),
                "it is damaged: 'a' in its metadata is no text"
            ),
        ]
        for (bytes, expected) in cases {
            #expect(reason { _ = try SafetensorsHeader(FileSource(bytes)) } == expected)
        }
    }

    @Test("a tensor of more dimensions than are read, or more elements than libtorch has, is an error")
    func greatShapes() throws {
        try withFolder { folder in
            let path = folder.appending(path: "a.safetensors")
            let shapes = [
                String(repeating: "1,", count: 1024) + "0", "0,4611686018427387904,4611686018427387904",
                "4611686018427387904,4611686018427387904,0",
            ]
            for shape in shapes {
                let header = "{\"a\":{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[0,0]}}"
                try Data(file(header, size: 0)).write(to: path)
                #expect(throws: TorchFileError.self, "\(shape)") { try SafetensorsFile.load(path) }
            }
        }
    }
}
