import Torch

/// The beginning of a safetensors file: each tensor's name, type, shape and place, and the metadata.
///
/// The file is the header's size (8 bytes, the lowest first), the header as JSON, and the tensors' bytes in one piece
/// without gaps, little-endian and in C order.
struct SafetensorsHeader: Sendable {
    struct Entry: Sendable {
        let name: String
        let dtype: DType
        let shape: [Int]
        /// The place of the bytes, counted from the beginning of the data.
        let range: Range<Int>
    }

    /// The tensors, in the order in which their bytes lie.
    let entries: [Entry]
    let metadata: [String: String]
    /// The offset of the data in the file.
    let dataOffset: Int

    /// The most bytes that a header may have, as in the reference implementation.
    static let greatestSize = 100_000_000
    /// The key of the metadata, which no tensor can have.
    static let metadataKey = "__metadata__"

    /// - Throws: for everything that the reference implementation refuses, and for a name that occurs twice.
    init(_ file: FileSource) throws {
        guard file.size >= 8 else {
            throw FormatError("it is not a safetensors file: it has \(file.size) bytes, which is too few")
        }
        let size = try file.read(at: 0, count: 8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard size <= UInt64(SafetensorsHeader.greatestSize), size <= UInt64(file.size - 8) else {
            throw FormatError(
                "it is not a safetensors file, or damaged: its header would have \(size) bytes, and it has \(file.size)"
            )
        }
        dataOffset = 8 + Int(size)
        let bytes = try file.read(at: 8, count: Int(size))
        guard bytes.first == UInt8(ascii: "{"), case .object(let members) = try JSONReader.read(bytes) else {
            throw FormatError("it is not a safetensors file: its header is no JSON object")
        }

        var metadata: [String: String] = [:]
        var entries: [Entry] = []
        for member in members {
            if member.key == SafetensorsHeader.metadataKey {
                metadata = try SafetensorsHeader.metadata(member.value)
            } else {
                entries.append(try Entry(member))
            }
        }
        self.metadata = metadata
        self.entries = entries.enumerated().sorted { left, right in
            let (first, second) = (left.element.range, right.element.range)
            return (first.lowerBound, first.upperBound, left.offset) < (
                second.lowerBound, second.upperBound, right.offset
            )
        }.map(\.element)
        try requireContiguous(dataSize: file.size - dataOffset)
    }

    private static func metadata(_ value: JSONValue) throws -> [String: String] {
        if case .null = value { return [:] }
        guard case .object(let members) = value else { throw FormatError("it is damaged: its metadata is no object") }
        var metadata: [String: String] = [:]
        for member in members {
            guard case .string(let text) = member.value else {
                throw FormatError("it is damaged: '\(member.key.shortened)' in its metadata is no text")
            }
            metadata[member.key] = text
        }
        return metadata
    }

    /// Throws unless every byte of the data belongs to exactly one tensor.
    private func requireContiguous(dataSize: Int) throws {
        var end = 0
        for entry in entries {
            guard entry.range.lowerBound == end else {
                throw FormatError(
                    "it is damaged: the tensor '\(entry.name.shortened)' begins at byte \(entry.range.lowerBound) of the "
                        + "data, and the one before it ends at \(end)")
            }
            end = entry.range.upperBound
        }
        guard end == dataSize else {
            throw FormatError(
                "it is damaged or incomplete: its tensors take \(end) bytes, and it has \(dataSize) of them")
        }
    }
}

extension SafetensorsHeader.Entry {
    fileprivate init(_ member: JSONValue.Member) throws {
        name = member.key
        let damage = FormatError(
            "it is damaged: the tensor '\(member.key.shortened)' has no proper type, shape and offsets")
        guard case .object(let fields) = member.value else { throw damage }
        let values = Dictionary(fields.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        guard case .string(let typeName) = values["dtype"], let shape = values["shape"]?.sizes,
            let offsets = values["data_offsets"]?.sizes, offsets.count == 2, offsets[0] <= offsets[1]
        else { throw damage }
        guard let dtype = DType(safetensorsName: typeName) else {
            throw FormatError(
                "the tensor '\(name.shortened)' has elements of the type \(typeName.shortened), which is not read",
                .unsupported)
        }
        self.dtype = dtype
        self.shape = shape
        range = offsets[0]..<offsets[1]
        guard try TensorGeometry(contiguous: shape).byteCount(of: dtype) == range.count else {
            throw FormatError(
                "it is damaged: the tensor '\(name.shortened)' has the type \(typeName) and the shape "
                    + "\(String(describing: shape).shortened), and \(range.count) bytes")
        }
    }
}

extension JSONValue {
    /// The numbers of a list, none of which is negative.
    fileprivate var sizes: [Int]? {
        guard case .array(let elements) = self else { return nil }
        var sizes: [Int] = []
        for element in elements {
            guard case .int(let size) = element, size >= 0 else { return nil }
            sizes.append(size)
        }
        return sizes
    }
}

extension DType {
    /// The types that safetensors names, in the order in which the reference implementation writes tensors: those with
    /// the largest elements first, so that each begins at a multiple of its elements' size.
    private static let safetensorsNames: [(dtype: DType, name: String)] = [
        (.uint64, "U64"), (.int64, "I64"), (.float64, "F64"), (.complex64, "C64"), (.float32, "F32"), (.uint32, "U32"),
        (.int32, "I32"), (.bfloat16, "BF16"), (.float16, "F16"), (.uint16, "U16"), (.int16, "I16"),
        (.float8e5m2fnuz, "F8_E5M2FNUZ"), (.float8e4m3fnuz, "F8_E4M3FNUZ"), (.float8e8m0fnu, "F8_E8M0"),
        (.float8e4m3fn, "F8_E4M3"), (.float8e5m2, "F8_E5M2"), (.int8, "I8"), (.uint8, "U8"), (.bool, "BOOL"),
    ]
    private static let dtypesByName = Dictionary(uniqueKeysWithValues: safetensorsNames.map { ($0.name, $0.dtype) })
    private static let ranks = Dictionary(
        uniqueKeysWithValues: safetensorsNames.enumerated().map { ($1.dtype, (rank: $0, name: $1.name)) })

    /// The type that a header names; `nil` for any other text.
    init?(safetensorsName: String) {
        guard let dtype = DType.dtypesByName[safetensorsName] else { return nil }
        self = dtype
    }

    /// The name in a header, and the rank of tensors of the type among others; `nil` for a type that cannot be written.
    var safetensors: (rank: Int, name: String)? {
        DType.ranks[self]
    }
}
