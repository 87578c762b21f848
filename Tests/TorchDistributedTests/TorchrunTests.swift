import Foundation
import TestSupport
import Testing
import TorchDistributed

@Suite("Under torchrun")
struct TorchrunTests {
    @Test("a program joins the processes that torchrun started", .needsPyTorch)
    func join() async throws {
        // Without the option, rank 0 hosts the store; with it, torchrun does.
        let run = try await run(["--master-port", String(try freePort())], "nothing")
        #expect(run.status == 0, "\(run)")
        for rank in 0..<2 { #expect(run.output.contains("rank \(rank) of 2: 1024.0, torchrun\n"), "\(run)") }
        #expect(run.output.contains("[0, 0, 1, 1] 2\n"))
    }

    @Test("a program that failed is started again, and its ranks meet again", .needsPyTorch)
    func restart() async throws {
        let run = try await run(["--standalone", "--max-restarts", "1"], "throw-once:1")
        #expect(run.status == 0 && run.output.contains("error: the disk is full\n"), "\(run)")
        for rank in 0..<2 { #expect(run.output.contains("rank \(rank) of 2: 1024.0, torchrun\n"), "\(run)") }
        #expect(try await run.orphans().isEmpty)
    }

    private func run(_ options: [String], _ event: String) async throws -> JoiningProgram {
        let torchrun = ["python3", "-W", "ignore", "-m", "torch.distributed.run"]
        return try await JoiningProgram.run(
            nil, event, environment: Python.torchEnvironment,
            launcher: torchrun + ["--no-python", "--nproc-per-node", "2"] + options)
    }

    /// A port that was free a moment ago.
    private func freePort() throws -> Int {
        try TCPStore(host: "127.0.0.1", port: 0, isServer: true).port
    }
}
