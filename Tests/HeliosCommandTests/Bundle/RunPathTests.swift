import Foundation
import TestSupport
import Testing

@testable import HeliosCommand

/// The folders that ELF files name.
@Suite struct RunPathTests {
    /// The smallest file that names a folder: a header, two segments, three entries and the text.
    private static func file(_ folders: String = "$ORIGIN:/a/b") -> Data {
        func bytes(_ value: UInt64, _ count: Int = 8) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        }
        func segment(_ type: UInt64, _ offset: UInt64, _ size: UInt64) -> [UInt8] {
            bytes(type, 4) + bytes(0, 4) + bytes(offset) + bytes(0x1000 + offset) + bytes(0) + bytes(size) + bytes(size)
                + bytes(8)
        }
        let text = [0] + Array(folders.utf8) + [0]
        let header =
            [0x7F, 0x45, 0x4C, 0x46, 2, 1] + [UInt8](repeating: 0, count: 26) + bytes(64)
            + [UInt8](repeating: 0, count: 14)
            + bytes(56, 2) + bytes(2, 2) + [UInt8](repeating: 0, count: 6)
        let dynamic = bytes(5) + bytes(0x1000 + 224) + bytes(29) + bytes(1) + bytes(0) + bytes(0)
        return Data(header + segment(1, 0, 224 + UInt64(text.count)) + segment(2, 176, 48) + dynamic + text)
    }

    @Test("folders are found, and others put in their place if there is room")
    func replacing() throws {
        var file = Self.file()
        let path = try #require(try RunPath(file))
        #expect(path.folders == "$ORIGIN:/a/b")
        #expect(path.replacement(with: "/a/longer/path") == nil)
        for (place, bytes) in try #require(path.replacement(with: "$ORIGIN")) {
            file.replaceSubrange(place..<place + bytes.count, with: bytes)
        }
        #expect(try RunPath(file)?.folders == "$ORIGIN")
        // The tag is now that of the folders that libraries of libraries are looked for in, too.
        #expect(file[192] == 15)
        #expect(file.count == Self.file().count)
    }

    @Test("files that are cut off or changed are errors, or name other folders, and nothing worse")
    func broken() throws {
        let file = Self.file()
        for count in 0..<file.count - 13 { #expect(throws: CommandError.self) { try RunPath(file.prefix(count)) } }
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            var changed = file
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                changed[Int.random(in: 6..<file.count, using: &generator)] =
                    [0, 1, 0x7F, 0xFF, 0x80].randomElement() ?? 0
            }
            guard let path = try? RunPath(changed) else { continue }
            for (place, bytes) in path.replacement(with: "$ORIGIN") ?? [] {
                #expect(place >= 0 && place + bytes.count <= file.count)
            }
        }
        #expect(throws: CommandError.self) { try RunPath(Data("#!/bin/sh".utf8)) }
    }

    @Test(
        "a program that was built names what readelf shows",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/readelf")))
    func program() throws {
        let program = try #require(Bundle.main.executableURL).deletingLastPathComponent().appending(path: "helios")
        let path = try #require(try RunPath(Data(contentsOf: program, options: .alwaysMapped)))
        let shown = try Program.other("/usr/bin/readelf", "-d", program.path).output
        #expect(path.folders.contains("/") && shown.contains("[\(path.folders)]"))
    }
}
