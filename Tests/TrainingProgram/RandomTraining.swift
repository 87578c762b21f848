import Foundation
import Helios
import TestSupport

import HeliosTensorBoard

/// A training drawn at random from everything that a resume must get right.
struct RandomTraining {
    enum SchedulerKind: CaseIterable { case none, byStep, byEpoch, onPlateau }
    enum Stop: Equatable {
        /// After the training step of this number, the first being 1.
        case step(Int)
        /// After the validation step of this number, counted over all cycles, the first being 0.
        case validationStep(Int)
    }

    /// What a training did, over all its runs.
    struct Run {
        var losses: [Double] = []
        var samples: [[Int]] = []
        /// The lines of the log, without times.
        var logLines: [String] = []
        /// The lines and events of the loggers' files, without times.
        var records: [String] = []
        /// What the log warns of about checkpoints.
        var warnings: [String] = []
        var validationStepCount = 0
        var runCount = 0
        var outcome = FitResult.Outcome.completed
        /// Everything there is at the end, as a checkpoint has it.
        var end = StateValue.none

        var stepCount: Int { samples.count }
    }

    /// The samples of each phase. No batch has a single sample left, which a batch normalization cannot train with.
    private static let sampleCounts = [18, 14]
    /// The parts of a checkpoint that differ from run to run.
    static let timesAndPaths: Set<String> = ["average_iter_time", "log_file", "loggers"]

    /// How many processes train.
    let ranks: Int
    let sampleCounts: [Int]
    let unit: TrainingUnit
    let total: Int
    let interval: TrainerOptions.Validation.Interval?
    let minimum: TrainerOptions.Length.Minimum?
    let checkpointFrequency: Int
    let earlyStopCycles: Int?
    let accumulation: TrainerOptions.Accumulation
    /// Whether a part of the network is frozen at first, and again at the end.
    let freezes: Bool
    let batchSizes: [Int]
    let shuffle: Bool
    let dropLast: Bool
    let drawsLikePyTorch: Bool
    let advanceAfter: Int?
    /// After which batch the model wants to stop.
    let modelStopsAfter: Int?
    let scheduler: SchedulerKind
    let averages: Bool
    let trainBatchLimit: Int?
    let seed: UInt64
    let device: Device
    /// Whether the data are streams, whose order a buffer shuffles.
    let streams: Bool

    /// - Parameters:
    ///   - ranks: how many processes train, each with as many samples as one alone would have.
    ///   - streams: whether the data are streams.
    ///   - device: where they train.
    ///   - interval: when it validates; drawn, like all else, if it is `nil`.
    init(
        seed: UInt64, ranks: Int = 1, device: Device = .cpu, streams: Bool = false,
        interval: TrainerOptions.Validation.Interval? = nil
    ) {
        self.ranks = ranks
        self.device = device
        self.streams = streams
        sampleCounts = RandomTraining.sampleCounts.map { $0 * ranks }
        var random = SampleRandom(seed: seed, epoch: 0, index: 0)
        unit = seed % 2 == 0 ? .epoch : .iteration
        total = unit == .epoch ? .random(in: 2...3, using: &random) : .random(in: 5...12, using: &random)
        let validFrequency = [nil, 1, 2].randomElement(using: &random) ?? nil
        checkpointFrequency = .random(in: 1...3, using: &random)
        earlyStopCycles = validFrequency != nil && seed % 3 == 0 ? 1 + (interval == nil ? 0 : 2) : nil
        let batchesPerStep = Int.random(in: 1...3, using: &random)
        let sizes = (0..<2).map { _ in [3, 4, 5, 8].randomElement(using: &random) ?? 3 }
        batchSizes = sizes.map { $0 * ranks }
        shuffle = .random(using: &random)
        dropLast = .random(using: &random)
        advanceAfter = Bool.random(using: &random) ? .random(in: 1...3, using: &random) : nil
        scheduler = SchedulerKind.allCases[Int(seed / 2) % SchedulerKind.allCases.count]
        averages = .random(using: &random)
        trainBatchLimit = Int.random(in: 0..<4, using: &random) == 0 ? 3 : nil
        modelStopsAfter = seed % 4 > 1 && Bool.random(using: &random) ? .random(in: 2...6, using: &random) : nil
        drawsLikePyTorch = seed % 3 == 1
        // A step must fit into the shortest epoch.
        let shortest = zip(sampleCounts, batchSizes).map { $0 / $1 }.min() ?? 0
        let changes = unit == .epoch && seed % 4 == 0
        let most = changes ? 3 : batchesPerStep
        let fits = most <= min(shortest, trainBatchLimit ?? shortest)
        let remainder: AccumulationRemainder = fits && seed % 5 < 3 ? .drop : .step
        accumulation =
            changes
            ? .schedule([1: batchesPerStep, 2: batchesPerStep % 3 + 1, 3: 1], remainder: remainder)
            : .batches(batchesPerStep, remainder: remainder)
        freezes = seed % 3 != 1
        self.seed = random.next()
        // One that is always over is the only time that is the same in each run.
        let intervals: [TrainerOptions.Validation.Interval] =
            validFrequency.map { [.units($0), .units($0), .iterations($0 + 1), .time(.nanoseconds(1))] } ?? []
        self.interval = interval ?? intervals.randomElement(using: &random)
        minimum =
            [.iterations(4), unit == .epoch ? .epochs(2) : .iterations(5), nil].randomElement(using: &random) ?? nil
    }

    /// Trains in a folder to the end: a run stops at each of the stops, and the next resumes.
    func train(in folder: URL, stops: [Stop]) throws -> Run {
        var result = Run()
        var stops = stops[...]
        // The number of workers, and who writes the checkpoints, change from run to run.
        let workers = [0, 1, 4]
        var model: Learner
        repeat {
            let data = AugmentedData(self, workers: workers[result.runCount % workers.count])
            model = Learner(
                self, data, stop: stops.popFirst(), validationStepsBefore: result.validationStepCount)
            let trainer = try Trainer(
                .init(unit: unit, count: total, minimum: minimum),
                validation: interval.map { .every($0, stopAfter: earlyStopCycles) },
                checkpoints: .in(
                    folder.appending(path: "checkpoints"), every: checkpointFrequency,
                    writing: result.runCount % 2 == 0 ? .async : .sync),
                accumulation: accumulation, data: .first(train: trainBatchLimit),
                logs: .in(folder, every: 2), seed: seed, device: device,
                processes: .count(ranks, timeout: .seconds(20)), display: .nothing)
            try trainer.register(CSVLogger())
            try trainer.register(JSONLinesLogger())
            try trainer.register(TensorBoardLogger())
            try trainer.register(ParameterStatistics(every: 2, by: .layer, bins: 4))
            if freezes {
                try trainer.register(
                    FreezeSchedule([
                        .frozen("network.0", until: .iteration(3), learningRateFactor: 0.5),
                        .frozen("network.1", until: .epoch(2)), .frozen("network.4", from: .iteration(6)),
                    ]))
            }
            result.outcome = try trainer.fit(model, data).outcome
            result.runCount += 1
            result.losses += model.losses
            result.samples += model.samples
            result.validationStepCount = model.validationSteps
        } while result.outcome == .interrupted(.request)
        result.end = .dictionary(try model.stateDict())
        guard model.rank == 0 else { return result }
        let log = folder.appending(path: "learner.log")
        result.logLines = try RandomTraining.lines(of: log)
        result.warnings = try String(contentsOf: log, encoding: .utf8).split(separator: "\n").map(String.init)
            .filter { $0.contains(" warning ") && $0.contains("checkpoint") }
        result.records = try RandomTraining.records(in: folder)
        return result
    }

    private static func lines(of log: URL) throws -> [String] {
        try String(contentsOf: log, encoding: .utf8).split(separator: "\n").map { line in
            let end = line.firstMatch(of: #/ in [0-9.]+ s$/#)?.range.lowerBound ?? line.endIndex
            // A line begins with its time.
            return String(line[..<end].drop { $0 != " " })
        }
    }

    /// What the loggers wrote, without when, and without how long a step took.
    private static func records(in folder: URL) throws -> [String] {
        let lines = try ["csv", "jsonl"].flatMap {
            try String(contentsOf: folder.appending(path: "learner.\($0)"), encoding: .utf8).split(separator: "\n")
        }
        let withoutTimes = lines.filter { !$0.contains("step_time") }.map { line in
            let time = line.firstMatch(of: #/(,|,"time":)[0-9.]+}?$/#)?.range.lowerBound ?? line.endIndex
            return String(line[..<time])
        }
        let board = folder.appending(path: "tensorboard/learner")
        let session = try SessionRecords(
            contentsOf: board.appending(path: "events.out.tfevents.0-hyperparameters").path)
        let embeddings = try? String(contentsOf: board.appending(path: "projector_config.pbtxt"), encoding: .utf8)
        return try withoutTimes + EventRecords.withoutTimes(board.appending(path: "events.out.tfevents.helios"))
            + [session.values.sorted { $0.key < $1.key }.description, embeddings ?? "no embeddings"]
    }
}

/// Samples and their numbers.
struct NumberedBatch: Sendable {
    let numbers: [Int]
    let inputs: Tensor
    let targets: Tensor
}

extension NumberedBatch {
    init(_ samples: [(number: Int, input: Tensor)]) throws {
        self.init(
            numbers: samples.map(\.number), inputs: try Tensor.stack(samples.map(\.input)),
            targets: try Tensor(samples.map { $0.number % 3 }))
    }
}

extension NumberedBatch: DeviceTransferable {
    func to(_ device: Device) throws -> NumberedBatch {
        NumberedBatch(numbers: numbers, inputs: try inputs.to(device), targets: try targets.to(device))
    }
}

/// A network with dropout, running statistics, momentum and whatever else the configuration asks for; it draws random
/// numbers in every hook.
final class Learner: Model<NumberedBatch> {
    private let configuration: RandomTraining
    private let data: AugmentedData
    private let stop: RandomTraining.Stop?
    private var network: Sequential!
    private var optimizer: SGD!
    private var scheduler: LRScheduler?
    private var plateau: ReduceLROnPlateau?
    private var averaged: AveragedModel<Sequential>?
    private let best = BestScore()

    private(set) var losses: [Double] = []
    private(set) var samples: [[Int]] = []
    private(set) var validationSteps: Int

    init(
        _ configuration: RandomTraining, _ data: AugmentedData, stop: RandomTraining.Stop?,
        validationStepsBefore: Int
    ) {
        self.configuration = configuration
        self.data = data
        self.stop = stop
        validationSteps = validationStepsBefore
        super.init(saveName: "learner")
    }

    /// Of several ranks one stops, and the others must stop with it.
    private var asksToStop: Bool { rank == configuration.ranks - 1 }

    private func makeNetwork() throws -> Sequential {
        try Sequential(Linear(4, 6), BatchNorm1d(6), ReLU(), Dropout(p: 0.3), Linear(6, 3)).to(device)
    }

    override func setup(fastInit: Bool) throws {
        try LibTorch.setThreadCount(1)
        network = try makeNetwork()
        let parameters = try network.parameters()
        // The first layer has a group of its own, whose learning rate a plug-in may change.
        optimizer = try SGD(
            groups: [ParameterGroup(Array(parameters.prefix(2))), ParameterGroup(Array(parameters.dropFirst(2)))],
            learningRate: 0.1, momentum: 0.9)
        switch configuration.scheduler {
        case .none: break
        case .byStep: scheduler = try ExponentialLR(optimizer, gamma: 0.9)
        case .byEpoch: scheduler = try StepLR(optimizer, stepSize: 1, gamma: 0.5)
        case .onPlateau: plateau = try ReduceLROnPlateau(optimizer, factor: 0.5, patience: 0)
        }
        if configuration.averages {
            averaged = try AveragedModel(network, copy: makeNetwork(), averaging: .exponential(decay: 0.7))
        }
    }

    /// Moves the standard generator, and logs that.
    private func draw(in hook: String = #function) throws {
        let values = try Tensor.rand([3])
        log("hooks/\(hook)", try values.sum().item(Double.self))
        trainer?.logger.info("\(hook) of iteration \(trainer?.state.currentIteration ?? 0)")
    }

    override func append(toBanner banner: String) throws -> String {
        try draw()
        return banner
    }

    override func onTrainingStart() throws { try draw() }

    override func onTrainingEpochStart(currentEpoch: Int) throws { try draw() }

    override func onTrainingBatchStart(state: TrainingState) throws {
        try super.onTrainingBatchStart(state: state)
        try draw()
    }

    override func trainStep(_ batch: NumberedBatch, state: TrainingState) throws {
        samples.append(batch.numbers)
        let loss = try crossEntropy(network(batch.inputs), batch.targets)
        try (loss / Double(batchesPerStep)).backward()
        if isStepDue {
            try optimizer.step()
            try optimizer.zeroGrad()
            if configuration.scheduler == .byStep { try scheduler?.step() }
            try averaged?.updateParameters(network)
        }
        lossItems["loss"] = loss
    }

    override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) throws {
        try super.onTrainingBatchEnd(state: state, shouldLog: shouldLog)
        try draw()
        losses.append(lastLosses["loss"] ?? .nan)
        if asksToStop, stop == .step(state.globalIteration) { trainer?.stop() }
    }

    override func onTrainingEpochEnd(currentEpoch: Int) throws {
        try draw()
        try log("weights", .histogram(network.parameters()[0], bins: 5))
        let bias = try network.parameters()[1].array(Double.self)
        log("bias/\(currentEpoch)", .scalars(["first": bias[0], "last": bias[1]]))
        try log("input", .image(network.parameters()[0].detach().sigmoid()))
        try log("points", .embedding(network.parameters()[0].detach()))
        log("settings", .hyperparameters(["epoch": .number(Double(currentEpoch))], metrics: [:]))
        if configuration.scheduler == .byEpoch { try scheduler?.step() }
    }

    override func onValidationStart(validationCycle: Int) throws {
        try super.onValidationStart(validationCycle: validationCycle)
        try draw()
    }

    override func onValidationEnd(validationCycle: Int) throws {
        try super.onValidationEnd(validationCycle: validationCycle)
        try draw()
    }

    override func validStep(_ batch: NumberedBatch, step: Int) throws {
        let noise = try Tensor.randn(batch.inputs.shape, device: device)
        let loss = try crossEntropy(network(batch.inputs + 0.1 * noise), batch.targets).item(Double.self)
        validationScores["valid", default: 0] += loss
        log("valid step", loss, step: step)
        if asksToStop, stop == .validationStep(validationSteps) { trainer?.stop() }
        validationSteps += 1
    }

    override func haveMetricsImproved() throws -> Bool {
        try draw()
        let score = validationScores["valid"] ?? .infinity
        try plateau?.step(metric: score)
        return best.take(score)
    }

    override func shouldSaveCheckpoint() throws -> Bool {
        try draw()
        return true
    }

    override func shouldTrainingStop() throws -> Bool {
        try draw()
        guard let state = trainer?.state, let last = configuration.modelStopsAfter else { return false }
        return state.globalIteration >= last
    }

    override func shouldAdvanceDatasetPhase() throws -> Bool {
        try draw()
        guard let state = trainer?.state, data.trainPhase == 0 else { return false }
        let units = configuration.unit == .epoch ? state.globalEpoch : state.currentIteration
        return units == configuration.advanceAfter
    }
}

/// Two phases of random inputs, to which each sample adds noise of its own.
final class AugmentedData: DataModule<NumberedBatch> {
    private let configuration: RandomTraining
    private let workers: Int

    init(_ configuration: RandomTraining, workers: Int) {
        self.configuration = configuration
        self.workers = workers
    }

    override func setup() throws {
        for (phase, count) in configuration.sampleCounts.enumerated() {
            if configuration.streams {
                try addStream(count, phase)
                continue
            }
            try addTrainPhase(
                source(count, phase: phase),
                LoaderOptions(
                    batchSize: configuration.batchSizes[phase], shuffle: configuration.shuffle,
                    dropLast: configuration.dropLast, workers: workers,
                    drawsLikePyTorch: configuration.drawsLikePyTorch))
        }
        try setValidation(
            source(7, phase: 2),
            LoaderOptions(batchSize: 4, workers: workers, drawsLikePyTorch: configuration.drawsLikePyTorch))
    }

    private func addStream(_ count: Int, _ phase: Int) throws {
        let inputs = try Tensor.randn([count, 4], generator: Generator(seed: UInt64(phase)))
        let stream = AugmentedStream(samples: AugmentedSamples(inputs: inputs, count: count))
        let options = LoaderOptions(
            batchSize: configuration.batchSizes[phase], dropLast: configuration.dropLast, workers: workers,
            drawsLikePyTorch: configuration.drawsLikePyTorch)
        if configuration.shuffle {
            try addTrainPhase(stream.shuffled(buffer: 5).collated { try NumberedBatch($0) }, options)
        } else {
            try addTrainPhase(stream.collated { try NumberedBatch($0) }, options)
        }
    }

    private func source(_ count: Int, phase: Int) throws -> CollatedDataset<AugmentedSamples, NumberedBatch> {
        let inputs = try Tensor.randn([count, 4], generator: Generator(seed: UInt64(phase)))
        return AugmentedSamples(inputs: inputs, count: count).collated { try NumberedBatch($0) }
    }
}

/// Rows of a tensor with noise.
struct AugmentedSamples: Dataset {
    let inputs: Tensor
    let count: Int

    func sample(at index: Int, random: inout SampleRandom) throws -> (number: Int, input: Tensor) {
        let noise = try Tensor.randn([4], generator: random.generator())
        return (index, try inputs[index] + 0.1 * noise)
    }
}

/// The same rows one after the other, from another one on in each epoch.
struct AugmentedStream: StreamDataset {
    struct Row: StreamElement {
        let number: Int

        init(number: Int) { self.number = number }
        init(_ state: StateDict) throws { number = try state.int("number") }
        func stateDict() -> StateDict { ["number": .int(number)] }
    }

    final class Reader: ElementReader {
        private let count: Int
        private let start: Int
        private var place: Int

        init(count: Int, start: Int, place: Int) {
            (self.count, self.start, self.place) = (count, start, place)
        }

        func next() -> Row? {
            guard place < count else { return nil }
            defer { place += 1 }
            return Row(number: (start + place) % count)
        }

        func position() -> StateDict { ["place": .int(place)] }
    }

    let samples: AugmentedSamples

    func elements(epoch: Int, seed: UInt64, from position: StateDict?) throws -> any ElementReader<Row> {
        Reader(count: samples.count, start: epoch * 3, place: try position?.int("place") ?? 0)
    }

    func sample(of element: Row, random: inout SampleRandom) throws -> (number: Int, input: Tensor) {
        try samples.sample(at: element.number, random: &random)
    }

    func name(of element: Row) -> String? { "row \(element.number)" }
}

/// The best score of a validation so far.
final class BestScore: Stateful {
    private var score = Double.infinity

    func take(_ score: Double) -> Bool {
        guard score < self.score else { return false }
        self.score = score
        return true
    }

    func stateDict() -> StateDict { ["score": .double(score)] }
    func loadStateDict(_ state: StateDict) throws { score = try state.double("score") }
}
