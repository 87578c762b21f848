import Torch

/// What stands at the beginning of a safetensors file: each tensor's name, type, shape and place, and the metadata.
///
/// The file is the header's size (8 bytes, the lowest first), the header as JSON, and the tensors' bytes in one piece
/// without gaps, little-endian and in C order.
struct SafetensorsHeader: Sendable {
    struct Entry: Sendable {
        let name: String
        let dtype: DType
        let shape: [Int]
        /// Where the bytes lie, from the beginning of the data.
        let range: Range<Int>
    }

    /// The tensors, in the order in which their bytes lie.
    let entries: [Entry]
    let metadata: [String: String]
    /// Where the data begins in the file.
    let dataOffset: Int

    /// The most bytes of a header, in the reference implementation too.
    static let greatestSize = 100_000_000
    /// The key of the metadata, which no tensor can have.
    static let metadataKey = "__metadata__"

    /// - Throws: for what the reference implementation refuses, and for a name that comes twice.
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

    /// Every byte of the data belongs to one tensor.
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
    /// A list of numbers from zero on.
    fileprivate var sizes: [Int]? {
        guard case .array(let elements) = self else { return nil }
        var sizes: [Int] = []
        for element in elements {
            guard case .integer(let size) = element, size >= 0 else { return nil }
            sizes.append(size)
        }
        return sizes
    }
}
