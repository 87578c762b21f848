import Foundation
import TestSupport
import Testing

/// What happens to a training of several processes if something happens to one of them.
@Suite("A fault of one process", .serialized) struct RankFaultTests {
    @Test("an error of a rank ends all, and names the rank and its message", arguments: [0, 1])
    func error(rank: Int) async throws {
        // Whoever waited for the timeout would count as one that hangs.
        let end = try await fault("throw", rank: rank, timeout: 200)
        #expect(end.status == 1, "\(describe(end))")
        #expect(describe(end).contains("the disk of rank \(rank) is on fire"), "\(describe(end))")
        if rank == 1 { #expect(describe(end).contains("rank 1 failed"), "\(describe(end))") }
    }

    @Test("a rank that is killed, hangs or loops ends all within the timeout", arguments: ["kill", "hang", "loop"])
    func death(fault: String) async throws {
        let end = try await self.fault(fault, rank: 1, timeout: 8)
        #expect(end.status != 0, "\(describe(end))")
        #expect(describe(end).contains("rank 1"), "\(describe(end))")
    }

    @Test("a signal to one rank stops all after the step, and the next run continues")
    func signal() async throws {
        try await withTemporaryFolder { folder in
            let (lines, end) = try await runRanks(["fault", "2", folder.path, "1", "signal", "60"])
            #expect(lines.last == "outcome interrupted by SIGTERM, 13 steps", "\(describe(end))")
            let (rest, restEnd) = try await runRanks(["fault", "2", folder.path, "1", "none", "60"])
            #expect(rest.last == "outcome completed, 20 steps", "\(describe(restEnd))")
        }
    }

    @Test("a loss that is not a number on one rank is an error on all")
    func nan() async throws {
        let end = try await fault("nan", rank: 1)
        #expect(end.status == 1 && describe(end).contains("the loss 'loss' is nan in iteration 13"), "\(describe(end))")
    }

    @Test("losses with other names on one rank are an error that says so")
    func lossNames() async throws {
        let end = try await fault("loss-names", rank: 1, timeout: 8)
        #expect(end.status == 1 && describe(end).contains("the losses of rank 1 have other names"), "\(describe(end))")
    }

    @Test(
        "a step of the optimizer that the other ranks do not make is an error within the timeout",
        arguments: ["missing-step", "additional-step"])
    func otherSteps(fault: String) async throws {
        let end = try await self.fault(fault, rank: 1, timeout: 8)
        #expect(end.status == 1 && describe(end).contains("not all ranks came within 8 s"), "\(describe(end))")
    }

    @Test("a network that is replaced in the middle is an error, since the ranks would not keep it the same")
    func replacedNetwork() async throws {
        let end = try await fault("replaced-network", rank: 1)
        #expect(end.status == 1, "\(describe(end))")
        #expect(describe(end).contains("the network 'network' has come or was replaced"), "\(describe(end))")
    }

    @Test(
        "rank 0 may work alone for longer than the ranks wait for each other, and its signs of life keep them waiting")
    func longWork() async throws {
        let (lines, end) = try await withTemporaryFolder { folder in
            try await runRanks(["fault", "2", folder.path, "0", "slow-preparation", "2"])
        }
        #expect(lines.last == "outcome completed, 20 steps", "\(describe(end))")
    }

    @Test("rank 0 that hangs while it works alone is an error of the others within the timeout")
    func hangingWork() async throws {
        let end = try await fault("hanging-preparation", rank: 0, timeout: 4)
        #expect(end.status != 0 && describe(end).contains("rank 0"), "\(describe(end))")
    }

    @Test("the newest checkpoint is whole, and the training resumes from it with any number of processes")
    func checkpoint() async throws {
        try await withTemporaryFolder { folder in
            _ = try await runRanks(["fault", "2", folder.path, "1", "kill", "60"])
            #expect(folder.filesBelow.contains("faulty/faulty_epoch_2_iter_10.pth"), "\(folder.filesBelow)")
            let (lines, end) = try await runRanks(["fault", "3", folder.path, "0", "none", "60"])
            #expect(lines.last == "outcome completed, 20 steps", "\(describe(end))")
        }
    }

    private func fault(_ fault: String, rank: Int, timeout: Int = 60) async throws -> RunningProgram.End {
        try await withTemporaryFolder { folder in
            try await runRanks(["fault", "2", folder.path, "\(rank)", fault, "\(timeout)"]).end
        }
    }
}
