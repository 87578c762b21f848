import Foundation
import Testing

@testable import TorchSerialization

@Suite("Paths of the system")
struct SystemPathTests {
    private func bytes(_ path: String) -> [UInt8] {
        SystemPath.withBytes(path) {
            Array(UnsafeBufferPointer(start: $0, count: strlen($0))).map { UInt8(bitPattern: $0) }
        }
    }

    @Test(
        "any bytes become text and the same bytes again",
        arguments: [
            Array("a/ü/日本/🙂".utf8), [0xFF], [0x61, 0xC3, 0x62], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xC0, 0x80 | 0x2F],
            // The private characters themselves.
            Array("\u{10F780}\u{10F7FF}\u{10F700}".utf8), [0xF4, 0x8F, 0x9E, 0x80, 0xFF], Array(1...255),
        ] as [[UInt8]])
    func roundTrip(original: [UInt8]) {
        #expect(bytes(SystemPath.text(of: original)) == original)
    }

    @Test(
        "a path's folder and name are those that dirname and basename give",
        arguments: [
            ("a", "", "a"), ("/", "/", "/"), ("//", "/", "/"), ("", "", ""), ("/a", "/", "a"), ("a/", "", "a"),
            ("a/b", "a", "b"), ("a//b//", "a", "b"), ("/a/b/c", "/a/b", "c"), ("./a", ".", "a"), ("日本/é", "日本", "é"),
            ("a/\u{301}", "a", "\u{301}"),
        ])
    func parts(path: String, folder: String, name: String) {
        #expect(Array(SystemPath.folder(of: path).utf8) == Array(folder.utf8))
        #expect(Array(SystemPath.name(of: path).utf8) == Array(name.utf8))
    }

    @Test("what is UTF-8 stays as it is, composed or not")
    func text() {
        for text in ["a", "é", "e\u{301}", "日本", ""] {
            #expect(Array(SystemPath.text(of: text.utf8).utf8) == Array(text.utf8))
            #expect(SystemPath.visible(text) == text)
        }
        #expect(SystemPath.visible(SystemPath.text(of: [0x61, 0xFF, 0x80])) == "a\\xFF\\x80")
    }

    @Test("a URL's path with a private character is that path")
    func url() throws {
        try withFolder { folder in
            let file = folder.appending(path: "\u{10F7A0}.pth")
            try TorchFile.save(.dictionary(["a": 1]), to: file)
            #expect(FileManager.default.fileExists(atPath: file.path))
            #expect(try StateText.of(TorchFile.load(file)) == "{'a'1: 1}")
        }
    }

    @Test("a URL whose path is not UTF-8 is an error")
    func foreignURL() throws {
        let url = try #require(URL(string: "file:///tmp/a%FF.pth"))
        #expect(reason { _ = try TorchFile.load(url) } == "its path is not UTF-8")
    }

    @Test("the names in a folder are all that is in it")
    func names() throws {
        try withFolder { folder in
            let long = String(repeating: "n", count: 255)
            for name in ["b", ".a", long] { try Data().write(to: folder.appending(path: name)) }
            let bytes = SystemPath.text(of: [0x7A, 0xFF])
            let made = SystemPath.withBytes("\(folder.path)/\(bytes)") { mkdir($0, 0o700) } == 0
            #expect(try SystemPath.names(in: folder.path) == [".a", "b", long] + (made ? [bytes] : []))
            #expect(throws: FileAccessError.self) { try SystemPath.names(in: folder.path + "/none") }
            if made { _ = SystemPath.withBytes("\(folder.path)/\(bytes)") { rmdir($0) } }
        }
    }
}
