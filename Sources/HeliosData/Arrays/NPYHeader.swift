import Torch
import TorchSerialization

/// The header of NumPy's array files: the type, the order and the shape of the elements.
///
/// The format is that of `numpy.lib.format`: a magic text, a version, the length of what follows, and a dictionary of
/// Python. Only the literals that a header consists of are read.
struct NPYHeader: Equatable {
    let dtype: DType
    /// The order of each element's bytes; the machine's if an element has one.
    let order: ByteOrder
    /// Whether the first dimension's elements lie next to each other.
    let isFortran: Bool
    let shape: [Int]

    /// The first bytes of every file.
    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    /// The longest header that is read. NumPy itself refuses one of more than 10,000 characters.
    static let greatestLength = 1 << 16

    /// Reads a header from the start of a file.
    ///
    /// - Parameter bytes: reads the bytes at an offset.
    /// - Returns: the header, and where the elements begin.
    /// - Throws: an error without the path.
    static func read(_ bytes: (_ offset: Int, _ count: Int) throws -> [UInt8]) throws -> (NPYHeader, end: Int) {
        let start = try bytes(0, 8)
        guard start.prefix(6) == magic[...] else {
            throw FormatFault.invalid("it is not a file of NumPy: it does not begin with its magic bytes")
        }
        guard (1...3).contains(start[6]), start[7] == 0 else {
            throw FormatFault.unsupported(
                "it has the version \(start[6]).\(start[7]) of the format, and 1 to 3 are read")
        }
        let width = start[6] == 1 ? 2 : 4
        let length = try bytes(8, width).reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= greatestLength else {
            throw FormatFault.invalid("it is damaged: its header would have \(length) bytes")
        }
        let text = try bytes(8 + width, length)
        return (try NPYHeader(text), 8 + width + length)
    }

    init(dtype: DType, order: ByteOrder = .machine, isFortran: Bool = false, shape: [Int]) {
        self.dtype = dtype
        self.order = order
        self.isFortran = isFortran
        self.shape = shape
    }

    /// - Parameter text: the dictionary.
    init(_ text: [UInt8]) throws {
        var parser = PythonLiteral(text)
        let fields = try parser.dictionary()
        guard Set(fields.keys) == ["descr", "fortran_order", "shape"],
            case .bool(let isFortran)? = fields["fortran_order"],
            case .tuple(let sizes)? = fields["shape"], let descriptor = fields["descr"]
        else {
            throw FormatFault.invalid("it is damaged: its header does not tell the type, the order and the shape")
        }
        guard case .string(let name) = descriptor else {
            throw FormatFault.unsupported("it holds records of several fields, and plain numbers are read")
        }
        let (dtype, order) = try NPYHeader.type(name)
        self.init(
            dtype: dtype, order: NPYHeader.unit(of: dtype) > 1 ? order : .machine, isFortran: isFortran, shape: sizes)
    }

    /// The type that NumPy calls by a name such as `<f4`, and the order of its bytes.
    private static func type(_ name: String) throws -> (DType, ByteOrder) {
        guard let order = name.first, let type = types[String(name.dropFirst())], "<>|=".contains(order) else {
            let reason =
                name.hasSuffix("O")
                ? "it holds Python objects (a pickle, which is a program), and plain numbers are read"
                : "its elements have the type '\(name.shortened)', which is no type of numbers that libtorch has"
            throw FormatFault.unsupported(reason)
        }
        return (type, order == ">" ? .bigEndian : order == "<" ? .littleEndian : .machine)
    }

    private static let types: [String: DType] = [
        "b1": .bool, "i1": .int8, "i2": .int16, "i4": .int32, "i8": .int64, "u1": .uint8, "u2": .uint16,
        "u4": .uint32, "u8": .uint64, "f2": .float16, "f4": .float32, "f8": .float64, "c8": .complex64,
        "c16": .complex128,
    ]

    /// The number of bytes whose order may differ: that of half an element for complex numbers.
    static func unit(of dtype: DType) -> Int {
        (dtype.byteCount ?? 1) / (dtype.isComplex ? 2 : 1)
    }

    /// The bytes of a header as NumPy writes it, which end at a multiple of 64.
    ///
    /// - Returns: `nil` for a type that NumPy does not have.
    var bytes: [UInt8]? {
        guard let name = NPYHeader.types.first(where: { $0.value == dtype })?.key else { return nil }
        let order = NPYHeader.unit(of: dtype) == 1 ? "|" : ByteOrder.machine == .bigEndian ? ">" : "<"
        let sizes = shape.map { "\($0)" }.joined(separator: ", ") + (shape.count == 1 ? "," : "")
        var text = Array(
            "{'descr': '\(order)\(name)', 'fortran_order': \(isFortran ? "True" : "False"), 'shape': (\(sizes)), }".utf8
        )
        // A header with more than 1,000 dimensions does not fit 16 bits.
        let isLong = text.count > 65_000
        let prefix = NPYHeader.magic.count + (isLong ? 6 : 4)
        let padding = 63 - (prefix + text.count) % 64
        text += [UInt8](repeating: UInt8(ascii: " "), count: padding) + [UInt8(ascii: "\n")]
        let length = (0..<(isLong ? 4 : 2)).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
        return NPYHeader.magic + [isLong ? 2 : 1, 0] + length + text
    }
}

/// Reads the literals of Python that the header of an array is made of.
private struct PythonLiteral {
    enum Value {
        case bool(Bool)
        case string(String)
        case tuple([Int])
        /// The fields of a record.
        case list
    }

    private let text: [UInt8]
    private var position = 0

    init(_ text: [UInt8]) {
        self.text = text
    }

    mutating func dictionary() throws -> [String: Value] {
        var fields: [String: Value] = [:]
        try require("{")
        while !take("}") {
            guard case .string(let key) = try value() else { throw fault() }
            try require(":")
            guard fields.updateValue(try value(), forKey: key) == nil else { throw fault() }
            guard take(",") else {
                try require("}")
                break
            }
        }
        skipSpace()
        guard position == text.count else { throw fault() }
        return fields
    }

    private mutating func value() throws -> Value {
        skipSpace()
        guard position < text.count else { throw fault() }
        switch text[position] {
        case UInt8(ascii: "'"), UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "("): return .tuple(try tuple())
        case UInt8(ascii: "["):
            throw FormatFault.unsupported("it holds records of several fields, and plain numbers are read")
        default:
            for (word, value) in [("True", true), ("False", false)] where text[position...].starts(with: word.utf8) {
                position += word.utf8.count
                return .bool(value)
            }
            throw fault()
        }
    }

    private mutating func string() throws -> String {
        let quote = text[position]
        guard let end = text[(position + 1)...].firstIndex(of: quote) else { throw fault() }
        let bytes = text[(position + 1)..<end]
        guard !bytes.contains(UInt8(ascii: "\\")), let string = String(validating: bytes, as: UTF8.self) else {
            throw fault()
        }
        position = end + 1
        return string
    }

    private mutating func tuple() throws -> [Int] {
        try require("(")
        var numbers: [Int] = []
        while !take(")") {
            skipSpace()
            let end = text[position...].firstIndex { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard let end, end > position, let number = Int(String(decoding: text[position..<end], as: UTF8.self))
            else {
                throw fault()
            }
            position = end
            // Python 2 wrote long integers this way.
            _ = take("L")
            numbers.append(number)
            guard take(",") else {
                try require(")")
                break
            }
        }
        return numbers
    }

    private mutating func skipSpace() {
        while position < text.count, [0x20, 0x0A, 0x09, 0x0D].contains(text[position]) { position += 1 }
    }

    /// Skips a character if it comes next.
    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard position < text.count, text[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func require(_ character: Unicode.Scalar) throws {
        guard take(character) else { throw fault() }
    }

    private func fault() -> FormatFault {
        .invalid("it is damaged: its header makes no sense at its byte \(position)")
    }
}
