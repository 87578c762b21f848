import Foundation
import TestSupport
import Testing
import Torch

@testable import TorchSerialization

@Suite("Tensors in several files")
struct ShardedSafetensorsFileTests {
    /// Six tensors of 40 bytes.
    private func state(_ value: Double = 1) throws -> StateDict {
        var state = StateDict()
        for number in 0..<6 {
            state["z\(9 - number)"] = .tensor(
                try Tensor.full([10], value + Double(number), dtype: .float32))
        }
        return state
    }

    private func save(_ state: StateDict, in folder: URL, size: Int = 100, stem: String = "model") throws -> URL {
        let index = folder.appending(path: "\(stem).safetensors.index.json")
        try ShardedSafetensorsFile.save(state, metadata: ["format": "pt"], to: index, greatestFileSize: size)
        return index
    }

    @Test("what Hugging Face's library wrote is loaded to the bit, in the index's order")
    func loads() throws {
        let expected: SafetensorsFixture = try fixture("safetensors-files")
        let index = safetensorsFixture("model.safetensors.index.json")
        #expect(try StateText.of(.dictionary(ShardedSafetensorsFile.load(index))) == expected.texts["sharded"])
        let file = try OpenShardedSafetensorsFile(index)
        #expect(file.metadata == ["format": "pt"])
        #expect(file.names.first == "layers.0.weight")
        #expect(try file.tensors.tensor("layers.3.weight").shape == [3, 4])
        #expect(
            try file.tensor("layers.3.bias").bytes == ShardedSafetensorsFile.load(index).tensor("layers.3.bias").bytes)
        #expect(try file.mappedTensor("layers.3.bias").bytes == file.tensor("layers.3.bias").bytes)
        #expect(reason { _ = try file.tensor("b") } == "has no tensor 'b'")
    }

    @Test("files are filled in order up to their size, and a tensor that is larger has its own")
    func sizes() throws {
        try withFolder { folder in
            var state = try state()
            state["large"] = .tensor(try Tensor.ones([1000]))
            state["last"] = .tensor(try Tensor.ones([1]))
            let index = try save(state, in: folder)
            #expect(
                try names(in: folder) == (1...5).map { "model-0000\($0)-of-00005.safetensors" } + [
                    "model.safetensors.index.json"
                ])
            #expect(
                try OpenSafetensorsFile(folder.appending(path: "model-00004-of-00005.safetensors")).names == ["large"])
            let loaded = try ShardedSafetensorsFile.load(index)
            #expect(loaded.names == state.names)
            #expect(try StateText.of(.dictionary(loaded)) == StateText.of(.dictionary(state)))
        }
    }

    @Test("an index has text of its own, and tells the file of each tensor")
    func indexMetadata() throws {
        try withFolder { folder in
            let index = folder.appending(path: "model.safetensors.index.json")
            try ShardedSafetensorsFile.save(
                state(), metadata: ["format": "pt"], indexMetadata: ["b": "\u{E9}\n\"", "a": ""], to: index,
                greatestFileSize: 100)
            let file = try OpenShardedSafetensorsFile(index)
            #expect(file.metadata == ["format": "pt"])
            #expect(file.indexMetadata == ["a": "", "b": "\u{E9}\n\""])
            #expect(file.fileNames == (1...3).map { "model-0000\($0)-of-00003.safetensors" })
            #expect(file.fileName(of: "z9") == file.fileNames[0])
            #expect(file.fileName(of: "z4") == file.fileNames[2])
            #expect(file.fileName(of: "a") == nil)
            #expect(ShardedSafetensorsFile.fileNames(in: index) == file.fileNames)
            let before = try names(in: folder)
            #expect(
                reason { try ShardedSafetensorsFile.save(state(), indexMetadata: ["total_size": "1"], to: index) }
                    == "cannot be written: 'total_size' in an index's metadata is not free")
            #expect(try names(in: folder) == before)
        }
    }

    @Test("nothing at all is one file and an index")
    func empty() throws {
        try withFolder { folder in
            let loaded = try ShardedSafetensorsFile.load(save([:], in: folder))
            #expect(loaded.isEmpty)
        }
    }

    @Test("saving again leaves the new files alone, under other names, and what belongs to others")
    func replacement() throws {
        try withFolder { folder in
            let others = [
                "model-1-of-2.safetensors", "model-0000000g-00001-of-00002.safetensors", "model.safetensors",
                "models-00001-of-00002.safetensors",
                "model-00001-of-00009.safetensors",
            ]
            for name in others { try Data("other".utf8).write(to: folder.appending(path: name)) }
            _ = try save(state(), in: folder)
            let first = Set(try names(in: folder))
            // What a save that was killed leaves.
            try Data("half".utf8).write(to: folder.appending(path: "model-0123abcd-00001-of-00002.safetensors"))
            let index = try save(state(100), in: folder)
            let second = Set(try names(in: folder))
            #expect(first.intersection(second) == Set(others + ["model.safetensors.index.json"]))
            #expect(second.count == others.count + 4)
            #expect(try ShardedSafetensorsFile.load(index).tensor("z9").item == 100)
            _ = try save(state(), in: folder)
            #expect(Set(try names(in: folder)) == first)
        }
    }

    @Test("a save that fails leaves the files that were there, and no others")
    func failure() throws {
        try withFolder { folder in
            let index = try save(state(), in: folder)
            let before = try names(in: folder)
            var broken = try state(5)
            broken["bad"] = .tensor(try Tensor.ones([1], dtype: .complex128))
            #expect(reason { _ = try save(broken, in: folder) }.hasPrefix("cannot be written: safetensors has no type"))
            // More bytes than any disk has: it must not be filled before that shows.
            broken["bad"] = .tensor(try Tensor.ones([1]).expand([1 << 50]))
            #expect(
                reason { _ = try save(broken, in: folder) }
                    .contains("bytes, and the disk has"))
            #expect(try names(in: folder) == before)
            #expect(
                try StateText.of(.dictionary(ShardedSafetensorsFile.load(index))) == StateText.of(.dictionary(state())))
            #expect(
                reason { try ShardedSafetensorsFile.save([:], to: folder.appending(path: "model.json")) }
                    == "cannot be written: the name of an index must end in .safetensors.index.json")
        }
    }

    @Test("an index that does not fit its files, or leaves its folder, is an error")
    func hostileIndex() throws {
        try withFolder { folder in
            let index = try save(state(), in: folder)
            let text = try String(contentsOf: index, encoding: .utf8)
            try FileManager.default.createDirectory(
                at: folder.appending(path: "inner"), withIntermediateDirectories: true)
            let first = "model-00001-of-00003.safetensors"
            let outside = folder.deletingLastPathComponent().appending(path: first).path
            let cases: [(String, String, String)] = [
                (first, "../\(first)", "it names the file '../\(first)', which does not lie beside it"),
                (first, "inner/\(first)", "it names the file 'inner/\(first)', which does not lie beside it"),
                (first, "./\(first)", "it names the file './\(first)', which does not lie beside it"),
                (first, "..", "it names the file '..', which does not lie beside it"),
                (first, ".", "it names the file '.', which does not lie beside it"),
                (first, "", "it names the file '', which does not lie beside it"),
                (first, "\\u0000", "it names the file '?', which does not lie beside it"),
                (first, outside, "it names the file '\(outside.shortened)', which does not lie beside it"),
                (first, "inner", "cannot be read: it is a folder"),
                (first, "missing.safetensors", "cannot be read: No such file or directory"),
                (first, "model.safetensors.index.json", "it is not a safetensors file, or damaged"),
                (
                    first, "model-00002-of-00003.safetensors",
                    "it is damaged: the file 'model-00002-of-00003.safetensors' does not have"
                ),
                (
                    "\"z8\":\"\(first)\",", "",
                    "it is damaged: it does not say that the file '\(first)' has the tensor 'z8'"
                ),
                ("\"z8\":", "\"y8\":", "it is damaged: the file '\(first)' does not have the tensor 'y8'"),
                ("\"z8\":", "\"z9\":", "its JSON is damaged at byte 89: it has the key 'z9' twice"),
                (
                    "\"total_size\":240", "\"total_size\":241",
                    "it is damaged: its tensors have 240 bytes, and it says 241"
                ),
                ("\"total_size\":240", "\"total_size\":1e400", "its JSON is damaged at byte 31: a number is too large"),
                ("\"total_size\":240", "\"total_size\":\"240\"", "it is damaged: its 'total_size' is no number"),
                ("weight_map", "weights", "it is not an index of tensors: it has no 'weight_map'"),
                ("\"\(first)\"", "1", "it is damaged: the tensor 'z9' has no file"),
                (
                    "\"weight_map\":{", "\"weight_map\":{\"a\":\"\u{E9}\",\"b\":\"e\u{301}\",",
                    "it is damaged: it writes the name of the file 'e\u{301}' in two ways"
                ),
            ]
            for (old, new, expected) in cases {
                try text.replacing(old, with: new).write(to: index, atomically: false, encoding: .utf8)
                let reason = reason { _ = try ShardedSafetensorsFile.load(index) }
                #expect(reason.hasPrefix(expected), "\(old) -> \(new)")
            }
            for (old, new) in [
                ("\"total_size\":240", ""), ("240", "2.4e2"), ("240", "null"), ("{\"total_size\":240}", "7"),
            ] {
                try text.replacing(old, with: new).write(to: index, atomically: false, encoding: .utf8)
                #expect(try ShardedSafetensorsFile.load(index).count == 6, "\(new)")
            }
        }
    }

    @Test("an index that ends at any byte, or has any bit flipped, is an error or gives the same tensors")
    func damage() throws {
        try withFolder { folder in
            let index = try save(state(), in: folder)
            let original = try Data(contentsOf: index)
            let expected = try StateText.of(.dictionary(state()))
            for length in 0..<original.count {
                try original.prefix(length).write(to: index)
                #expect(throws: TorchFileError.self, "\(length) bytes") { try ShardedSafetensorsFile.load(index) }
            }
            for position in original.indices {
                var copy = original
                copy[position] ^= 1 << (position % 8)
                try copy.write(to: index)
                do {
                    let loaded = try ShardedSafetensorsFile.load(index)
                    #expect(try StateText.of(.dictionary(loaded)) == expected, "byte \(position)")
                } catch is TorchFileError {}
            }
        }
    }
}

extension Tensor {
    /// The first element.
    fileprivate var item: Double {
        get throws { try self[0].item(Double.self) }
    }
}
