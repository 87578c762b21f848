import Foundation
import Synchronization
import Testing

@Suite("A world of which a process hangs", .serialized)
struct WorldHangTests {
    /// The limits are far away, since other tests may need the processors; the trials below look closely.
    @Test("ends when a rank hangs, after the timeout")
    func hung() async throws {
        async let stoppedRun = JoiningProgram.run(3, timeout: 10, "stop:1")
        // Rank 2 gives up while rank 0 waits for a shorter time.
        async let delayedRun = JoiningProgram.run(3, timeout: 10, "stop-one-delay-another")
        async let loopingRun = JoiningProgram.run(2, timeout: 10, "loop:1")
        async let earlyRun = JoiningProgram.run(3, timeout: 10, "hang-early")
        // The first process gets the timeout twice: it might notice by itself.
        async let firstStoppedRun = JoiningProgram.run(3, timeout: 10, "stop:0")
        async let firstLoopingRun = JoiningProgram.run(2, timeout: 10, "loop:0")
        let (stopped, delayed, looping, early) = try await (stoppedRun, delayedRun, loopingRun, earlyRun)
        let (firstStopped, firstLooping) = try await (firstStoppedRun, firstLoopingRun)

        let error = "not all ranks came within 10 s; rank 1 did not take part"
        try await expectEnd(of: stopped, saying: error, within: 60)
        try await expectEnd(of: delayed, saying: error, within: 60)
        try await expectEnd(of: looping, saying: error, within: 60)
        try await expectEnd(of: early, saying: "ranks 1, 2 did not join within 10 s", within: 60)
        #expect(firstStopped.status == SIGKILL && firstStopped.duration < 60, "\(firstStopped)")
        #expect(firstStopped.errors.contains("did not answer for 10 s, and was killed"))
        #expect(try await firstStopped.orphans().isEmpty)
        #expect(firstLooping.status == 1 && firstLooping.duration < 60, "\(firstLooping)")
        #expect(firstLooping.errors.contains("rank 0 did not notice within 10 s, and was ended"))
        #expect(try await firstLooping.orphans().isEmpty)
    }

    /// Any rank of three is killed or stopped at any moment.
    @Test("ends a hundred times out of a hundred", .enabled(if: isThorough), arguments: 0..<25)
    func trials(_ number: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 { group.addTask { try await trial() } }
            try await group.waitForAll()
        }
    }

    private func trial() async throws {
        let timeout = 4.0
        let (rank, isKilled) = (Int.random(in: 0..<3), Bool.random())
        let delay = Int.random(in: 0..<1500)
        let moment = Mutex(Date())
        let run = try await JoiningProgram.run(3, timeout: timeout, "work") { processes in
            try await Task.sleep(for: .milliseconds(delay))
            moment.withLock { $0 = Date() }
            kill(processes[rank] ?? 0, isKilled ? SIGKILL : SIGSTOP)
        }
        let story: Comment = "rank \(rank) was \(isKilled ? "killed" : "stopped") after \(delay) ms: \(run)"
        let duration = run.end.timeIntervalSince(moment.withLock { $0 })
        switch (rank, isKilled) {
        case (0, true): #expect(run.status == SIGKILL && duration < 1, story)
        case (0, false): #expect(run.status == SIGKILL && duration < 2 * timeout + 8, story)
        case (_, true):
            #expect(run.status == 1 && duration < 8, story)
            #expect(run.output.contains("error: the process of rank \(rank) was killed by SIGKILL\n"), story)
        case (_, false):
            #expect(run.status == 1 && duration < timeout + 8, story)
            #expect(run.output.contains("within 4 s; rank \(rank) did not take part"), story)
        }
        #expect(try await run.orphans().isEmpty, story)
        print("trial: rank \(rank) \(isKilled ? "killed" : "stopped") after \(delay) ms, ended after \(duration) s")
    }

    private static let isThorough = ProcessInfo.processInfo.environment["HELIOS_THOROUGH"] != nil
}
