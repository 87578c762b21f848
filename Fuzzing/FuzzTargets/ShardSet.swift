import Foundation
import Torch
import TorchSerialization

/// Several safetensors files and their index, in one piece of bytes: the index, and behind each marker the contents of
/// a file, `a` and `b`. Those that are left out are two that fit each other.
struct ShardSet {
    /// In no text, and unlikely in a tensor.
    static let marker: [UInt8] = [0xFF] + "FILE".utf8 + [0xFF]
    static let fileNames = ["a", "b"]

    private var parts: [[UInt8]] = []

    init(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while parts.count < ShardSet.fileNames.count, let range = rest.firstRange(of: ShardSet.marker) {
            parts.append(Array(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        parts.append(Array(rest))
        parts += ShardSet.usual.dropFirst(parts.count - 1)
    }

    /// Writes the files, and gives the URL of the index.
    func write(_ folder: ScratchFolder) throws -> URL {
        for (name, contents) in zip(ShardSet.fileNames, parts.dropFirst()) { _ = try folder.write(contents, to: name) }
        return try folder.write(parts[0], to: "model.safetensors.index.json")
    }

    /// `a` with the tensors x (two numbers) and y (none), and `b` with z (one).
    private static let usual = [
        file(
            #"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"I64","shape":[0],"#
                + #""data_offsets":[8,8]}}"#, dataSize: 8),
        file(#"{"z":{"dtype":"U8","shape":[1,1],"data_offsets":[0,1]}}"#, dataSize: 1),
    ]

    private static func file(_ header: String, dataSize: Int) -> [UInt8] {
        let header = Array(header.utf8)
        return (0..<8).map { UInt8(truncatingIfNeeded: header.count >> ($0 * 8)) } + header
            + Array(repeating: 1, count: dataSize)
    }
}
