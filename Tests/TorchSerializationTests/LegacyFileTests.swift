import Foundation
import TestSupport
import Testing
import Torch

@testable import TorchSerialization

@Suite("Files from before PyTorch 1.6")
struct LegacyFileTests {
    private static let magic =
        Array("\u{80}\u{2}".unicodeScalars.map { UInt8($0.value) })
        + [0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
    private static let version: [UInt8] = [0x80, 2, 0x4D, 0xE9, 3, 0x2E]
    private static let system: [UInt8] = [0x80, 2, 0x7D, 0x2E]

    /// Loads a file of several parts.
    private func load(_ parts: [UInt8]...) throws -> StateValue {
        try withFolder { folder in
            let file = folder.appending(path: "old.pth")
            try Data(parts.flatMap { $0 }).write(to: file)
            return try TorchFile.load(file)
        }
    }

    /// A tensor of four numbers in a storage with the key "0", or in a part of it.
    private func pickle(view: [Int]? = nil, count: Int = 4, shape: [Int] = [4], offset: Int = 0) throws -> [UInt8] {
        var writer = PickleWriter()
        try writer.call(.rebuildTensorV2, count: 6) { writer in
            writer.write(.mark)
            try writer.write("storage")
            try writer.write(StorageType(for: .uint8).global)
            try writer.write("0")
            try writer.write("cuda:0")
            writer.write(count)
            if let view {
                writer.write(.mark)
                try writer.write("view")
                for number in view { writer.write(number) }
                writer.write(.tuple)
            } else {
                writer.write(PickleOpcode.none)
            }
            writer.write(.tuple)
            writer.write(.binaryPersistentID)
            writer.write(offset)
            writer.write(tuple: shape)
            writer.write(tuple: shape.map { _ in 1 })
            writer.write(false)
            writer.write(PickleOpcode.none)
        }
        writer.write(.stop)
        return writer.bytes
    }

    private func keys(_ keys: String...) throws -> [UInt8] {
        var writer = PickleWriter()
        writer.write(.emptyList)
        writer.write(.mark)
        for key in keys { try writer.write(key) }
        writer.write(.appends)
        writer.write(.stop)
        return writer.bytes
    }

    private func storage(_ bytes: [UInt8], count: Int? = nil) -> [UInt8] {
        withUnsafeBytes(of: UInt64(count ?? bytes.count).littleEndian) { Array($0) } + bytes
    }

    private func text(_ pickle: [UInt8], _ keys: [UInt8], _ storages: [UInt8]...) throws -> String {
        try StateText.of(load(Self.magic, Self.version, Self.system, pickle, keys, storages.flatMap { $0 }))
    }

    @Test("a tensor lies in the storage behind the pickles")
    func contents() throws {
        #expect(try text(pickle(), keys("0"), storage([1, 2, 3, 4])) == "uint8[4]/[1]@0+0=01020304")
        #expect(try text([0x80, 2, 0x4E, 0x2E], [0x80, 2, 0x5D, 0x2E]) == "none")
    }

    @Test("a part of a storage, as PyTorch before 0.4 wrote it, lies inside it")
    func views() throws {
        let storage = storage([1, 2, 3, 4])
        #expect(try text(pickle(view: [1, 3], shape: [2]), keys("0"), storage) == "uint8[2]/[1]@0+1=0203")
        #expect(try text(pickle(view: [1, 3], shape: [2], offset: 1), keys("0"), storage) == "uint8[2]/[1]@0+2=0304")
        let wrong: [([Int], [Int], Int)] = [
            ([1, 4], [1], 0), ([5, 0], [0], 0), ([-1, 2], [1], 0), ([0, -1], [1], 0), ([1, 2], [3], 0),
            ([1, 2], [2], 1),
            ([.max, 1], [1], 0), ([1, .max], [1], 0), ([0], [1], 0), ([1, 2], [0], .max), ([1, 2], [0, .max], .max),
        ]
        for (view, shape, offset) in wrong {
            let reason = reason {
                _ = try text(pickle(view: view, shape: shape, offset: offset), keys("0"), storage)
            }
            #expect(reason.contains("damaged"), "\(view) \(shape) \(offset): \(reason)")
        }
    }

    @Test("what does not begin as such a file is an error that says so")
    func otherPickles() throws {
        #expect(reason { _ = try load([0x80, 2, 0x4E, 0x2E]) } == "it is a pickle, but not one of torch.save")
        #expect(
            reason { _ = try load(Self.magic, [0x80, 2, 0x4B, 1, 0x2E]) }
                == "it is of another version of PyTorch's old format than 1001")
        #expect(reason { _ = try load(Self.magic) }.contains("ends too early"))
        let attack = Array("cos\nsystem\n)R.".utf8)
        #expect(reason { _ = try load([0x80, 2], attack) }.hasPrefix("os.system is not data"))
        #expect(reason { _ = try load(Self.magic, Self.version, attack) }.hasPrefix("os.system is not data"))
        #expect(
            reason { _ = try load(Self.magic, Self.version, Self.system, attack) }.hasPrefix("os.system is not data"))
    }

    @Test("a tar archive is an error that says what to do")
    func tar() {
        var header = [UInt8](repeating: 0, count: 512)
        header.replaceSubrange(257..<262, with: Array("ustar".utf8))
        #expect(reason { _ = try load(header) }.hasPrefix("it is a tar archive, as PyTorch before 0.2 wrote it"))
    }

    @Test("storages that are missing, unknown, doubled or of another size are errors")
    func wrongStorages() throws {
        let (tensor, one) = (try pickle(), storage([1, 2, 3, 4]))
        let none: [UInt8] = [0x80, 2, 0x5D, 0x2E]
        #expect(reason { _ = try text(tensor, none) } == "it is incomplete: the storage 0 is missing")
        #expect(reason { _ = try text(tensor, keys("1"), one) }.contains("not those of the tensors"))
        #expect(reason { _ = try text(tensor, keys("0", "0"), one, one) }.contains("not those of the tensors"))
        #expect(reason { _ = try text(tensor, [0x80, 2, 0x4E, 0x2E], one) }.contains("are no list"))
        #expect(reason { _ = try text(tensor, keys("0"), storage([1, 2, 3])) }.contains("has 3 elements"))
        #expect(reason { _ = try text(tensor, keys("0"), storage([1, 2, 3], count: 4)) }.contains("damaged"))
        #expect(reason { _ = try text(tensor, keys("0"), []) }.contains("refers to more"))
        let huge = try pickle(count: 1 << 50, shape: [1 << 50])
        #expect(reason { _ = try text(huge, keys("0"), storage([1], count: 1 << 50)) }.contains("damaged"))
    }

    @Test("a file that ends at any byte is an error", arguments: ["old-shared"])
    func truncation(name: String) throws {
        let original = try Data(contentsOf: fixtureFile(name))
        try withFolder { folder in
            let file = folder.appending(path: "short.pth")
            for length in 0..<original.count {
                try? FileManager.default.removeItem(at: file)
                try original.prefix(length).write(to: file)
                #expect(throws: TorchFileError.self, "\(length) bytes") { try TorchFile.load(file) }
            }
        }
    }

    @Test("a pickle that is larger than what is read at a time")
    func largePickle() throws {
        let (text, name) = (String(repeating: "a", count: 200_000), String(repeating: "b", count: 70_000))
        var writer = PickleWriter()
        writer.write(.mark)
        for index in 0..<30_000 { writer.write(index * 7) }
        try writer.write(text)
        writer.write(.tuple)
        writer.write(.stop)
        let loaded = try load(Self.magic, Self.version, Self.system, writer.bytes, [0x80, 2, 0x5D, 0x2E])
        guard case .tuple(let values) = loaded, case .string(text)? = values.last, case .int(209_993) = values[29_999]
        else {
            Issue.record("another value")
            return
        }
        for end in ["", "\n."] {
            let long = Array("cos\n\(name)\(end)".utf8)
            #expect(reason { _ = try load(Self.magic, Self.version, Self.system, long) }.contains("a name has no end"))
        }
    }
}
