import Foundation
import Helios
import Torch
import TorchSerialization

/// Runs through the samples of shards in an order.
final class TarElementReader: ElementReader {
    private let files: ShardFiles
    private let order: [Int]
    /// Where the current shard is in the order; the count of shards at the end.
    private var place = 0
    private var reader: TarReader?
    /// A file that was read and belongs to the next sample.
    private var pending: TarReader.Entry?
    /// The contents of `pending` in a shard that is packed.
    private var pendingBytes: [UInt8]?
    /// Where the next sample begins in its shard.
    private var start = 0

    /// - Parameter position: as `position()` returned it; `nil` for the start.
    init(_ files: ShardFiles, order: [Int], from position: StateDict?) throws {
        self.files = files
        self.order = order
        guard let position else { return }
        place = try position.int("place")
        start = try position.int("offset")
        let count = try position.int("shards")
        guard count == order.count, 0...order.count ~= place, start >= 0, start.isMultiple(of: TarHeader.size) else {
            throw DataError(
                "a position in \(count) shards does not fit: there are \(order.count). Resume with the same shards")
        }
        guard place < order.count else { return }
        let name = try position.string("shard")
        let url = files.urls[order[place]]
        guard url.lastPathComponent == name else {
            throw DataError(
                "the position is in the shard '\(name.shortened)', and '\(url.lastPathComponent)' is in its place: resume "
                    + "with the same shards in the same order")
        }
        if start > 0 { try resume(at: position["next"]?.string) }
    }

    /// Opens the shard in which a training continues, and looks whether what is there is what was there.
    ///
    /// - Parameter name: the file that came next; `nil` if the shard had no other.
    private func resume(at name: String?) throws {
        let file = try files.file(order[place])
        func changed(_ what: String) -> DataFileError {
            file.fault(
                "the checkpoint continues here, and this is not the shard that it was made with: \(what). Resume with the "
                    + "same shards", at: .byte(start))
        }
        let reader = try TarReader(file, at: start)
        self.reader = reader
        let found: (TarReader.Entry, [UInt8]?)?
        do {
            found = try nextEntry(reader)
        } catch let error as DataFileError where error.kind != .access {
            throw changed(error.reason)
        }
        guard found.map({ Array($0.0.name.utf8) }) == name.map({ Array($0.utf8) }) else {
            func text(_ name: String?) -> String { name.map { "'\($0.shortened)'" } ?? "the end" }
            throw changed("it has \(text(found?.0.name)) in the place of \(text(name))")
        }
        if let found { (pending, pendingBytes) = found }
    }

    func position() throws -> StateDict {
        var state = StateDict()
        state["shards"] = .int(order.count)
        state["place"] = .int(place)
        state["offset"] = .int(start)
        if place < order.count { state["shard"] = .string(files.urls[order[place]].lastPathComponent) }
        if let pending { state["next"] = .string(pending.name) }
        return state
    }

    func next() throws -> TarReference? {
        while place < order.count {
            let reader = try reader ?? TarReader(files.file(order[place]), at: start)
            self.reader = reader
            if let sample = try nextSample(reader) { return sample }
            self.reader = nil
            (place, start) = (place + 1, 0)
        }
        return nil
    }

    /// The next sample of the current shard; `nil` at its end.
    private func nextSample(_ reader: TarReader) throws -> TarReference? {
        var key: String?
        var fields: [TarReference.Field] = []
        while let (entry, bytes) = try nextEntry(reader) {
            guard let parts = TarSample.parts(of: entry.name) else { continue }
            if let key, Array(key.utf8) != Array(parts.key.utf8) {
                (pending, pendingBytes, start) = (entry, bytes, entry.start)
                return reference(key, fields)
            }
            guard !fields.contains(where: { $0.name == parts.field }) else {
                throw DataFileError(
                    path: files.urls[order[place]].path, place: .byte(entry.start),
                    reason: "the sample '\(parts.key.shortened)' has two files '\(parts.field.shortened)'")
            }
            key = parts.key
            fields.append(TarReference.Field(name: parts.field, offset: entry.offset, size: entry.size, bytes: bytes))
        }
        guard let key else { return nil }
        start = reader.position
        return reference(key, fields)
    }

    private func reference(_ key: String, _ fields: [TarReference.Field]) -> TarReference {
        let shard = order[place]
        return TarReference(shard: shard, shardName: files.urls[shard].lastPathComponent, key: key, fields: fields)
    }

    private func nextEntry(_ reader: TarReader) throws -> (TarReader.Entry, [UInt8]?)? {
        if let entry = pending {
            defer { (pending, pendingBytes) = (nil, nil) }
            return (entry, pendingBytes)
        }
        guard let entry = try reader.next() else { return nil }
        return (entry, reader.isPacked ? try reader.contents(of: entry) : nil)
    }
}
