import Foundation
import Helios
import TestSupport
import Testing

@testable import HeliosCommand

/// The commands as a user runs them; what they print in full is tested beside the sources.
@Suite("helios checkpoint")
struct CommandTests {
    @Test("show prints a table, or what one key holds")
    func show() throws {
        let whole = try Program.run("checkpoint", "show", fixtureFile("sgd"))
        #expect(whole.status == 0)
        #expect(whole.errors.isEmpty)
        #expect(whole.lines.contains("    momentum_buffer  float32     [3, 2]  24 B"))
        let part = try Program.run("checkpoint", "show", fixtureFile("sgd"), "--key", "param_groups.0", "--depth", "1")
        #expect(part.lines.contains { $0.hasPrefix("momentum ") && $0.hasSuffix(" 0.9") })
        let missing = try Program.run("checkpoint", "show", fixtureFile("sgd"), "--key", "state.7")
        #expect(missing.status == 2)
        #expect(missing.errors == "helios: \(fixtureFile("sgd")): it has no key 'state.7'\n")
    }

    @Test("show --json has the tree, its sums and the counters")
    func showJSON() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "m_epoch_2_iter_7.pth")
            try TorchFile.save(checkpoint(epoch: 2, iteration: 7), to: file)
            let json = try Program.run("checkpoint", "show", file.path, "--json").json()
            let training = try #require(json["training"] as? [String: Any])
            #expect(training["epoch"] as? Int == 2)
            #expect(training["iteration"] as? Int == 7)
            #expect(training["seed"] as? Int == 11)
            #expect(training["plugins"] as? [String] == ["ema"])
            let totals = try #require(json["totals"] as? [String: Any])
            #expect(totals["tensors"] as? Int == 2)
            #expect(totals["parameters"] as? Int == 6)
            #expect(totals["byteCount"] as? Int == 32)
            let contents = try #require(json["contents"] as? [String: Any])
            #expect((contents["entries"] as? [[String: Any]])?.first?["key"] as? String == "version")
        }
    }

    @Test("trouble has the status 2, and one sentence that names the file")
    func trouble() throws {
        for arguments in [
            ["show", "/nothing.pth"], ["verify", "/nothing"], ["diff", "/nothing.pth", "/nothing.pth"],
        ] {
            let program = try Program.run(["checkpoint"] + arguments)
            #expect(program.status == 2)
            #expect(program.output.isEmpty)
            #expect(program.errors.hasPrefix("helios: /nothing"))
            #expect(program.errors.split(separator: "\n").count == 1)
        }
        let usage = try Program.run("checkpoint", "show")
        #expect(usage.status == 2)
        #expect(usage.errors.contains("Usage: helios checkpoint show"))
        let damaged = try Program.run("checkpoint", "show", fixtureFile("os-system"))
        #expect(damaged.status == 2)
        #expect(damaged.errors.contains("posix.system"))
    }

    @Test("help and version are no trouble", arguments: [["--help"], ["--version"], ["checkpoint", "diff", "--help"]])
    func help(arguments: [String]) throws {
        let program = try Program.run(arguments)
        #expect(program.status == 0)
        #expect(!program.output.isEmpty)
        #expect(program.errors.isEmpty)
    }

    @Test("diff says whether two files differ by its status")
    func diff() throws {
        let same = try Program.run("checkpoint", "diff", fixtureFile("one-tensor"), fixtureFile("packed-again"))
        #expect(same.status == 0)
        #expect(same.output.isEmpty)
        let other = try Program.run("checkpoint", "diff", fixtureFile("sgd"), fixtureFile("adamw"))
        #expect(other.status == 1)
        #expect(other.lines.contains { $0.hasPrefix("param_groups.0.betas") && $0.contains("only in the second") })
        let json = try Program.run("checkpoint", "diff", fixtureFile("sgd"), fixtureFile("adamw"), "--json").json()
        #expect(json["same"] as? Bool == false)
        #expect((json["differences"] as? [Any])?.count == 17)
    }

    @Test("convert goes to safetensors and back without a loss, and both files are the same to diff")
    func convert() throws {
        try withTemporaryFolder { folder in
            let paths = ["a.pth", "b.safetensors", "c.pth"].map { folder.appending(path: $0).path }
            let state = try checkpoint(epoch: 2, iteration: 7)
            try TorchFile.save(state, to: URL(filePath: paths[0]))
            for (source, target) in [(paths[0], paths[1]), (paths[1], paths[2])] {
                let program = try Program.run("checkpoint", "convert", source, target)
                #expect(program.status == 0)
                #expect(program.errors.isEmpty)
            }
            try expectSameState(TorchFile.load(URL(filePath: paths[2])), .dictionary(state))
            #expect(try Program.run("checkpoint", "diff", paths[0], paths[1]).status == 0)
            #expect(
                try SafetensorsFile.load(URL(filePath: paths[1])).names.sorted() == ["model.user.weight", "rng.torch"])
        }
    }

    @Test("convert replaces nothing without --force")
    func force() throws {
        try withTemporaryFolder { folder in
            let target = folder.appending(path: "there.safetensors")
            try Data("precious".utf8).write(to: target)
            let refused = try Program.run("checkpoint", "convert", fixtureFile("shared"), target.path)
            #expect(refused.status == 2)
            #expect(refused.errors == "helios: \(target.path): it is there already; --force replaces it\n")
            #expect(try Data(contentsOf: target) == Data("precious".utf8))
            let forced = try Program.run("checkpoint", "convert", fixtureFile("shared"), target.path, "--force")
            #expect(forced.status == 0)
            #expect(forced.errors.contains("share"))
            #expect(folder.filesBelow == ["there.safetensors"])
        }
    }

    @Test("convert leaves nothing behind if it fails")
    func failedConversion() throws {
        try withTemporaryFolder { folder in
            let source = folder.appending(path: "a.pth")
            try TorchFile.save(
                ["a.b": .tensor(Tensor([1.0])), "a": .dictionary(["b": .tensor(Tensor([2.0]))])], to: source)
            let target = folder.appending(path: "a.safetensors").path
            let collision = try Program.run("checkpoint", "convert", source.path, target)
            #expect(collision.status == 2)
            #expect(collision.errors.contains("two tensors would both be named 'a.b'"))
            #expect(try Program.run("checkpoint", "convert", source.path, folder.path + "/a.txt").status == 2)
            #expect(folder.filesBelow == ["a.pth"])
        }
    }

    @Test("verify names the broken files of a folder, and what training resumes from")
    func verify() throws {
        try withTemporaryFolder { folder in
            let inner = folder.appending(path: "m")
            try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
            for (epoch, iteration) in [(1, 5), (2, 10), (10, 50)] {
                try TorchFile.save(
                    checkpoint(epoch: epoch, iteration: iteration),
                    to: inner.appending(path: "m_epoch_\(epoch)_iter_\(iteration).pth"))
            }
            let whole = try Program.run("checkpoint", "verify", folder.path)
            #expect(whole.status == 0)
            #expect(whole.lines.contains("'m' resumes from m_epoch_10_iter_50.pth"))

            let newest = inner.appending(path: "m_epoch_10_iter_50.pth")
            try (Data(contentsOf: newest).dropLast(100)).write(to: newest)
            let broken = try Program.run("checkpoint", "verify", folder.path)
            #expect(broken.status == 1)
            #expect(broken.lines.contains { $0.hasPrefix("broken  \(newest.path): ") })
            #expect(broken.lines.contains("'m' resumes from m_epoch_2_iter_10.pth"))
            let json = try Program.run("checkpoint", "verify", inner.path, "--json").json()
            #expect(json["whole"] as? Bool == false)
            #expect((json["files"] as? [Any])?.count == 3)
            #expect(try Program.run("checkpoint", "verify", newest.path).status == 1)
        }
    }

    @Test("checkpoints of Python Helios are shown as such, and migrated with their originals kept")
    func migrate() throws {
        try withTemporaryFolder { folder in
            let name = "small_epoch_2_iter_8.pth"
            let source = URL(filePath: fixtureFile("one-tensor")).deletingLastPathComponent()
                .appending(path: "../python-helios/2.0.1/\(name)").standardizedFileURL
            let file = folder.appending(path: name)
            try FileManager.default.copyItem(at: source, to: file)
            #expect(
                try Program.run("checkpoint", "show", file.path).lines.contains("saved by      Python Helios 2.0.1"))

            let migrated = try Program.run("checkpoint", "migrate", folder.path)
            #expect(migrated.status == 0)
            #expect(migrated.output.contains("migrated from Python Helios 2.0.1"))
            #expect(
                try Data(contentsOf: folder.appending(path: "before-migration/\(name)")) == Data(contentsOf: source))
            #expect(try Program.run("checkpoint", "show", file.path).output.contains("saved by      Helios "))

            let again = try Program.run("checkpoint", "migrate", folder.path, "--json").json()
            let files = try #require(again["files"] as? [[String: Any]])
            #expect(files.map { $0["outcome"] as? String } == ["current"])

            try Data("none".utf8).write(to: folder.appending(path: "broken.pth"))
            let broken = try Program.run("checkpoint", "migrate", folder.path)
            #expect(broken.status == 1)
            #expect(broken.output.contains("broken.pth: "))
            #expect(try Program.run("checkpoint", "migrate", "/nothing").status == 2)
        }
    }

    @Test("verify sees a flipped bit among a tensor's elements")
    func flippedBit() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "a.pth")
            try TorchFile.save(["a": .tensor(Tensor.full([100], 1.5))], to: file)
            var bytes = try Data(contentsOf: file)
            let place = try #require(bytes.range(of: Data([0, 0, 0xC0, 0x3F, 0, 0, 0xC0, 0x3F])))
            bytes[place.lowerBound] ^= 1
            try bytes.write(to: file)
            #expect(try Program.run("checkpoint", "verify", file.path).status == 1)
        }
    }

    @Test("of two checkpoints of one step the one that was written later is named, whatever their names")
    func laterCheckpoint() throws {
        try withTemporaryFolder { folder in
            func newest() throws -> [String?] { try Verification(of: folder.path).trainings.map { $0.newest } }
            func save(_ name: String, _ added: StateDict, date: TimeInterval = 0) throws {
                var state = try checkpoint(epoch: 1, iteration: 5)
                for (key, value) in added { state[key] = value }
                let file = folder.appending(path: "\(name).pth")
                try TorchFile.save(state, to: file)
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSince1970: date)], ofItemAtPath: file.path)
            }
            try save("m_epoch_1_iter_5_c", [:], date: 1)
            try save("m_epoch_1_iter_5_b", [:], date: 2)
            #expect(try newest() == ["m_epoch_1_iter_5_b.pth"], "without numbers the date decides")
            try save("m_epoch_1_iter_5_b", ["save_number": 2])
            try save("m_epoch_1_iter_5_a", ["save_number": 3])
            #expect(try newest() == ["m_epoch_1_iter_5_a.pth"])
            try save("m_error_epoch_2_iter_7", ["error": "a bad batch"])
            #expect(try newest() == ["m_epoch_1_iter_5_a.pth"], "nothing resumes from what an error left")
        }
    }

    /// What a trainer saves, in short.
    private func checkpoint(epoch: Int, iteration: Int) throws -> StateDict {
        [
            "version": .string(HeliosVersion.current),
            "training_state": .dictionary([
                "current_iteration": .int(iteration), "global_iteration": .int(iteration), "global_epoch": .int(epoch),
                "validation_cycles": 0, "dataset_iter": 0, "early_stop_count": 0, "average_iter_time": 0.5,
                "running_iter": 0,
            ]),
            "model": .dictionary([
                "user": .dictionary(["weight": .tensor(try Tensor.ones([2, 3]))]), "running_losses": .dictionary([:]),
            ]),
            "rng": .dictionary(["seed": 11, "torch": .tensor(try Tensor.zeros([8], dtype: .uint8))]),
            "datamodule": .dictionary([:]), "ema": .dictionary(["decay": 0.9]),
        ]
    }
}
