import Foundation
import Testing
import Torch

@testable import TorchSerialization

/// Damaged files: each ends in a `TorchFileError` or in tensors of the file's own bytes.
@Suite("Damaged files of safetensors")
struct HostileSafetensorsTests {
    /// Loads a damaged file in both ways; returns nothing if it is refused.
    private func load(_ bytes: Data, _ file: URL) throws -> StateDict? {
        try? FileManager.default.removeItem(at: file)
        try bytes.write(to: file)
        do {
            let opened = try OpenSafetensorsFile(file)
            for name in opened.names { _ = try opened.mappedTensor(name).bytes }
            return try opened.load()
        } catch let error as TorchFileError {
            #expect(error.path == file.path && !error.reason.isEmpty)
            return nil
        }
    }

    @Test(
        "a file that is cut at any byte, or has more, is an error",
        arguments: ["types", "shapes", "only-text", "model-00001-of-00002"])
    func truncation(name: String) throws {
        let original = try Data(contentsOf: safetensorsFixture("\(name).safetensors"))
        try withFolder { folder in
            let file = folder.appending(path: "short.safetensors")
            for length in 0..<original.count {
                let state = try load(original.prefix(length), file)
                #expect(state == nil, "\(length) bytes")
            }
            let state = try load(original + [0], file)
            #expect(state == nil)
        }
    }

    @Test(
        "any byte of the header changed is an error, or leaves tensors that fit the file",
        arguments: ["shapes", "only-text", "model-00001-of-00002"])
    func changes(name: String) throws {
        let original = try Data(contentsOf: safetensorsFixture("\(name).safetensors"))
        let headerSize = try SafetensorsHeader(FileSource(Array(original))).dataOffset
        try withFolder { folder in
            let file = folder.appending(path: "damaged.safetensors")
            for position in 0..<headerSize {
                for change in [original[position] ^ (1 << (position % 8)), UInt8(ascii: "9"), UInt8(ascii: "\""), 0xFF]
                {
                    var copy = original
                    copy[position] = change
                    let state = try load(copy, file)
                    let bytes = try state?.reduce(0) { sum, entry in
                        guard case .tensor(let tensor) = entry.value else { return sum }
                        return try sum + tensor.bytes.count
                    }
                    #expect(bytes == nil || bytes == original.count - headerSize, "byte \(position)")
                }
            }
        }
    }

    @Test("a header that claims any size is an error that takes no memory")
    func claims() throws {
        try withFolder { folder in
            let file = folder.appending(path: "claims.safetensors")
            for bit in 0..<64 {
                let size = UInt64(1) << bit
                var bytes = Data((0..<8).map { UInt8(truncatingIfNeeded: size >> ($0 * 8)) })
                bytes += Data("{}".utf8)
                let state = try load(bytes, file)
                // Two is the truth.
                #expect((state != nil) == (bit == 1))
            }
        }
    }
}
