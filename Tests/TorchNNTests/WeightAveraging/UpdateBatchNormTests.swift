import TestSupport
import Testing
import Torch
import TorchNN

@Suite(.standardGenerator) struct UpdateBatchNormTests {
    private struct Recording: Decodable {
        let weight: FixtureTensor
        let bias: FixtureTensor
        let batches: [FixtureTensor]
        let buffers: [String: FixtureTensor]
    }

    private func network() throws -> (Sequential, Linear, BatchNorm1d) {
        let (linear, last) = (Linear(3, 4), BatchNorm1d(4, momentum: 0.3))
        return (Sequential(linear, BatchNorm1d(4), ReLU(), last), linear, last)
    }

    @Test("statistics are PyTorch's, and modes and momenta stay")
    func statistics() throws {
        let recording = try fixture("update-batch-norm", as: Recording.self)
        let (network, linear, last) = try network()
        try noGrad {
            try linear.weight.copy_(recording.weight.tensor)
            try linear.bias?.copy_(recording.bias.tensor)
        }
        network.eval()
        try updateBatchNorm(network) {
            for batch in recording.batches {
                let output = try network(batch.tensor)
                #expect(network.isTraining && !output.requiresGrad)
            }
        }
        #expect(!network.isTraining && !last.isTraining && last.momentum == 0.3)
        let buffers = try network.namedBuffers()
        #expect(buffers.count == recording.buffers.count)
        for (name, buffer) in buffers {
            // Means over three batches, after a layer of three terms.
            try expectClose(buffer, #require(recording.buffers[name]).tensor, within: .sum(of: 32), name)
        }
    }

    @Test("after an error modes and momenta are what they were")
    func error() throws {
        struct Trouble: Error {}
        let (network, _, last) = try network()
        #expect(throws: Trouble.self) { try updateBatchNorm(network) { throw Trouble() } }
        #expect(network.isTraining && last.momentum == 0.3)
    }

    @Test("a module that was in another mode than the network is in that mode again")
    func frozenModuleStaysFrozen() throws {
        let (network, _, last) = try network()
        last.eval()
        try updateBatchNorm(network) { #expect(last.isTraining) }
        #expect(network.isTraining && !last.isTraining)
    }

    @Test("a network without batch normalization is not run")
    func nothing() throws {
        try updateBatchNorm(Linear(2, 2)) { Issue.record("it was run") }
    }
}
