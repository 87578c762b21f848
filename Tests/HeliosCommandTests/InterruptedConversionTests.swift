import Foundation
import Helios
import TestSupport
import Testing

/// What an interrupted `convert` leaves: nothing but what was there.
@Suite("An interrupted conversion")
struct InterruptedConversionTests {
    /// Begins to convert a small file into one of 40 GB, which no machine writes in the time of a test.
    private func withConversion(_ body: (URL, RunningProgram) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let source = folder.appending(path: "a.pth")
            try TorchFile.save(["a": .tensor(Tensor.ones([1]).expand([10_000_000_000]))], to: source)
            let program = try Program.start([
                "checkpoint", "convert", source.path, folder.path + "/b.safetensors", "--materialize",
            ])
            program.wait { names(in: folder).count > 1 }
            try body(folder, program)
        }
    }

    private func names(in folder: URL) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()) ?? []
    }

    @Test("leaves no file behind, and ends as the signal ends a program", arguments: [SIGINT, SIGTERM, SIGHUP])
    func signals(number: Int32) throws {
        try withConversion { folder, program in
            #expect(names(in: folder).contains { $0.hasPrefix(".helios-") })
            program.send(number)
            let ended = try program.wait()
            #expect(ended.wasKilled)
            #expect(ended.status == number)
            #expect(names(in: folder) == ["a.pth"])
        }
    }

    @Test("what a killed one left is deleted by the next, and nothing that another still writes")
    func leftovers() throws {
        try withConversion { folder, program in
            program.send(SIGKILL)
            _ = try program.wait()
            let left = try #require(names(in: folder).first { $0.hasPrefix(".helios-") })
            try withConversion { other, running in
                let target = other.path + "/c.pth"
                #expect(try Program.run("checkpoint", "convert", fixtureFile("sgd"), target).errors.isEmpty)
                #expect(names(in: other).contains { $0.hasPrefix(".helios-") })
                running.send(SIGKILL)
                _ = try running.wait()
            }
            let next = try Program.run("checkpoint", "convert", fixtureFile("sgd"), folder.path + "/c.pth")
            #expect(next.status == 0)
            #expect(
                next.errors
                    == "helios: \(folder.path)/\(left): deleted, since a process that was killed had left it half written\n"
            )
            #expect(names(in: folder) == ["a.pth", "c.pth"])
        }
    }

    @Test("a signal that its parent told it to ignore is ignored")
    func ignoredSignal() throws {
        let program = try Program.shell(
            "trap '' HUP; { sleep 0.1; kill -HUP $$; } & exec \"$0\" checkpoint show '\(fixtureFile("sgd"))'")
        #expect(program.status == 0)
    }

    @Test("a file that reaches the size which the user may write is an error, and nothing is left")
    func fileSizeLimit() throws {
        try withTemporaryFolder { folder in
            let source = folder.appending(path: "a.pth")
            try TorchFile.save(["a": .tensor(Tensor.ones([100_000]))], to: source)
            for target in ["b.pth", "b.safetensors"] {
                let program = try Program.shell(
                    "ulimit -f 8; exec \"$0\" checkpoint convert '\(source.path)' '\(folder.path)/\(target)'")
                #expect(program.status == 2)
                #expect(program.errors == "helios: \(folder.path)/\(target): cannot be written: File too large\n")
            }
            #expect(names(in: folder) == ["a.pth"])
        }
    }
}
