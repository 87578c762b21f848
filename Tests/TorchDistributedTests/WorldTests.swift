import Foundation
import TestSupport
import Testing
import Torch
import TorchDistributed

@Suite("A world of processes", .serialized)
struct WorldTests {
    @Test("is joined by the copies that its first process starts, or is that process alone")
    func join() async throws {
        async let aloneRun = JoiningProgram.run(1, "nothing")
        async let twoRun = JoiningProgram.run(2, "nothing")
        async let threeRun = JoiningProgram.run(3, "nothing")
        let (alone, two, three) = try await (aloneRun, twoRun, threeRun)
        #expect(alone.output == "alone\n")
        for (size, run) in [(2, two), (3, three)] {
            #expect(run.status == 0 && run.errors.isEmpty, "\(run)")
            // Ten times the sum over all ranks.
            let sum = pow(Float(size), 10)
            let ranks = (0..<size).flatMap { [$0, $0] }
            #expect(run.output == "rank 0 of \(size): \(sum), helios\n\(ranks) \(size)\n", "\(run)")
            #expect(run.processes.count == size)
            #expect(try await run.orphans().isEmpty)
        }
    }

    @Test("is the same one each time, and is not joined by programs that its ranks start")
    func again() async throws {
        async let twiceRun = JoiningProgram.run(2, "again:0")
        async let parentRun = JoiningProgram.run(2, "child:1", environment: ["HELIOS_RANK_OUTPUT": "all"])
        let (twice, parent) = try await (twiceRun, parentRun)
        #expect(twice.status == 0 && twice.output.hasPrefix("the same: true\n"), "\(twice)")
        #expect(twice.output.contains("other: join on rank 0: there are 2 processes already, not 3\n"), "\(twice)")
        #expect(parent.status == 0 && parent.output.contains("[rank 1] alone\n"), "\(parent)")
    }

    @Test("shows what other ranks write to standard error, line by line with their number")
    func labels() async throws {
        async let quietRun = JoiningProgram.run(2, "talk:1")
        async let allRun = JoiningProgram.run(2, "talk:1", environment: ["HELIOS_RANK_OUTPUT": "all"])
        async let wrongRun = JoiningProgram.run(2, "talk:1", environment: ["HELIOS_RANK_OUTPUT": "some"])
        let (quiet, all, wrong) = try await (quietRun, allRun, wrongRun)
        #expect(quiet.errors == "[rank 1] first line\n[rank 1] second line\n[rank 1] no end\n")
        #expect(!quiet.output.contains("[rank 1]"))
        #expect(all.output.contains("[rank 1] output of rank 1\n[rank 1] rank 1 of 2"))
        #expect(wrong.output.contains("HELIOS_RANK_OUTPUT is 'some'. It should be 'all'"))
    }

    @Test("shows a line that several ranks write to standard error once, and says so")
    func repeatedLines() async throws {
        async let quietRun = JoiningProgram.run(4, "talk")
        async let allRun = JoiningProgram.run(4, "talk", environment: ["HELIOS_RANK_OUTPUT": "all"])
        let (quiet, all) = try await (quietRun, allRun)
        #expect(quiet.errors.components(separatedBy: "] second line\n").count == 2, "\(quiet.errors)")
        #expect(quiet.errors.contains("[6 lines of ranks ") && quiet.errors.contains("=all shows them]"))
        #expect(all.errors.components(separatedBy: "] second line\n").count == 4, "\(all.errors)")
        #expect(!all.errors.contains("not shown"))
    }

    @Test("does not let a rank wait for what it writes")
    func flood() async throws {
        let run = try await JoiningProgram.run(2, "flood:1")
        #expect(run.status == 0 && run.errors.split(separator: "\n").count == 10_000, "\(run.errors.suffix(300))")
        #expect(run.errors.split(separator: "\n").allSatisfy { $0.hasPrefix("[rank 1] xxx") && $0.count == 108 })
    }

    @Test("does not let a rank wait for a terminal that takes nothing")
    func blockedTerminal() async throws {
        try await withTemporaryFolder { folder in
            let program = Process()
            let terminal = Pipe()
            program.executableURL = URL(filePath: JoiningProgram.executable)
            program.arguments = ["join", "2", "20", folder.path, "flood:1"]
            (program.standardOutput, program.standardError) = (FileHandle.nullDevice, terminal)
            try program.run()
            let end = ContinuousClock.now + .seconds(15)
            while program.isRunning, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(5)) }
            #expect(!program.isRunning)
            kill(program.processIdentifier, SIGKILL)
            withExtendedLifetime(terminal) {}
        }
    }

    @Test("gets a Ctrl-C in the terminal as one")
    func terminal() async throws {
        let run = try await JoiningProgram.run(2, "wait:1") { processes in
            #expect(Set(processes.values.map { getpgid($0) }).count == 1)
            for process in processes.values { kill(process, SIGINT) }
        }
        #expect(run.status == SIGINT)
        #expect(try await run.orphans().isEmpty)
    }

    @Test("ends well if a rank does not leave, and ends copies that do not end by themselves")
    func leaving() async throws {
        async let returnedRun = JoiningProgram.run(2, "return:1")
        async let firstRun = JoiningProgram.run(2, "return:0")
        async let lingeringRun = JoiningProgram.run(2, timeout: 3, "linger:1")
        let (returned, first, lingering) = try await (returnedRun, firstRun, lingeringRun)
        for run in [returned, first] {
            #expect(run.status == 0 && run.errors.isEmpty && run.duration < 60, "\(run)")
        }
        #expect(lingering.status == 0 && lingering.duration < 45)
        #expect(lingering.errors == "rank 1 did not end within 3 s after rank 0, and was killed\n")
        #expect(try await lingering.orphans().isEmpty)
    }

    @Test("is not joined with a wrong number of processes, or no time")
    func arguments() throws {
        #expect { try World.join(processes: 0) } throws: { "\($0)".contains("at least one process, not 0") }
        #expect { try World.join(processes: 2, timeout: .zero) } throws: {
            "\($0)".contains("timeout must be positive")
        }
    }

    @Test("is not needed by what works everywhere")
    func everywhere() throws {
        #expect(try World.join() == nil && World.join(processes: 1) == nil && World.current == nil)
        #expect(RankInfo.current == .alone && RankInfo.alone.size == 1 && RankInfo.alone.localRank == 0)
        #expect(!LaunchVariables.isUsingTorchrun)
        try World.barrier()
        let tensor = try Tensor([1.0, 2])
        try World.allReduce([tensor])
        #expect(try tensor.array(Float.self) == [1, 2])
        #expect(try World.gatherIntoTensor(tensor).shape == [1, 2])
    }
}
