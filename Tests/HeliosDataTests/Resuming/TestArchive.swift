import Foundation
import TestSupport

@testable import HeliosData

/// Shards with small samples, as tests need them: a header of ustar before each file.
enum TestArchive {
    /// The bytes of an archive.
    static func bytes(_ files: [(name: String, contents: [UInt8])]) -> [UInt8] {
        files.flatMap { header($0.name, $0.contents.count) + padded($0.contents) } + [UInt8](repeating: 0, count: 1024)
    }

    /// An archive of samples with a field `bin` of four bytes and a class.
    static func samples(_ names: [String], length: Int = 4, from first: UInt8 = 0) -> [UInt8] {
        bytes(
            names.enumerated().flatMap { index, name -> [(name: String, contents: [UInt8])] in
                let start = first &+ UInt8(truncatingIfNeeded: index * 7)
                return [
                    ("\(name).bin", (0..<length).map { start &+ UInt8(truncatingIfNeeded: $0 * $0) }),
                    ("\(name).cls", Array("\(Int(start) % 10)\n".utf8)),
                ]
            })
    }

    private static func header(_ name: String, _ size: Int) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: TarHeader.size)
        func put(_ text: String, at offset: Int) {
            block.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
        }
        func octal(_ number: Int, _ width: Int) -> String {
            let digits = String(number, radix: 8)
            return String(repeating: "0", count: width - digits.count) + digits
        }
        put(name, at: 0)
        put("0000644\0", at: 100)
        put(octal(size, 11), at: 124)
        put(octal(0, 11), at: 136)
        put("        ", at: 148)
        put("0ustar", at: 156)
        block[262] = 0
        put("00", at: 263)
        put(octal(block.reduce(0) { $0 + Int($1) }, 6) + "\0 ", at: 148)
        return block
    }

    private static func padded(_ contents: [UInt8]) -> [UInt8] {
        contents + [UInt8](repeating: 0, count: (TarHeader.size - contents.count % TarHeader.size) % TarHeader.size)
    }
}

/// Bytes in the format of gzip, not made smaller: one block for up to 65,535 of them.
func packed(_ bytes: [UInt8]) -> [UInt8] {
    func little(_ number: UInt32, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) }
    }
    let starts = Array(stride(from: 0, to: max(bytes.count, 1), by: 65_535))
    let blocks = starts.flatMap { start in
        let part = bytes[start..<min(start + 65_535, bytes.count)]
        let size = UInt32(part.count)
        return [start == starts.last ? 1 : 0] + little(size, 2) + little(~size, 2) + part
    }
    let checksum = bytes.withUnsafeBytes { Checksum($0).value }
    return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255] + blocks + little(checksum, 4)
        + little(UInt32(truncatingIfNeeded: bytes.count), 4)
}
