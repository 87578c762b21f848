import Testing
import Torch

@Suite(.serialized) struct LibTorchTests {
    @Test("the version is one that this project supports")
    func version() {
        #expect(["2.11.", "2.12.", "2.13."].contains { LibTorch.version.hasPrefix($0) })
    }

    @Test("the number of threads can be set; none, fewer or countless ones are an error")
    func threads() throws {
        let before = LibTorch.threadCount
        defer { try? LibTorch.setThreadCount(before) }
        #expect(before >= 1)
        for count in [0, -1, Int.min, 1025, Int.max] {
            let error = #expect(throws: TorchError.self) { try LibTorch.setThreadCount(count) }
            #expect(error?.message.contains("\(count)") == true)
        }
        try LibTorch.setThreadCount(1)
        #expect(LibTorch.threadCount == 1)
        #expect(try Tensor.ones(1000, 100).sum().item(Int.self) == 100_000)
    }

    @Test("deterministic algorithms can be asked for")
    func determinism() throws {
        #expect(!LibTorch.isDeterministic)
        try LibTorch.setDeterministic(true)
        #expect(LibTorch.isDeterministic)
        try LibTorch.setDeterministic(false)
        #expect(!LibTorch.isDeterministic)
    }
}
