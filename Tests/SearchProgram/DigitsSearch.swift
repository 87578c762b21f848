import Foundation
import HeliosOptuna
import TestSupport

/// Searches a width, a learning rate and an optimizer for the digits.
struct DigitsSearch {
    let folder: URL
    let digits: URL
    /// `median`, or `all` for one that ends each trial after its second cycle.
    let pruner: String

    func run(trials: Int) throws {
        let study = try createOrLoadStudy(
            StudyOptions(
                name: "digits", storage: .sqlite(folder.appending(path: "study.db")), sampler: .tpe(seed: 3),
                pruner: pruner == "all"
                    ? .named("ThresholdPruner", ["upper": -1.0, "n_warmup_steps": 1]) : .median(startupTrials: 3),
                python: PythonCommand(environment: Python.trackingEnvironment)))
        let data = SearchedData(try Self.load(digits))
        try study.optimize(trials: trials) { trial in
            let plugin = OptunaPlugin(trial, metricName: "loss")
            let model = SearchedModel(
                width: try plugin.suggest("width", .int(8...32, step: 8)),
                learningRate: try plugin.suggest("learning rate", .float(1e-4...1e-1, log: true)),
                optimizer: try plugin.suggest("optimizer", .categorical(["sgd", "adam"])))
            let trainer = try Trainer(
                .epochs(4), validation: .every(1), checkpoints: .in(folder, every: 1), device: .cpu, display: .nothing)
            try trainer.register(plugin)
            return try plugin.value(of: trainer.fit(model, data))
        }
        let summaries = try study.trials()
        guard World.current?.rank ?? 0 == 0 else { return }
        for trial in summaries {
            let parameters = trial.parameters.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            let reports = trial.reports.map { "\($0.cycle): \($0.value)" }
            print(
                "\(trial.number) \(trial.state) \(trial.value.map { "\($0)" } ?? "") \(parameters) \(reports)")
        }
    }

    /// Images `float32[1797, 64]` and labels.
    private static func load(_ file: URL) throws -> (images: Tensor, labels: Tensor) {
        let rows = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { line in
            line.split(separator: ",").compactMap { Float($0) }
        }
        let images = try Tensor(rows.flatMap { $0.dropLast().map { $0 / 16 } }, shape: [rows.count, 64])
        return (images, try Tensor(rows.map { Int($0.last ?? 0) }))
    }
}

private final class SearchedData: DataModule<LabeledBatch> {
    private let images: Tensor
    private let labels: Tensor

    init(_ data: (images: Tensor, labels: Tensor)) {
        (images, labels) = data
    }

    override func setup() throws {
        let train = try TensorDataset(inputs: images[0..<1400], targets: labels[0..<1400])
        let rest = try TensorDataset(inputs: images[1400...], targets: labels[1400...])
        try addTrainPhase(train, LoaderOptions(batchSize: 50, shuffle: true))
        try setValidation(rest, LoaderOptions(batchSize: 397))
    }
}

private final class SearchedModel: Model<LabeledBatch> {
    private var network: Sequential!
    private var optimizer: Optimizer!
    private let width: Int
    private let learningRate: Double
    private let kind: String

    init(width: Int, learningRate: Double, optimizer kind: String) {
        (self.width, self.learningRate, self.kind) = (width, learningRate, kind)
        super.init(saveName: "digits")
    }

    override func setup(fastInit: Bool) throws {
        network = Sequential(Linear(64, width), ReLU(), Linear(width, 10))
        let parameters = try network.parameters()
        optimizer =
            kind == "sgd"
            ? try SGD(parameters, learningRate: learningRate, momentum: 0.9)
            : try Adam(parameters, learningRate: learningRate)
    }

    override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
        try minimize(optimizer) { try crossEntropy(network(batch.inputs), batch.targets) }
    }

    override func validStep(_ batch: LabeledBatch, step: Int) throws {
        validationScores["loss"] = try crossEntropy(network(batch.inputs), batch.targets).item(Double.self)
    }
}
