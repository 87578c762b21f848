import Torch

/// A file as PyTorch wrote it before 1.6, and still does with `_use_new_zipfile_serialization=False`: pickles of a
/// magic number, the format's version, the machine, the value and the storages' keys, followed by the storages.
///
/// Each storage is its number of elements in eight bytes and the elements; the lowest byte comes first on every
/// machine.
struct LegacyFile {
    let graph: PickleGraph
    let storages: LegacyStorages

    private static let magic = BigInteger(bytes: [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19])
    private static let version = 1001

    /// Whether the file begins as a pickle of protocol 2 or later does.
    static func isRecognized(_ file: FileSource) throws -> Bool {
        try file.read(at: 0, count: min(1, file.size)) == [PickleOpcode.protocolVersion.rawValue]
    }

    init(_ file: FileSource) throws {
        var input = PickleInput(file)
        let start = try PickleReader.read(&input)
        guard case .bigInteger(LegacyFile.magic) = start.nodes[start.root] else {
            throw FormatError("it is a pickle, but not one of torch.save", .unsupported)
        }
        let version = try PickleReader.read(&input)
        guard case .int(LegacyFile.version) = version.nodes[version.root] else {
            throw FormatError(
                "it is of another version of PyTorch's old format than \(LegacyFile.version)", .unsupported)
        }
        // These describe the machine that wrote the file, on which nothing depends.
        _ = try PickleReader.read(&input)
        graph = try PickleReader.read(&input)

        let keys = try PickleReader.read(&input)
        guard case .list(let elements) = keys.nodes[keys.root] else {
            throw input.damage("the keys of the storages are no list")
        }
        let sizes = Dictionary(
            graph.storages.filter { $0.contents == nil }.map { ($0.key, $0) }
        ) { first, _ in first }
        var places: [String: Range<Int>] = [:]
        var offset = input.offset
        for element in elements {
            guard case .string(let key) = keys.nodes[element], let storage = sizes[key], places[key] == nil else {
                throw input.damage("the keys of the storages are not those of the tensors")
            }
            let count = try file.read(at: offset, count: 8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard count == storage.byteCount / storage.type.elementSize, storage.byteCount <= file.size - offset - 8
            else {
                throw FormatError(
                    "it is damaged: the storage \(key.shortened) has \(count) elements, and \(storage.byteCount) bytes "
                        + "are expected")
            }
            places[key] = offset + 8..<offset + 8 + storage.byteCount
            offset += 8 + storage.byteCount
        }
        storages = LegacyStorages(file: file, places: places)
    }
}

/// The storages at the end of a file.
struct LegacyStorages: StorageSource {
    fileprivate let file: FileSource
    fileprivate let places: [String: Range<Int>]

    var fileSize: Int { file.size }
    let isBigEndian = false

    func storageSize(_ key: String) throws -> Int {
        try place(key).count
    }

    func readStorage(_ key: String, at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        let place = try place(key)
        guard offset >= 0, offset <= place.count, buffer.count <= place.count - offset else {
            throw FormatError("it is damaged: a tensor reaches outside the storage \(key.shortened)")
        }
        try file.read(at: place.lowerBound + offset, into: buffer)
    }

    func checkStorage(_ key: String) {}

    private func place(_ key: String) throws -> Range<Int> {
        guard let place = places[key] else {
            throw FormatError("it is incomplete: the storage \(key.shortened) is missing")
        }
        return place
    }
}
