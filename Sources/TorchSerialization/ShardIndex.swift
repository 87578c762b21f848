import Foundation

/// The index of tensors that lie in several safetensors files, as Hugging Face's libraries write it: a JSON object with the
/// file of each tensor (`weight_map`) and the size of all (`metadata.total_size`).
struct ShardIndex: Sendable {
    /// The tensors' names and files, in order.
    let files: [(name: String, file: String)]
    /// The bytes of all tensors; nil where the index does not say. Some libraries write it as a real number.
    let totalSize: Double?

    static let suffix = ".safetensors.index.json"

    /// - Throws: for a file that is no index, or names a file outside of the index's own folder.
    init(_ source: FileSource) throws {
        guard source.size <= SafetensorsHeader.greatestSize else {
            throw FormatError(
                "it is too large for an index of tensors: it has \(source.size) bytes, and "
                    + "\(SafetensorsHeader.greatestSize) are read")
        }
        let bytes = try source.read(at: 0, count: source.size)
        let index = try JSONReader.read(bytes)
        guard case .object(let map) = index.member("weight_map") else {
            throw FormatError("it is not an index of tensors: it has no 'weight_map'")
        }
        files = try map.map { member in
            guard case .string(let file) = member.value else {
                throw FormatError("it is damaged: the tensor '\(member.key.shortened)' has no file")
            }
            try ShardIndex.requireInnerFile(file)
            return (member.key, file)
        }
        switch index.member("metadata")?.member("total_size") {
        case nil, .null: totalSize = nil
        case .integer(let size): totalSize = Double(size)
        case .number(let text): totalSize = Double(text)
        default: throw FormatError("it is damaged: its 'total_size' is no number")
        }
    }

    /// Only files beside the index are opened, whatever it says.
    private static func requireInnerFile(_ file: String) throws {
        guard !file.isEmpty, file != ".", file != "..",
            !file.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == 0 })
        else { throw FormatError("it names the file '\(file.shortened)', which does not lie beside it") }
    }

    /// An index as it is written.
    static func bytes(files: [(name: String, file: String)], totalSize: Int) -> [UInt8] {
        let metadata = JSONValue.object([JSONValue.Member(key: "total_size", value: .integer(totalSize))])
        let map = JSONValue.object(files.map { JSONValue.Member(key: $0.name, value: .string($0.file)) })
        return JSONWriter.write(
            .object([
                JSONValue.Member(key: "metadata", value: metadata), JSONValue.Member(key: "weight_map", value: map),
            ]))
    }
}

extension JSONValue {
    /// The value of an object's key; nil where this is no object or has none.
    fileprivate func member(_ key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }
}
