import Foundation
import Helios
import TestSupport
import Testing

/// The program on several processes, started by itself and by torchrun.
@Suite("Several processes", .serialized) struct SeveralProcessesTests {
    @Test(
        "killed in the middle of an epoch, two processes leave a training that any number resumes", arguments: [1, 3])
    func resume(count: Int) async throws {
        try await withTemporaryFolder { folder in
            let options = [
                "--epochs", "4", "--unit", "iteration", "--checkpoint-frequency", "7", "--log", "csv", "--folder",
                folder.path,
            ]
            let program = try Program.start(["--processes", "2"] + options)
            while program.isRunning, folder.newestIteration(of: "digits") < 60 {
                try await Task.sleep(for: .milliseconds(5))
            }
            program.send(SIGKILL)
            _ = try await program.finish()
            let rest = try await Program.start(["--processes", "\(count)"] + options).finish()
            #expect(rest.status == 0 && rest.accuracy ?? 0 > 85, "\(rest)")
            #expect(rest.lines.contains { $0.contains("resuming from") && $0.contains("iteration") }, "\(rest)")
            // Each step's loss is logged once.
            let table = try String(contentsOf: folder.appending(path: "logs/digits.csv"), encoding: .utf8)
            let steps = table.split(separator: "\n").filter { $0.contains(",train/loss,") }
                .compactMap { $0.split(separator: ",").first.flatMap { Int($0) } }
            #expect(steps == Array(stride(from: 10, through: 180, by: 10)))
        }
    }

    @Test("with the option for it, any number of processes trains the same network to the bit")
    func acrossRanks() async throws {
        try await withTemporaryFolder { folder in
            var networks: [Data] = []
            for count in [1, 2, 4] {
                let run = folder.appending(path: "\(count)")
                let end = try await Program.start([
                    "--epochs", "2", "--deterministic-across-ranks", "--processes", "\(count)", "--folder", run.path,
                ]).finish()
                #expect(end.status == 0, "\(end)")
                networks.append(try Data(contentsOf: run.appending(path: "digits.pth")))
            }
            #expect(networks[1] == networks[0] && networks[2] == networks[0])
        }
    }

    @Test("machines may have different numbers of processes")
    func machines() async throws {
        try await withTemporaryFolder { folder in
            // A port that was free a moment ago.
            let port = try TCPStore(host: "127.0.0.1", port: 0, isServer: true).port
            let programs = try (0..<4).map { rank in
                try Program.start(
                    ["--epochs", "1", "--folder", folder.path],
                    [
                        "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "\(port)", "RANK": "\(rank)", "WORLD_SIZE": "4",
                        "LOCAL_RANK": "\(rank % 3)", "LOCAL_WORLD_SIZE": rank < 3 ? "3" : "1",
                    ])
            }
            for program in programs {
                let end = try await program.finish()
                #expect(end.status == 0, "\(end)")
            }
            #expect(folder.newestIteration(of: "digits") == 45)
        }
    }

    @Test("torchrun starts it, and it prints what one process prints", .needsPyTorch)
    func torchrun() async throws {
        try await withTemporaryFolder { folder in
            let arguments = [
                "python3", "-W", "ignore", "-m", "torch.distributed.run", "--standalone", "--no-python",
                "--nproc-per-node", "2", Program.path, "--epochs", "2", "--folder", folder.path,
            ]
            let end = try await RunningProgram(URL(filePath: "/usr/bin/env"), arguments, Python.torchEnvironment)
                .finish()
            #expect(end.status == 0 && end.accuracy ?? 0 > 85, "\(end)")
            #expect(end.lines.filter { $0.hasPrefix("epoch 1/2") }.count == 1, "\(end)")
            #expect(end.lines.filter { $0.hasPrefix("test accuracy") }.count == 1, "\(end)")
            #expect(folder.newestIteration(of: "digits") == 90)
        }
    }

    @Test(
        "torchrun starts it again after a process was killed, and it ends after the right number of steps",
        .needsPyTorch)
    func restart() async throws {
        try await withTemporaryFolder { folder in
            let arguments = [
                "python3", "-W", "ignore", "-m", "torch.distributed.run", "--standalone", "--no-python",
                "--nproc-per-node", "2", "--max-restarts", "1", Program.path, "--epochs", "20", "--folder", folder.path,
            ]
            let program = try RunningProgram(URL(filePath: "/usr/bin/env"), arguments, Python.torchEnvironment)
            while program.isRunning, folder.newestIteration(of: "digits") < 90 {
                try await Task.sleep(for: .milliseconds(5))
            }
            let ranks = try await RunningProgram(
                URL(filePath: "/usr/bin/env"), ["pgrep", "-P", "\(program.processIdentifier)"]
            ).finish().lines.compactMap { Int32($0) }
            #expect(ranks.count == 2)
            kill(ranks.last ?? 0, SIGKILL)
            let end = try await program.finish()
            #expect(end.status == 0 && end.accuracy ?? 0 > 90, "\(end)")
            #expect(end.lines.contains { $0.contains("resuming from") }, "\(end)")
            #expect(folder.newestIteration(of: "digits") == 900)
        }
    }
}

extension RunningProgram {
    /// Waits for the end without holding a thread of the tests' pool.
    fileprivate func finish() async throws -> Program {
        while isRunning { try await Task.sleep(for: .milliseconds(10)) }
        return try wait()
    }
}
