import Foundation

/// The index of tensors in several safetensors files, as Hugging Face's libraries write it: a JSON object with the file
/// of each tensor (`weight_map`) and the size of all (`metadata.total_size`).
struct ShardIndex: Sendable {
    /// The tensors' names and files, in order.
    let files: [(name: String, file: String)]
    /// The bytes of all tensors; `nil` if the index does not say. Some libraries write it as a real number.
    let totalSize: Double?
    /// The texts among the index's own metadata; anything else there is omitted.
    let metadata: [String: String]

    static let suffix = ".safetensors.index.json"

    /// - Throws: if the file is not an index, or names a file outside of the index's own folder.
    init(_ source: FileSource) throws {
        guard source.size <= SafetensorsHeader.greatestSize else {
            throw FormatError(
                "it is too large for an index of tensors: it has \(source.size) bytes, and "
                    + "\(SafetensorsHeader.greatestSize) are read")
        }
        let bytes = try source.read(at: 0, count: source.size)
        let index = try JSONReader.read(bytes)
        guard case .object(let map) = index["weight_map"] else {
            throw FormatError("it is not an index of tensors: it has no 'weight_map'")
        }
        var spellings: [String: String] = [:]
        files = try map.map { member in
            guard case .string(let file) = member.value else {
                throw FormatError("it is damaged: the tensor '\(member.key.shortened)' has no file")
            }
            try ShardIndex.requireInnerFile(file)
            // Names that are equal in Swift ("é" as one scalar and as two) may be two files on the disk.
            guard spellings[file, default: file].utf8.elementsEqual(file.utf8) else {
                throw FormatError("it is damaged: it writes the name of the file '\(file.shortened)' in two ways")
            }
            spellings[file] = file
            return (member.key, file)
        }
        metadata = ShardIndex.texts(index["metadata"])
        switch index["metadata"]?[ShardIndex.totalSizeKey] {
        case nil, .null: totalSize = nil
        case .int(let size): totalSize = Double(size)
        case .double(let size): totalSize = size
        default: throw FormatError("it is damaged: its 'total_size' is no number")
        }
    }

    private static let totalSizeKey = "total_size"

    private static func texts(_ metadata: JSONValue?) -> [String: String] {
        guard case .object(let members) = metadata else { return [:] }
        var texts: [String: String] = [:]
        for member in members {
            if case .string(let text) = member.value { texts[member.key] = text }
        }
        return texts
    }

    /// The names of the files, each once, in the order in which the index first names them.
    var fileNames: [String] {
        var seen: Set<String> = []
        return files.map(\.file).filter { seen.insert($0).inserted }
    }

    /// Returns the path of a file that an index names.
    static func path(of file: String, besideIndex index: String) -> String {
        let folder = SystemPath.folder(of: index)
        return folder.isEmpty ? file : "\(folder)/\(file)"
    }

    /// Throws unless a file is in the folder of the index, since no others are opened.
    private static func requireInnerFile(_ file: String) throws {
        guard !file.isEmpty, file != ".", file != "..",
            !file.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == 0 })
        else { throw FormatError("it names the file '\(file.shortened)', which does not lie beside it") }
    }

    /// Returns the bytes of an index.
    ///
    /// - Throws: if the index could not be read again.
    static func bytes(
        files: [(name: String, file: String)], totalSize: Int, metadata: [String: String] = [:]
    ) throws -> [UInt8] {
        guard metadata[totalSizeKey] == nil else {
            throw FormatError("cannot be written: '\(totalSizeKey)' in an index's metadata is not free")
        }
        let texts = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        let members = texts.map { JSONValue.Member($0.key, .string($0.value)) }
        let bytes = JSONWriter.write([
            "metadata": .object([JSONValue.Member(totalSizeKey, .int(totalSize))] + members),
            "weight_map": .object(files.map { JSONValue.Member($0.name, .string($0.file)) }),
        ])
        guard bytes.count <= SafetensorsHeader.greatestSize else {
            throw FormatError(
                "cannot be written: it would have \(bytes.count) bytes, and \(SafetensorsHeader.greatestSize) are read")
        }
        return bytes
    }
}
