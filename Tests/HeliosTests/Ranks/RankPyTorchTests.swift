import Foundation
import Helios
import TestSupport
import Testing

/// The trainer on two ranks beside PyTorch's DistributedDataParallel.
@Suite("Several processes train beside PyTorch", .serialized) struct RankPyTorchTests {
    @Test("the weights after 100 steps are those of DistributedDataParallel, and of one process", .needsPyTorch)
    func sameWeights() async throws {
        try await withTemporaryFolder { folder in
            #expect(try await Python.run("distributed_training.py", [folder.path]) == ["done"])
            let expected = try TorchFile.loadDictionary(folder.appending(path: "end"))
            for ranks in [2, 1] {
                let (lines, end) = try await runRanks(["compared", "\(ranks)", folder.path])
                #expect(end.status == 0 && lines == ["steps 100"], "\(describe(end))")
                let ours = try TorchFile.loadDictionary(folder.appending(path: "ours"))
                #expect(Set(ours.keys) == Set(expected.keys))
                for key in expected.keys {
                    let (own, other) = (try ours.tensor(key).to(.float64), try expected.tensor(key).to(.float64))
                    let difference: Double = try (own - other).abs().max().item()
                    let size: Double = try other.abs().max().item()
                    // One process adds up a batch in one sum, and the ranks in two.
                    #expect(difference <= (ranks == 2 ? 1e-6 : 1e-4) * size, "\(key) on \(ranks) ranks")
                }
            }
        }
    }
}
