import Foundation
import Helios
import TestSupport
import Testing

@testable import HeliosCommand

/// The commands, given the index of tensors in several safetensors files.
@Suite("helios checkpoint, with an index of several files")
struct ShardedFileTests {
    @Test("show lists what Hugging Face's library wrote, with the file of each tensor")
    func show() throws {
        let program = try Program.run("checkpoint", "show", fixtureIndex)
        #expect(program.status == 0)
        #expect(program.lines.contains("format      safetensors in several files, 1.41 kB"))
        #expect(program.lines.contains("files       2"))
        #expect(program.lines.contains("tensors     8, 240 B"))
        #expect(
            program.lines.contains("layers.0.bias    float32  [3]     12 B  in model-00001-of-00002.safetensors"))
        #expect(
            program.lines.contains("layers.3.weight  float32  [3, 4]  48 B  in model-00002-of-00002.safetensors"))

        let json = try Program.run("checkpoint", "show", fixtureIndex, "--json").json()
        #expect(json["format"] as? String == "sharded-safetensors")
        let shards = try #require(json["shards"] as? [[String: Any]])
        #expect(shards.map { $0["tensors"] as? Int } == [4, 4])
        #expect(shards.map { $0["byteCount"] as? Int } == [440, 440])
        let contents = try #require(json["contents"] as? [String: Any])
        let last = try #require((contents["entries"] as? [[String: Any]])?.last?["value"] as? [String: Any])
        #expect(last["file"] as? String == "model-00002-of-00002.safetensors")
    }

    @Test("show reads no more than the headers, however large the files are")
    func laziness() throws {
        try withTemporaryFolder { folder in
            // 256 GB that take no room on the disk, and would in no memory.
            let header = #"{"a":{"dtype":"F32","shape":[64000000000],"data_offsets":[0,256000000000]}} "#
            #expect(header.utf8.count == 76)
            let file = folder.appending(path: "large.safetensors")
            try Data([76, 0, 0, 0, 0, 0, 0, 0] + header.utf8).write(to: file)
            #expect(truncate(file.path, 84 + 256_000_000_000) == 0)
            let index = folder.appending(path: "large.safetensors.index.json")
            try Data(#"{"weight_map":{"a":"large.safetensors"}}"#.utf8).write(to: index)
            let program = try Program.run("checkpoint", "show", index.path)
            #expect(program.lines.last { !$0.isEmpty } == "a  float32  [64000000000]  256 GB  in large.safetensors")
        }
    }

    @Test("diff compares it with files of every format")
    func diff() throws {
        try withTemporaryFolder { folder in
            var state = try ShardedSafetensorsFile.load(URL(filePath: fixtureIndex))
            let files = ["a.pth", "a.safetensors", "a.safetensors.index.json"].map { folder.appending(path: $0) }
            func save() throws {
                try TorchFile.save(state, to: files[0])
                try SafetensorsFile.save(state, to: files[1])
                try ShardedSafetensorsFile.save(state, to: files[2], greatestFileSize: 50)
            }
            try save()
            for file in files {
                let same = try Program.run("checkpoint", "diff", fixtureIndex, file.path)
                #expect(same.status == 0)
                #expect(same.output.isEmpty)
            }
            state["layers.2.bias"] = .tensor(try state.tensor("layers.2.bias") + 1)
            try save()
            for file in files {
                let other = try Program.run("checkpoint", "diff", file.path, fixtureIndex, "--json")
                #expect(other.status == 1)
                let differences = try #require(try other.json()["differences"] as? [[String: Any]])
                #expect(differences.map { $0["key"] as? String } == ["layers.2.bias"])
            }
        }
    }

    @Test("diff compares a set that has a tree with one that has none, key by key")
    func diffOfTree() throws {
        try withTemporaryFolder { folder in
            let tensors = try ["x", "y"].map { _ in try Tensor.ones([2]) }
            let nested: StateDict = ["net": .dictionary(["x": .tensor(tensors[0]), "y": .tensor(tensors[1])])]
            let source = folder.appending(path: "a.pth")
            try TorchFile.save(nested, to: source)
            let converted = folder.appending(path: "a.safetensors.index.json")
            #expect(try Program.run("checkpoint", "convert", source.path, converted.path).status == 0)
            let flat = folder.appending(path: "b.safetensors.index.json")
            try ShardedSafetensorsFile.save(
                ["net.x": .tensor(tensors[0]), "net.y": .tensor(tensors[1])], to: flat)
            #expect(try Program.run("checkpoint", "diff", converted.path, flat.path).status == 0)
        }
    }

    @Test("convert writes a set of the size that is asked for, and reads it without a loss")
    func convert() throws {
        try withTemporaryFolder { folder in
            let source = fixtureFile("adamw")
            let index = folder.appending(path: "m.safetensors.index.json").path
            let written = try Program.run(
                "checkpoint", "convert", source, index, "--shard-size", "30B", "--json")
            #expect(written.status == 0)
            let shards = try #require(try written.json()["shards"] as? [String])
            #expect(shards.count > 1)
            #expect(shards == (1...shards.count).map { "m-0000\($0)-of-0000\(shards.count).safetensors" })
            #expect(folder.filesBelow == shards + ["m.safetensors.index.json"])
            // One of the files alone is read, too.
            for shard in shards {
                #expect(try Program.run("checkpoint", "show", folder.appending(path: shard).path).status == 0)
            }
            for name in ["back.pth", "back.safetensors", "again.safetensors.index.json"] {
                let target = folder.appending(path: name).path
                #expect(try Program.run("checkpoint", "convert", index, target).status == 0)
                #expect(try Program.run("checkpoint", "diff", source, target).status == 0)
            }
            try expectSameState(
                TorchFile.load(folder.appending(path: "back.pth")), TorchFile.load(URL(filePath: source)))
        }
    }

    @Test("convert replaces neither an index nor what has the names of its files without --force")
    func force() throws {
        try withTemporaryFolder { folder in
            let index = folder.appending(path: "m.safetensors.index.json")
            let shard = folder.appending(path: "m-00001-of-00001.safetensors")
            for path in [index, shard] {
                try Data("precious".utf8).write(to: path)
                let refused = try Program.run("checkpoint", "convert", fixtureFile("sgd"), index.path)
                #expect(refused.status == 2)
                #expect(refused.errors == "helios: \(path.path): it is there already; --force replaces it\n")
                #expect(folder.filesBelow == [path.lastPathComponent])
                try FileManager.default.removeItem(at: path)
            }
            for size in ["1GB", "24B"] {
                let forced = try Program.run(
                    "checkpoint", "convert", fixtureFile("sgd"), index.path, "--force", "--shard-size", size)
                #expect(forced.status == 0)
            }
            // Those of the first are gone.
            #expect(folder.filesBelow.count == 3)
            #expect(try Program.run("checkpoint", "diff", fixtureFile("sgd"), index.path).status == 0)
        }
    }

    @Test("convert refuses a size of files for a single file, and a text that is not a size")
    func size() throws {
        for (target, size) in [("/a.safetensors", "1GB"), ("/a.pth", "1GB"), ("/a.safetensors.index.json", "much")] {
            let program = try Program.run("checkpoint", "convert", fixtureFile("sgd"), target, "--shard-size", size)
            #expect(program.status == 2)
            #expect(program.errors.contains("shard-size"))
        }
    }

    @Test("verify names the broken file, and blames no other")
    func verify() throws {
        try withTemporaryFolder { folder in
            let index = try copyFixture(to: folder)
            let whole = try Program.run("checkpoint", "verify", index.path)
            #expect(whole.status == 0)
            #expect(whole.lines.first == "whole   \(index.path): 8 tensors in 2 files, 531 B")

            let second = folder.appending(path: "model-00002-of-00002.safetensors")
            let bytes = try Data(contentsOf: second)
            try bytes.dropLast().write(to: second)
            let broken = try Program.run("checkpoint", "verify", index.path)
            #expect(broken.status == 1)
            #expect(broken.lines.filter { $0.hasPrefix("broken") }.count == 1)
            #expect(broken.lines.contains { $0.hasPrefix("broken  \(second.path): it is damaged or incomplete") })

            try FileManager.default.removeItem(at: second)
            let missing = try Program.run("checkpoint", "verify", index.path, "--json")
            #expect(missing.status == 1)
            let json = try missing.json()
            #expect(json["whole"] as? Bool == false)
            let files = try #require(json["files"] as? [[String: Any]])
            #expect(files.map { $0["path"] as? String }.last == second.path)
            #expect(files.map { $0["whole"] as? Bool } == [true, true, false])
            #expect(files.last?["reason"] as? String == "cannot be read: No such file or directory")
            #expect(files.map { $0["shards"] as? Int } == [2, nil, nil])
            let shown = try Program.run("checkpoint", "show", index.path)
            #expect(shown.status == 2)
            #expect(shown.errors == "helios: \(second.path): cannot be read: No such file or directory\n")

            try Data().write(to: index)
            let empty = try Program.run("checkpoint", "verify", index.path)
            #expect(empty.status == 1)
            #expect(empty.lines.first?.hasPrefix("broken  \(index.path): its JSON is damaged") == true)
        }
    }

    @Test("verify says that a description of a tree does not fit its tensors")
    func tree() throws {
        try withTemporaryFolder { folder in
            let index = folder.appending(path: "m.safetensors.index.json")
            try ShardedSafetensorsFile.save(
                ["a": .tensor(Tensor([1.0]))], indexMetadata: [StateDescription.metadataKey: #"{"tensor": "b"}"#],
                to: index)
            let program = try Program.run("checkpoint", "verify", index.path)
            #expect(program.status == 1)
            #expect(
                program.lines.first
                    == "broken  \(index.path): its metadata speak of a tensor 'b', which it does not have")
        }
    }

    @Test("verify of a folder reads each file of a set once")
    func folder() throws {
        try withTemporaryFolder { folder in
            let index = try copyFixture(to: folder)
            try SafetensorsFile.save(["a": .tensor(Tensor([1.0]))], to: folder.appending(path: "alone.safetensors"))
            let whole = try Program.run("checkpoint", "verify", folder.path)
            #expect(whole.status == 0)
            #expect(whole.lines.filter { !$0.isEmpty }.count == 4)
            // Without an index that can be read, its files are files as all others.
            try Data("{".utf8).write(to: index)
            let broken = try Program.run("checkpoint", "verify", folder.path)
            #expect(broken.status == 1)
            #expect(broken.lines.filter { $0.hasPrefix("whole") }.count == 3)
            #expect(broken.lines.filter { $0.hasPrefix("broken  \(index.path): ") }.count == 1)
        }
    }

    private func copyFixture(to folder: URL) throws -> URL {
        let source = URL(filePath: fixtureIndex).deletingLastPathComponent()
        let names = [
            "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json",
        ]
        for name in names {
            try FileManager.default.copyItem(at: source.appending(path: name), to: folder.appending(path: name))
        }
        return folder.appending(path: "model.safetensors.index.json")
    }
}

/// What Hugging Face's library wrote: Tests/Fixtures/safetensors_files.py makes it.
private let fixtureIndex = URL(filePath: fixtureFile("sgd")).deletingLastPathComponent()
    .appending(path: "../safetensors-files/model.safetensors.index.json").standardizedFileURL.path
