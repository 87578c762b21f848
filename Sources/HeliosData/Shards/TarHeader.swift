import Torch
import TorchSerialization

/// The block of 512 bytes before each file in a tar archive (POSIX.1-2017, pax, "ustar Interchange Format").
struct TarHeader {
    /// What an entry is.
    enum Kind: Equatable {
        case file
        /// A folder, a link, or anything else that has no contents.
        case other
        /// The name of the next entry, if it is too long for a header.
        case longName
        /// The target of the next link, if it is too long for a header.
        case longLink
        /// Fields of the next entry that do not fit a header.
        case extended
        /// The same for all entries that follow.
        case globalExtended
        /// A file with holes, or in several archives.
        case unsupported(String)
    }

    static let size = 512

    let name: [UInt8]
    let kind: Kind
    /// The number of bytes of the contents.
    let size: Int

    /// Reads a header.
    ///
    /// - Returns: `nil` for a block of zeros, which ends an archive.
    /// - Throws: an error without the path for a block that is no header.
    init?(_ block: [UInt8]) throws {
        guard block.contains(where: { $0 != 0 }) else { return nil }
        try TarHeader.requireChecksum(block)
        guard let size = TarHeader.number(block[124..<136]) else {
            throw FormatFault.invalid("it is damaged: the size of an entry makes no sense")
        }
        kind = TarHeader.kind(block[156])
        // A folder or a link may state a size, and has no contents all the same.
        self.size = kind == .other ? 0 : size
        var name = Array(block[0..<100].prefix { $0 != 0 })
        // The older format of GNU has other things in the place of the prefix.
        if Array(block[257..<263]) == Array("ustar\0".utf8) {
            let prefix = block[345..<500].prefix { $0 != 0 }
            if !prefix.isEmpty { name = prefix + [UInt8(ascii: "/")] + name }
        }
        self.name = name
    }

    private static func kind(_ flag: UInt8) -> Kind {
        switch flag {
        case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): .file
        case UInt8(ascii: "L"): .longName
        case UInt8(ascii: "K"): .longLink
        case UInt8(ascii: "x"): .extended
        case UInt8(ascii: "g"): .globalExtended
        case UInt8(ascii: "S"): .unsupported("a file with holes")
        case UInt8(ascii: "M"): .unsupported("a file that began in another archive")
        case UInt8(ascii: "1")...UInt8(ascii: "6"): .other
        default: .unsupported("an entry of kind '\(UnicodeScalar(flag).escaped(asASCII: true))'")
        }
    }

    /// The sum of all bytes must be what the header says. Old programs add up bytes with a sign.
    private static func requireChecksum(_ block: [UInt8]) throws {
        let place = 148..<156
        var (sum, signedSum) = (0, 0)
        for (index, byte) in block.enumerated() {
            let byte = place.contains(index) ? 0x20 : byte
            sum += Int(byte)
            signedSum += Int(Int8(bitPattern: byte))
        }
        guard let stated = number(block[place]), stated == sum || stated == signedSum else {
            throw FormatFault.invalid("it is damaged, or not a tar archive: a header does not have its checksum")
        }
    }

    /// A number that is not negative: octal digits among spaces and zero bytes, or with the highest bit set 256 to each
    /// byte.
    static func number(_ field: ArraySlice<UInt8>) -> Int? {
        guard let first = field.first else { return nil }
        if first & 0x80 != 0 {
            // 0xFF begins a negative number.
            guard first & 0x7F == 0 else { return nil }
            var number = 0
            for byte in field.dropFirst() {
                guard number <= Int.max >> 8 else { return nil }
                number = number << 8 | Int(byte)
            }
            return number
        }
        let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0x20 && $0 != 0 }
        guard field.dropFirst(digits.endIndex - field.startIndex).allSatisfy({ $0 == 0x20 || $0 == 0 }) else {
            return nil
        }
        var number = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit) else { return nil }
            number = number << 3 | Int(digit - UInt8(ascii: "0"))
        }
        return number
    }
}

/// The fields of an entry that do not fit its header (POSIX.1-2017, pax, "pax Extended Header").
struct TarExtendedFields {
    private(set) var path: [UInt8]?
    private(set) var size: Int?

    /// - Parameter bytes: records such as `27 path=long/name/of/a.txt`, each with its own length and a line feed.
    /// - Throws: an error without the path for records that make no sense, or say what is not supported.
    init(_ bytes: [UInt8]) throws {
        let damage = FormatFault.invalid("it is damaged: the extended fields of an entry make no sense")
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let space = rest.firstIndex(of: 0x20),
                let length = NumberParser.length(rest[..<space]), length > space - rest.startIndex + 1,
                length <= rest.count
            else { throw damage }
            let record = rest[(space + 1)..<(rest.startIndex + length)]
            guard record.last == 0x0A, let equals = record.firstIndex(of: UInt8(ascii: "=")) else { throw damage }
            let value = record[(equals + 1)..<(record.endIndex - 1)]
            switch String(decoding: record[..<equals], as: UTF8.self) {
            case "path": path = Array(value)
            case "size":
                guard let number = NumberParser.length(value) else { throw damage }
                size = number
            case let key where key.hasPrefix("GNU.sparse."):
                throw FormatFault.unsupported(
                    "it has a file with holes, which is not read: write the archive without --sparse")
            default: break
            }
            rest = rest[(rest.startIndex + length)...]
        }
    }
}

extension NumberParser {
    /// A number of digits alone.
    fileprivate static func length(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.first.map({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) ?? false else { return nil }
        return Array(digits).withUnsafeBytes { integer($0, 0, $0.count) }
    }
}
