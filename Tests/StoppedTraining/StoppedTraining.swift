import Foundation
import Helios
import TestSupport

/// A short training on data of any source, drawn at random, that is stopped and resumed.
public struct StoppedTraining {
    /// What a training did, over all its runs.
    public struct Run: Sendable {
        /// All bits of the batches, in order.
        var batches: [String] = []
        var losses: [UInt64] = []
        var runCount = 0
        /// All that a checkpoint at the end has, by path.
        var end: [String: String] = [:]

        public var stepCount: Int { batches.count }
    }

    /// Adds data to a module, with options that say how it is loaded.
    public typealias Source = @Sendable (DataModule<LabeledBatch>, LoaderOptions) throws -> Void

    public let batchSize: Int
    let accumulation: Int
    let shuffle: Bool
    let dropLast: Bool
    let workers: [Int]
    let epochs: Int
    let seed: UInt64
    private let source: Source

    /// - Parameters:
    ///   - isStream: whether the data has no length, so that nothing but its own buffer shuffles it.
    ///   - source: adds the data. It is called in each run, so that each opens its files anew.
    public init(seed: UInt64, isStream: Bool = false, source: @escaping Source) {
        var random = SampleRandom(seed: seed, epoch: 0, index: 0)
        batchSize = [2, 3, 4].randomElement(using: &random) ?? 3
        accumulation = .random(in: 1...2, using: &random)
        shuffle = !isStream && Bool.random(using: &random)
        dropLast = .random(using: &random)
        // The number of workers changes from run to run.
        workers = [[0], [2], [0, 2], [2, 0]].randomElement(using: &random) ?? [0, 2]
        epochs = 2
        self.seed = random.next()
        self.source = source
    }

    /// Trains in a folder to the end: a run stops after each of the steps, and the next resumes.
    public func train(in folder: URL, stops: [Int] = []) throws -> Run {
        var result = Run()
        var stops = stops[...]
        while true {
            let learner = PlainLearner(stop: stops.popFirst())
            let data = SourceModule(
                source,
                LoaderOptions(
                    batchSize: batchSize, shuffle: shuffle, dropLast: dropLast,
                    workers: workers[result.runCount % workers.count]))
            let trainer = try Trainer(
                .epochs(epochs), checkpoints: .in(folder, every: 1), accumulation: .batches(accumulation), seed: seed,
                device: .cpu, display: .nothing)
            let outcome = try trainer.fit(learner, data).outcome
            result.runCount += 1
            result.batches += learner.batches
            result.losses += learner.losses
            guard outcome == .interrupted(.request) else {
                result.end = flattened(try learner.stateDict())
                return result
            }
        }
    }

    /// Stops after each step that there is, and after every one, and compares the end with that of an unbroken run.
    ///
    /// - Returns: what differs; empty if nothing does.
    public func differences() throws -> [String] {
        try withTemporaryFolder { folder in
            let whole = try train(in: folder.appending(path: "whole"))
            guard whole.stepCount > 2 else { return ["\(self): there are only \(whole.stepCount) steps"] }
            let all = Array(1...whole.stepCount)
            return try (all.map { [$0] } + [all]).flatMap { stops in
                let name = stops.count == 1 ? "\(stops[0])" : "all"
                let parts = try train(in: folder.appending(path: name), stops: stops)
                // A stop after the last step comes too late.
                let runs = stops.contains(whole.stepCount) ? stops.count...stops.count + 1 : 2...2
                return parts.differences(from: whole, runs: runs).map { "\(self), stopped after step \(name): \($0)" }
            }
        }
    }
}

extension StoppedTraining: CustomStringConvertible {
    public var description: String {
        "batches of \(batchSize), \(accumulation) a step, \(shuffle ? "" : "not ")shuffled, "
            + "\(dropLast ? "" : "not ")dropping the last, workers \(workers)"
    }
}

extension StoppedTraining.Run {
    fileprivate func differences(from whole: StoppedTraining.Run, runs: ClosedRange<Int>) -> [String] {
        var result: [String] = []
        if !runs.contains(runCount) { result.append("\(runCount) runs, and not \(runs)") }
        if batches != whole.batches {
            let place = Swift.zip(batches, whole.batches).prefix { $0 == $1 }.count
            result.append("the batches differ from number \(place + 1) on")
        }
        if losses != whole.losses { result.append("the losses differ") }
        let paths = Set(end.keys).union(whole.end.keys).sorted()
        return result
            + paths.filter { end[$0] != whole.end[$0] && !$0.contains("average_iter_time") }
            .map { "at the end '\($0)' is \(end[$0] ?? "missing") instead of \(whole.end[$0] ?? "missing")" }
    }
}

/// A network with dropout and momentum for numbers of any shape, which notes what it sees.
private final class PlainLearner: Model<LabeledBatch> {
    private var network: Sequential!
    private var optimizer: SGD!
    private let stop: Int?
    private(set) var batches: [String] = []
    private(set) var losses: [UInt64] = []

    init(stop: Int?) {
        self.stop = stop
        super.init(saveName: "learner")
    }

    override func setup(fastInit: Bool) throws {
        try LibTorch.setThreadCount(1)
        network = try Sequential(Linear(4, 5), Dropout(p: 0.3), Linear(5, 1)).to(device)
        optimizer = try SGD(network.parameters(), learningRate: 0.01, momentum: 0.9)
    }

    /// Every number of a sample, in four sums, none of them large.
    private func features(_ tensor: Tensor) throws -> Tensor {
        let rows = try tensor.to(.float32).reshape([tensor.shape.first ?? 0, -1])
        let width = rows.shape[1]
        let padded = try Tensor.pad(rows, pad: [0, (4 - width % 4) % 4])
        return try (padded.reshape([rows.shape[0], -1, 4]).mean(dims: [1]) / 128).tanh()
    }

    override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
        batches.append(flattened(["inputs": .tensor(batch.inputs), "targets": .tensor(batch.targets)]).text)
        let targets = try features(batch.targets).mean(dims: [1], keepDim: true)
        try minimize(optimizer) { try (network(features(batch.inputs)) - targets).square().mean() }
    }

    override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) throws {
        try super.onTrainingBatchEnd(state: state, shouldLog: shouldLog)
        losses.append((lastLosses["loss"] ?? .nan).bitPattern)
        if state.globalIteration == stop { trainer?.stop() }
    }
}

extension [String: String] {
    /// All pairs in the order of their keys.
    fileprivate var text: String {
        sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: "; ")
    }
}

private final class SourceModule: DataModule<LabeledBatch> {
    private let source: StoppedTraining.Source
    private let options: LoaderOptions

    init(_ source: @escaping StoppedTraining.Source, _ options: LoaderOptions) {
        self.source = source
        self.options = options
    }

    override func setup() throws { try source(self, options) }
}
