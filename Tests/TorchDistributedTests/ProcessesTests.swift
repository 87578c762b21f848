import Foundation
import TestSupport
import Testing
import TorchDistributed

@Suite("Several processes", .serialized)
struct ProcessesTests {
    @Test("train together")
    func train() async throws {
        let ends = try await run("train")
        #expect(ends.allSatisfy { $0.status == 0 }, "\(ends)")
        #expect(ends[0].output == ends[1].output && ends[0].output.hasPrefix("["), "\(ends)")
    }

    @Test("end with an error that names the one that was killed")
    func vanished() async throws {
        let ends = try await run("vanish")
        #expect(ends[1].status == 3)
        #expect(ends[0].status == 1 && ends[0].output.contains("rank 1 did not take part"), "\(ends)")
        // It is noticed at once, not after the timeout.
        #expect(ends[0].output.contains("a connection broke"), "\(ends)")
    }

    @Test("end with an error that names the one that hangs, after the timeout", .enabled(if: isThorough))
    func hung() async throws {
        let ends = try await run("hang")
        #expect(ends[0].status == 1 && ends[0].output.contains("not all ranks came within 5 s"), "\(ends)")
        #expect(ends[0].output.contains("rank 1 did not take part"), "\(ends)")
    }

    private static let isThorough = ProcessInfo.processInfo.environment["HELIOS_THOROUGH"] != nil

    /// Runs the program on two ranks; ends the second as soon as the first has ended.
    private func run(_ task: String) async throws -> [(status: Int32, output: String)] {
        let server = try TCPStore(host: "127.0.0.1", port: 0, isServer: true)
        let executable = Bundle.main.executableURL?.deletingLastPathComponent().appending(path: "DistributedProgram")
        let programs = try (0..<2).map { rank in
            try RunningProgram(executable, [String(rank), "2", String(server.port), task])
        }
        let end = ContinuousClock.now + .seconds(30)
        while programs[0].isRunning, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(5)) }
        for program in programs where program.isRunning && task != "train" { program.send(SIGKILL) }
        return try programs.map { program in
            let end = try program.end(within: .seconds(10))
            return (end.status, String(decoding: end.output, as: UTF8.self))
        }
    }
}
