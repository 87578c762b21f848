import Foundation
import Helios
import TestSupport
import Testing

@testable import HeliosCommand

/// What `verify` calls a file that it cannot call whole.
@Suite("Verification")
struct VerificationTests {
    @Test(
        "programs and whole modules are not broken, and what to do with them is said",
        arguments: [
            (
                "torchscript.pt",
                "it is a TorchScript archive, a program and not data: load it with `torch.jit.load` in Python"
            ),
            ("module.pth", "it holds a whole module (__main__.Network), which is a program and not data: save its"),
            ("module-inside.pth", "it holds a whole module (__main__.Network), "),
            ("module-legacy.pth", "it holds a whole module (__main__.Network), "),
        ])
    func programs(name: String, reason: String) throws {
        let path = unusualFile(name)
        let program = try Program.run("checkpoint", "verify", path)
        #expect(program.status == 2)
        #expect(program.output.hasPrefix("other   \(path): \(reason)"), "\(program.output)")
        #expect(
            program.output.split(separator: path, omittingEmptySubsequences: false).count == 2, "the path comes once")
        let json = try Program.run("checkpoint", "verify", path, "--json").json()
        let file = try #require((json["files"] as? [[String: Any]])?.first)
        #expect(file["outcome"] as? String == "unsupported")
        #expect(file["whole"] as? Bool == false)
    }

    @Test("a program whose bytes are damaged is broken")
    func damagedProgram() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "a.pt")
            var bytes = try Data(contentsOf: URL(filePath: unusualFile("torchscript.pt")))
            let place = try #require(bytes.range(of: Data("constants.pkl".utf8)))
            bytes[place.upperBound] ^= 1
            try bytes.write(to: file)
            #expect(try Verification(of: file.path).files.map(\.outcome.isBroken) == [true])
        }
    }

    @Test("the folder of a run is looked through, too, and nothing deeper")
    func runFolder() throws {
        try withTemporaryFolder { folder in
            for path in ["checkpoints/net/a.pth", "checkpoints/b.pth", "a/b/c/d.pth"] {
                let file = folder.appending(path: path)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try TorchFile.save(["step": 1], to: file)
            }
            #expect(
                try Verification(of: folder.path).files.map(\.path).sorted()
                    == ["checkpoints/b.pth", "checkpoints/net/a.pth"].map { "\(folder.path)/\($0)" })
        }
    }

    @Test("what the system does not let be read is not called broken")
    func unreadable() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "a.pth").path
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "a.pth")
            let verification = try Verification(of: folder.path)
            #expect(
                verification.files.map(\.outcome)
                    == [.unreadable("cannot be read: Too many levels of symbolic links")])
            #expect(verification.status == 2)
            #expect(verification.lines == ["unread  \(path): cannot be read: Too many levels of symbolic links"])
        }
    }

    @Test(
        "a file that may not be read is not called broken",
        .enabled(if: geteuid() != 0, "the superuser reads everything"))
    func permission() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "a.pth")
            try FileManager.default.copyItem(atPath: fixtureFile("sgd"), toPath: file.path)
            try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: file.path)
            #expect(
                try Verification(of: file.path).files.map(\.outcome) == [
                    .unreadable("cannot be read: Permission denied")
                ])
        }
    }

    @Test("the path of a broken file is printed once")
    func brokenPath() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "a.pth")
            try Data(contentsOf: URL(filePath: fixtureFile("sgd"))).dropLast(100).write(to: file)
            #expect(
                try Verification(of: file.path).lines
                    == ["broken  \(file.path): it is damaged or incomplete: it has no directory at its end"])
        }
    }

    @Test(
        "what is larger than the memory is verified and compared all the same",
        .enabled(
            if: ProcessInfo.processInfo.environment["HELIOS_THOROUGH"] != nil,
            "1.2 GB are read: HELIOS_THOROUGH=1 does it"))
    func largeFiles() throws {
        try withTemporaryFolder { folder in
            // Nothing of it is on the disk.
            let (byteCount, file) = (1_200_000_000, folder.appending(path: "a.safetensors"))
            let header = "{\"a\":{\"dtype\":\"F32\",\"shape\":[\(byteCount / 4)],\"data_offsets\":[0,\(byteCount)]}}"
            let size = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
            try (size + Data(header.utf8)).write(to: file)
            try #require(truncate(file.path, off_t(size.count + header.utf8.count + byteCount)) == 0)
            for command in ["verify '\(file.path)'", "diff '\(file.path)' '\(file.path)'"] {
                let program = try Program.shell("ulimit -v 1200000; exec \"$0\" checkpoint \(command)")
                #expect(program.status == 0, "\(program.errors)")
            }
        }
    }
}

extension Verification.Outcome {
    fileprivate var isBroken: Bool { if case .broken = self { true } else { false } }
}
