import ArgumentParser
import Foundation
import Helios
import HeliosTensorBoard
import Workloads

extension Workload: ExpressibleByArgument {}

/// Trains one workload with the whole trainer, and prints one line of JSON.
@main
struct TrainingBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "training", abstract: "Trains one workload and prints how long a step takes, as JSON.",
        discussion: """
            The time of a step is an epoch's time over its steps, data loading included; the best epoch after the \
            first counts.
            """)

    @Argument(help: "What to train.")
    var workload: Workload

    @Option(help: "How many threads an operation may use. (default: one for each core)")
    var threads: Int?

    @Option(help: "How many epochs to train; the first does not count.")
    var epochs = 4

    @Option(help: "How many threads make batches ahead.")
    var workers = 0

    @Flag(help: "Compute in bfloat16 if that is good enough.")
    var bf16 = false

    @Flag(help: "Let images and the weights of convolutions lie in memory with the channels last.")
    var channelsLast = false

    @Flag(inversion: .prefixedNo, help: "Use oneDNN if libtorch does.")
    var onednn = true

    @Flag(help: "Print what each hook and each part of the loop took.")
    var profile = false

    @Option(help: "Stop after this number of steps, to measure the start.")
    var steps: Int?

    @Option(help: "How many processes train together; each operation of each uses --threads threads.")
    var processes: Int?

    @Option(help: "How many samples a batch has, of all processes together. (default: the workload's)")
    var batchSize: Int?

    @Flag(help: "Compute the same bits on any number of processes up to four.")
    var acrossRanks = false

    @Option(help: "Log ten numbers every step into this folder: as text, CSV and for TensorBoard.")
    var logFolder: String?

    @Option(help: "Save a checkpoint into this folder after every fifth step of --steps, or resume from what is there.")
    var checkpointFolder: String?

    static func main() {
        LibTorch.skipTeardown()
        main(nil)
    }

    func validate() throws {
        guard epochs > 1 || steps != nil else { throw ValidationError("--epochs must be at least 2.") }
        guard checkpointFolder == nil || steps != nil else {
            throw ValidationError("--checkpoint-folder needs --steps, which says when the training ends.")
        }
    }

    func run() throws {
        try manualSeed(0)
        try LibTorch.setOneDNNEnabled(onednn)
        let model = makeModel()
        let trainer = try Trainer(
            steps.map { .iterations($0) } ?? .epochs(epochs),
            checkpoints: checkpointFolder.map { .in(URL(filePath: $0), every: 5, writing: .sync) } ?? .none,
            logs: logFolder.map { .in(URL(filePath: $0)) } ?? .none,
            deterministic: acrossRanks ? .acrossRanks : false, device: .cpu,
            processes: .init(count: processes), threads: threads.map { .count($0) } ?? .unchanged, display: .nothing,
            diagnostics: profile ? .profile : [])
        if logFolder != nil {
            try trainer.register(CSVLogger())
            try trainer.register(TensorBoardLogger())
        }
        let data = try BenchmarkData(makeData(), batchSize: batchSize ?? workload.batchSize, workers: workers)
        try trainer.fit(model, data)
        print(try report(model, threads: threads ?? LibTorch.threadCount))
    }

    private func makeModel() -> BenchmarkModel {
        if logFolder != nil { return LoggingModel(workload, bf16: bf16, channelsLast: channelsLast) }
        if checkpointFolder != nil { return SavingModel(workload, bf16: bf16, channelsLast: channelsLast) }
        return BenchmarkModel(workload, bf16: bf16, channelsLast: channelsLast)
    }

    private func makeData() throws -> TensorDataset {
        let data = try workload.makeData()
        guard channelsLast, data.inputs.dimensionCount == 4 else { return data }
        return try TensorDataset(inputs: data.inputs.contiguous(memoryFormat: .channelsLast), targets: data.targets)
    }

    private func report(_ model: BenchmarkModel, threads: Int) throws -> String {
        let best = model.epochs.dropFirst().min() ?? model.epochs.first ?? 0
        let saving = model as? SavingModel
        let report = Report(
            framework: "ours", workload: workload.rawValue, threads: threads, steps: model.stepsPerEpoch,
            us_per_step: (best / Double(max(model.stepsPerEpoch, 1)) * 1e7).rounded() / 10,
            epochs: model.epochs.map { ($0 * 1000).rounded() / 1000 }, rss_mb: peakMemory / 1_048_576,
            checkpoint_ms: saving?.pauses, start_ms: saving?.startTime)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(report), as: UTF8.self)
    }
}

/// What the peers' program prints, under its names.
struct Report: Encodable {
    let framework, workload: String
    let threads, steps: Int
    let us_per_step: Double
    let epochs: [Double]
    let rss_mb: Int
    /// With checkpoints: how long each kept the training waiting, and what came between `setup` and the first step.
    let checkpoint_ms: [Double]?
    let start_ms: Double?
}

/// A model as a user would write it, with a clock.
class BenchmarkModel: Model<LabeledBatch> {
    private let workload: Workload
    private let bf16, channelsLast: Bool
    private var network: (any Layer)!
    private var optimizer: Optimizer!
    private var start = DispatchTime.now()
    private(set) var epochs: [Double] = []
    private(set) var stepsPerEpoch = 0

    init(_ workload: Workload, bf16: Bool, channelsLast: Bool) {
        self.workload = workload
        self.bf16 = bf16
        self.channelsLast = channelsLast
        super.init(saveName: workload.rawValue)
    }

    override func setup(fastInit: Bool) throws {
        network = workload.makeNetwork()
        if channelsLast { try network.to(.channelsLast) }
        if bf16 { try createScaler(dtype: .bfloat16) }
        optimizer = try workload.makeOptimizer(network.parameters())
        stepsPerEpoch = try trainStepsPerEpoch()
    }

    override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
        try minimize(optimizer) { try workload.loss(network(batch.inputs), batch.targets) }
    }

    override func onTrainingEpochStart(currentEpoch: Int) { start = .now() }

    override func onTrainingEpochEnd(currentEpoch: Int) {
        epochs.append(Double(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds) / 1e9)
    }
}

/// The same model, logging ten numbers every step.
final class LoggingModel: BenchmarkModel {
    private let names = (0..<10).map { "numbers/\($0)" }

    override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) throws {
        try super.onTrainingBatchEnd(state: state, shouldLog: shouldLog)
        for (index, name) in names.enumerated() { log(name, 1 / Double(state.currentIteration + index)) }
    }
}

/// The same model, with a clock for checkpoints.
final class SavingModel: BenchmarkModel {
    private var endOfSetup, startOfSaving: DispatchTime?
    /// The milliseconds from the decision to save to the next step, for each checkpoint but the last.
    private(set) var pauses: [Double] = []
    /// The milliseconds from the end of `setup` to the first step: the checkpoint is read in them, if there is one.
    private(set) var startTime: Double?

    override func setup(fastInit: Bool) throws {
        try super.setup(fastInit: fastInit)
        endOfSetup = .now()
    }

    override func shouldSaveCheckpoint() -> Bool {
        startOfSaving = .now()
        return true
    }

    override func onTrainingBatchStart(state: TrainingState) throws {
        if startTime == nil { startTime = endOfSetup.map(milliseconds) }
        if let startOfSaving { pauses.append(milliseconds(since: startOfSaving)) }
        startOfSaving = nil
        try super.onTrainingBatchStart(state: state)
    }

    private func milliseconds(since start: DispatchTime) -> Double {
        (Double(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds) / 1e4).rounded() / 100
    }
}

/// A data set in memory.
final class BenchmarkData: DataModule<LabeledBatch> {
    private let dataset: TensorDataset
    private let options: LoaderOptions

    init(_ dataset: TensorDataset, batchSize: Int, workers: Int) {
        self.dataset = dataset
        options = LoaderOptions(batchSize: batchSize, shuffle: true, dropLast: true, workers: workers)
    }

    override func setup() throws { try addTrainPhase(dataset, options) }
}
