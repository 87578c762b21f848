import Foundation
import Testing

@Suite("A world of which a process fails", .serialized)
struct WorldFailureTests {
    @Test("ends when a rank throws, and all know its error")
    func error() async throws {
        async let otherRun = JoiningProgram.run(3, "throw:1")
        async let firstRun = JoiningProgram.run(2, "throw:0", environment: ["HELIOS_RANK_OUTPUT": "all"])
        let (other, first) = try await (otherRun, firstRun)
        try await expectEnd(of: other, saying: "error: rank 1 failed: the disk is full\n")
        try await expectEnd(of: first, saying: "error: the disk is full\n")
        // What the other ranks throw goes nowhere unless asked for.
        #expect(first.output.contains("[rank 1] error: rank 0 failed: the disk is full\n"))
    }

    @Test("ends when a rank is killed, and says which one and how")
    func killed() async throws {
        async let killedRun = JoiningProgram.run(3, "kill:2")
        async let abortedRun = JoiningProgram.run(2, "abort:1")
        let (killed, aborted) = try await (killedRun, abortedRun)
        try await expectEnd(of: killed, saying: "error: the process of rank 2 was killed by SIGKILL\n")
        #expect(killed.errors.contains("[rank 2] last words\n"))
        try await expectEnd(of: aborted, saying: "error: the process of rank 1 was killed by SIGABRT\n")
    }

    @Test("ends at once when a rank ends without a word")
    func ended() async throws {
        async let otherRun = JoiningProgram.run(2, "quit:1")
        async let firstRun = JoiningProgram.run(2, "quit:0")
        let (other, first) = try await (otherRun, firstRun)
        try await expectEnd(of: other, saying: "error: the process of rank 1 ended with status 3\n")
        #expect(first.status == 3 && first.duration < 60, "\(first)")
        #expect(try await first.orphans().isEmpty)
    }

    @Test("leaves no process behind when the first one is killed")
    func firstKilled() async throws {
        let run = try await JoiningProgram.run(3, "wait:1") { kill($0[0] ?? 0, SIGKILL) }
        #expect(run.status == SIGKILL && run.processes.count == 3)
        #expect(try await run.orphans().isEmpty)
    }

    @Test("does not begin if a copy ends before it joins")
    func early() async throws {
        let run = try await JoiningProgram.run(2, "exit-early")
        try await expectEnd(of: run, saying: "error: the process of rank 1 ended with status 7\n")
        #expect(run.errors.contains("[rank 1] no GPU"))
    }
}
