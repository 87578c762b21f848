import Foundation
import Helios
import TestSupport
import Testing

/// The same promise as in ResumeTests, for configurations drawn at random: a few cut at some checkpoints, or, with
/// `scripts/test --thorough`, many cut at each.
@Suite(.standardGenerator) struct RandomResumeTests {
    private static let isThorough = ProcessInfo.processInfo.environment["HELIOS_THOROUGH"] != nil
    static let seeds: Range<UInt64> = 0..<(isThorough ? 60 : 4)

    @Test("a run cut at any checkpoint ends in the bits of an uninterrupted one", arguments: seeds)
    func anyConfiguration(seed: UInt64) throws {
        let configuration = Configuration(seed: seed)
        try withTemporaryFolder { folder in
            let whole = Accumulating(configuration)
            let end = try configuration.trainer(folder.appending(path: "whole")).fit(whole, TwoPhases(configuration))
            #expect(end.outcome == .completed)
            let checkpoints = folder.appending(path: "whole/small")
            #expect(!checkpoints.filesBelow.isEmpty, "\(configuration)")
            for (number, name) in checkpoints.filesBelow.enumerated() where Self.isThorough || number % 3 == 0 {
                let part = folder.appending(path: "part-\(name)")
                try FileManager.default.createDirectory(
                    at: part.appending(path: "small"), withIntermediateDirectories: true)
                try FileManager.default.copyItem(
                    at: checkpoints.appending(path: name), to: part.appending(path: "small/\(name)"))
                let model = Accumulating(configuration)
                let data = TwoPhases(configuration)
                data.workers = 2 - configuration.workers
                let result = try configuration.trainer(part).fit(model, data)
                var state = result.state
                state.averageIterTime = end.state.averageIterTime
                #expect(result.outcome == .completed && state == end.state, "\(configuration) from \(name)")
                #expect(model.losses == whole.losses.suffix(model.losses.count), "\(configuration) from \(name)")
                #expect(model.runningLosses == whole.runningLosses, "\(configuration) from \(name)")
                try expectSameState(model.network, whole.network)
            }
        }
    }
}

private struct Configuration {
    let unit: TrainingUnit
    let total: Int
    let validFrequency: Int?
    let checkpointFrequency: Int
    let accumulation: Int
    let batchSizes: [Int]
    let shuffle: Bool
    let dropLast: Bool
    let workers: Int
    /// After which unit the second phase begins. Odd, so that no checkpoint is due there: what is decided after a
    /// checkpoint is not in it.
    let advanceAfter: Int?
    let seed: UInt64

    init(seed: UInt64) {
        var random = SampleRandom(seed: seed, epoch: 0, index: 0)
        unit = seed % 2 == 0 ? .epoch : .iteration
        total = unit == .epoch ? .random(in: 2...5, using: &random) : .random(in: 5...24, using: &random)
        validFrequency = [nil, 1, 3].randomElement(using: &random) ?? nil
        advanceAfter = Bool.random(using: &random) ? [1, 3].randomElement(using: &random) : nil
        checkpointFrequency = advanceAfter == nil ? .random(in: 1...2, using: &random) : 2
        accumulation = .random(in: 1...3, using: &random)
        batchSizes = (0..<2).map { _ in [2, 3, 4, 5, 8].randomElement(using: &random) ?? 2 }
        shuffle = .random(using: &random)
        dropLast = .random(using: &random)
        workers = .random(in: 0...2, using: &random)
        self.seed = random.next()
    }

    func trainer(_ folder: URL) throws -> Trainer {
        try .quiet(
            unit, .steps(total), validFrequency: validFrequency, checkpointFrequency: checkpointFrequency,
            accumulationSteps: accumulation, randomSeed: seed, checkpointRoot: folder)
    }
}

/// Steps with every few batches, and with the last of an epoch when training by epoch.
private final class Accumulating: SmallModel {
    private let configuration: Configuration
    private var last = TrainingState()

    init(_ configuration: Configuration) {
        self.configuration = configuration
        super.init()
    }

    override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
        last = state
        let isByEpoch = configuration.unit == .epoch
        let position = isByEpoch ? state.datasetIter + 1 : state.globalIteration
        if (position - 1) % configuration.accumulation == 0 { try optimizer.zeroGrad() }
        let loss = try crossEntropy(network(batch.inputs), batch.targets)
        try loss.backward()
        let isLast = try isByEpoch && position == trainStepsPerEpoch()
        if isLast || position % configuration.accumulation == 0 { try optimizer.step() }
        lossItems["loss"] = loss
    }

    override func shouldAdvanceDatasetPhase() -> Bool {
        let unit = configuration.unit == .epoch ? last.globalEpoch : last.currentIteration
        guard unit == configuration.advanceAfter else { return false }
        // By iteration it is asked after every batch.
        return configuration.unit == .epoch || last.globalIteration % configuration.accumulation == 0
    }
}

private final class TwoPhases: SmallData {
    private let configuration: Configuration
    var workers: Int

    init(_ configuration: Configuration) {
        self.configuration = configuration
        workers = configuration.workers
        super.init()
    }

    override func setup() throws {
        options = options(0)
        try super.setup()
        let inputs = try Tensor.randn([14, 1, 3, 3], generator: Generator(seed: 2))
        try addTrainPhase(TensorDataset(inputs: inputs, targets: Tensor.zeros([14], dtype: .int64)), options(1))
    }

    private func options(_ phase: Int) -> LoaderOptions {
        LoaderOptions(
            batchSize: configuration.batchSizes[phase], shuffle: configuration.shuffle,
            dropLast: configuration.dropLast, workers: workers)
    }
}
