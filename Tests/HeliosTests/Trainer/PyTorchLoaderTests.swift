import Foundation
import Helios
import TestSupport
import Testing

@testable import TrainingProgram

/// A training whose order of samples and random masks come from the standard generator, beside the same in Python with
/// `DataLoader(shuffle=True)`.
///
/// The recorded training masks its inputs by `bernoulli`, which draws the same on every processor. The live one uses
/// dropout, whose masks depend on the processor's own kernels.
@Suite(.standardGenerator) struct PyTorchLoaderTests {
    private struct Recorded: Decodable {
        let inputs: FixtureTensor
        let orders: [[Int]]
        let losses: [Double]
        let scores: [Double]
        let after: [Int]
    }

    @Test("a port sees the samples, and has the losses, of the script that it was ported from")
    func recorded() throws {
        let recorded = try fixture("pytorch-loader", as: Recorded.self)
        let (model, after) = try train(recorded)
        #expect(model.orders == recorded.orders)
        #expect(after == recorded.after)
        // Eighteen steps with a rate of 0.1 carry the last bits of float32 no further than this.
        expectClose(model.losses, recorded.losses)
        expectClose(model.scores, recorded.scores)
    }

    @Test(
        "beside PyTorch on the same machine, the losses are the same to the bit", .needsPyTorch)
    func live() async throws {
        let text = try #require(try await Python.run("pytorch_loader.py", ["live"]).last)
        let recorded = try JSONDecoder().decode(Recorded.self, from: Data(text.utf8))
        let (model, after) = try train(recorded, drops: true)
        #expect(model.orders == recorded.orders && after == recorded.after)
        #expect(model.losses == recorded.losses && model.scores == recorded.scores)
    }

    @Test("stopped after any step, it sees the same samples in the same order", arguments: 1...17)
    func resumed(stop: Int) throws {
        let recorded = try fixture("pytorch-loader", as: Recorded.self)
        try withTemporaryFolder { folder in
            let (first, _) = try train(recorded, in: folder, stop: stop)
            let (second, after) = try train(recorded, in: folder)
            #expect(first.numbers + second.numbers == recorded.orders.flatMap { $0 })
            #expect(after == recorded.after)
        }
    }

    @Test("a resume in the middle of an epoch refuses to switch between a drawn order and another")
    func otherOrder() throws {
        let recorded = try fixture("pytorch-loader", as: Recorded.self)
        for draws in [true, false] {
            try withTemporaryFolder { folder in
                _ = try train(recorded, in: folder, draws: draws, stop: 2)
                let error = #expect(throws: CheckpointError.self) {
                    try train(recorded, in: folder, draws: !draws)
                }
                #expect(error?.reason.contains("drawsLikePyTorch") == true, "\(error?.reason ?? "")")
            }
        }
    }

    @Test("a seed of the order, which nothing would use, is an error")
    func seed() throws {
        final class Seeded: DataModule<[Int]> {
            override func setup() throws {
                try addTrainPhase(
                    Numbers(count: 4, offset: 0).collated { $0 },
                    LoaderOptions(shuffle: true, seed: 1, drawsLikePyTorch: true))
            }
        }
        let error = #expect(throws: DataError.self) { try Seeded().setup() }
        #expect(error?.description.contains("drawsLikePyTorch") == true)
    }

    private func train(
        _ recorded: Recorded, in folder: URL? = nil, draws: Bool = true, drops: Bool = false, stop: Int? = nil
    ) throws -> (Perceptron, after: [Int]) {
        let (model, data) = (
            Perceptron(stop: stop, drops: drops), NumberedRows(try recorded.inputs.tensor, draws: draws)
        )
        try Trainer.quiet(.epochs(3), validation: .every(1), checkpoints: folder.map { .in($0) }, seed: 7)
            .fit(model, data)
        let after = try Tensor.randint(high: 1 << 40, size: [3], dtype: .int64).array(Int.self)
        return (model, after)
    }

    private func expectClose(_ values: [Double], _ expected: [Double]) {
        #expect(values.count == expected.count)
        for (value, expected) in zip(values, expected) { #expect(abs(value - expected) < 1e-4) }
    }
}

private final class Perceptron: Model<NumberedBatch> {
    var network: Sequential!
    var optimizer: SGD!
    private let stop: Int?
    /// Whether there is dropout; otherwise the inputs are masked.
    private let drops: Bool
    /// The samples of each step.
    private(set) var numbers: [Int] = []
    private(set) var orders: [[Int]] = []
    private(set) var losses: [Double] = []
    private(set) var scores: [Double] = []

    init(stop: Int?, drops: Bool) {
        self.stop = stop
        self.drops = drops
        super.init(saveName: "perceptron")
    }

    override func setup(fastInit: Bool) throws {
        try LibTorch.setThreadCount(1)
        network = Sequential(Linear(4, 8), ReLU(), Dropout(p: drops ? 0.5 : 0), Linear(8, 3))
        optimizer = try SGD(network.parameters(), learningRate: 0.1, momentum: 0.9)
    }

    override func trainStep(_ batch: NumberedBatch, state: TrainingState) throws {
        if state.datasetIter == 0 { orders.append([]) }
        if !orders.isEmpty { orders[orders.count - 1] += batch.numbers }
        numbers += batch.numbers
        var inputs = batch.inputs
        if !drops { inputs = try inputs * Tensor.full(inputs.shape, 0.5).bernoulli() }
        try optimizer.zeroGrad()
        let loss = try crossEntropy(network(inputs), batch.targets)
        try loss.backward()
        try optimizer.step()
        losses.append(try loss.item(Double.self))
        if state.globalIteration == stop { trainer?.stop() }
    }

    override func validStep(_ batch: NumberedBatch, step: Int) throws {
        let loss = try crossEntropy(network(batch.inputs), batch.targets).item(Double.self)
        scores.append(loss)
        validationScores["loss"] = loss
    }
}

private final class NumberedRows: DataModule<NumberedBatch> {
    private let inputs: Tensor
    private let draws: Bool

    init(_ inputs: Tensor, draws: Bool) {
        self.inputs = inputs
        self.draws = draws
    }

    override func setup() throws {
        let rows = Rows(inputs: inputs, count: inputs.shape[0])
        try addTrainPhase(rows, LoaderOptions(batchSize: 4, shuffle: true, drawsLikePyTorch: draws))
        try setValidation(rows, LoaderOptions(batchSize: 11, drawsLikePyTorch: draws))
    }

    private struct Rows: BatchDataset {
        let inputs: Tensor
        let count: Int

        func batch(at indices: [Int], random: BatchRandom) throws -> NumberedBatch {
            NumberedBatch(
                numbers: indices, inputs: try inputs.indexSelect(dim: 0, index: Tensor(indices)),
                targets: try Tensor(indices.map { $0 % 3 }))
        }
    }
}
