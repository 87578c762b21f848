import Helios
import Torch

/// Where a sample is: its shard, and the places of its files there.
///
/// If the shard is packed by gzip, and so can only be read in order, it holds the contents as well.
public struct TarReference: StreamElement {
    /// A file of the sample.
    struct Field: Sendable, Equatable {
        let name: String
        let offset: Int
        let size: Int
        /// The contents, if the shard is packed.
        let bytes: [UInt8]?
    }

    /// The number of the shard in the list of all.
    let shard: Int
    /// The name of the shard's file.
    let shardName: String
    /// What the names of the sample's files begin with.
    public let key: String
    let fields: [Field]
    /// Whether it comes from a checkpoint, so that another file may have taken the place of the shard.
    let isRestored: Bool

    init(shard: Int, shardName: String, key: String, fields: [Field]) {
        self.shard = shard
        self.shardName = shardName
        self.key = key
        self.fields = fields
        isRestored = false
    }

    public func stateDict() throws -> StateDict {
        var state = StateDict()
        state["shard"] = .int(shard)
        state["shard_name"] = .string(shardName)
        state["key"] = .string(key)
        state["fields"] = .list(
            fields.map { field in
                let contents = field.bytes.map { StateValue.bytes($0) }
                return .list(
                    [.string(field.name), .int(field.offset), .int(field.size)] + (contents.map { [$0] } ?? []))
            })
        return state
    }

    public init(_ state: StateDict) throws {
        shard = try state.int("shard")
        shardName = try state.string("shard_name")
        key = try state.string("key")
        fields = try state.list("fields").map { value in
            guard let parts = value.list, parts.count >= 3, let name = parts[0].string, let offset = parts[1].int,
                let size = parts[2].int, offset >= 0, size >= 0
            else { throw StateDictError("a file of the sample '\(try state.string("key"))' has no name and place") }
            var bytes: [UInt8]?
            if parts.count > 3, case .bytes(let contents) = parts[3], contents.count == size { bytes = contents }
            return Field(name: name, offset: offset, size: size, bytes: bytes)
        }
        isRestored = true
    }
}

extension TarReference.Field {
    /// Whether a header is this file's, as far as it says: one has no room for a long name or size, and none for most
    /// characters.
    func fits(_ header: TarHeader, key: String) -> Bool {
        let name = Array("\(key).\(self.name)".utf8)
        let hasWholeName = name.count < 100 && name.allSatisfy { $0 < 0x80 }
        return header.kind == .file && (header.size == size || size >= 1 << 33)
            && (!hasWholeName || header.name == name)
    }
}
