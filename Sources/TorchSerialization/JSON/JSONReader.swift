/// Reads JSON strictly: nothing that the standard does not have, no key twice in an object, no deep nesting.
///
/// Foundation's decoder silently keeps one of several values for a key. Two readers may read a file that describes a
/// tensor twice in two ways, so this one refuses it.
package struct JSONReader {
    private let bytes: [UInt8]
    private let greatestDepth: Int
    private let comparesBytes: Bool
    private var position = 0

    /// Reads a document, which must be the whole of `bytes`.
    ///
    /// - Parameter greatestDepth: how deep arrays and objects may be nested. The headers of tensor files have three
    ///   levels.
    /// - Throws: an error that names the place of the fault.
    package static func read(_ bytes: [UInt8], greatestDepth: Int = 16) throws -> JSONValue {
        do {
            return try parse(bytes, greatestDepth: greatestDepth)
        } catch {
            throw FormatError("its JSON is damaged at byte \(error.position): \(error.what)")
        }
    }

    /// Reads a document, as `read` does.
    ///
    /// - Parameter comparesBytes: whether keys of the same characters may be in an object if their bytes differ, as "é"
    ///   in one scalar and in two. Then they must be told apart by their bytes.
    /// - Throws: the place of the fault, for errors that count lines.
    package static func parse(
        _ bytes: [UInt8], greatestDepth: Int = 16, comparesBytes: Bool = false
    ) throws(JSONFault) -> JSONValue {
        var reader = JSONReader(bytes: bytes, greatestDepth: greatestDepth, comparesBytes: comparesBytes)
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.position == bytes.count else { throw reader.fault("something follows its end") }
        return value
    }

    private init(bytes: [UInt8], greatestDepth: Int, comparesBytes: Bool) {
        self.bytes = bytes
        self.greatestDepth = greatestDepth
        self.comparesBytes = comparesBytes
    }

    private func fault(_ what: String) -> JSONFault {
        JSONFault(position: position, what: what)
    }

    private var next: UInt8? {
        position < bytes.count ? bytes[position] : nil
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    /// Skips a byte if it comes next.
    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func require(_ character: Unicode.Scalar) throws(JSONFault) {
        skipSpace()
        guard take(character) else { throw fault("'\(character)' is missing") }
    }

    // MARK: Values

    private mutating func value(depth: Int) throws(JSONFault) -> JSONValue {
        skipSpace()
        if depth == greatestDepth, next == UInt8(ascii: "{") || next == UInt8(ascii: "[") {
            throw fault("it is nested more than \(greatestDepth) levels deep")
        }
        switch next {
        case UInt8(ascii: "{"): return .object(try members(depth: depth))
        case UInt8(ascii: "["): return .array(try elements(depth: depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case nil: throw fault("a value is missing")
        default: return try number()
        }
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(JSONFault) -> JSONValue {
        guard bytes[position...].starts(with: word.utf8) else { throw fault("there is no such value") }
        position += word.utf8.count
        return value
    }

    private mutating func members(depth: Int) throws(JSONFault) -> [JSONValue.Member] {
        try require("{")
        var members: [JSONValue.Member] = []
        var keys: Set<String> = []
        var byteKeys: Set<[UInt8]> = []
        skipSpace()
        if take("}") { return members }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw fault("a key in quotes is missing") }
            let key = try string()
            // JSON tells apart what Swift does not, "é" as one scalar and as two: that is refused as well.
            let isNew = comparesBytes ? byteKeys.insert(Array(key.utf8)).inserted : keys.insert(key).inserted
            guard isNew else { throw fault("it has the key '\(key.shortened)' twice") }
            try require(":")
            members.append(JSONValue.Member(key, try value(depth: depth + 1)))
            skipSpace()
        } while take(",")
        try require("}")
        return members
    }

    private mutating func elements(depth: Int) throws(JSONFault) -> [JSONValue] {
        try require("[")
        var elements: [JSONValue] = []
        skipSpace()
        if take("]") { return elements }
        repeat {
            elements.append(try value(depth: depth + 1))
            skipSpace()
        } while take(",")
        try require("]")
        return elements
    }

    private mutating func number() throws(JSONFault) -> JSONValue {
        let start = position
        _ = take("-")
        guard take("0") || takeDigits() else { throw fault("there is no such value") }
        var isInteger = true
        if take(".") {
            isInteger = false
            guard takeDigits() else { throw fault("a number ends in a point") }
        }
        if take("e") || take("E") {
            isInteger = false
            _ = take("+") || take("-")
            guard takeDigits() else { throw fault("a number ends in its exponent") }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isInteger, let integer = Int(text) { return .int(integer) }
        guard let number = Double(text), number.isFinite else { throw fault("a number is too large") }
        return .double(number)
    }

    private mutating func takeDigits() -> Bool {
        let start = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        return position > start
    }

    // MARK: Strings

    private mutating func string() throws(JSONFault) -> String {
        guard take("\"") else { throw fault("a text is missing") }
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw fault("a text is not UTF-8") }
                return string
            case UInt8(ascii: "\\"): text += try escaped()
            case 0..<0x20: throw fault("a text has a control character")
            default: text.append(byte)
            }
        }
        throw fault("a text has no end")
    }

    /// Returns what a backslash, which has been read, and what follows it stand for, as UTF-8.
    private mutating func escaped() throws(JSONFault) -> [UInt8] {
        guard let byte = next else { throw fault("a text has no end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"):
            var units = [try codeUnit()]
            // The other half of a character that does not fit 16 bits is escaped as well.
            if UTF16.isLeadSurrogate(units[0]), take("\\") {
                guard take("u") else { throw fault("half of a character is missing") }
                units.append(try codeUnit())
            }
            guard let string = String(validating: units, as: UTF16.self) else {
                throw fault("half of a character is missing")
            }
            return Array(string.utf8)
        default: throw fault("there is no such escape")
        }
    }

    private mutating func codeUnit() throws(JSONFault) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw fault("an escape is not of four hexadecimal digits")
            }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }
}

/// What is wrong with a JSON document, and at which byte.
package struct JSONFault: Error {
    /// The number of the byte, from 0.
    package let position: Int
    /// What is wrong, in a few words.
    package let what: String
}
