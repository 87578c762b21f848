import Foundation
import HeliosOptuna

/// Tells whether a point is inside a circle.
final class Classifier: Model<LabeledBatch> {
    var network: Sequential!
    var optimizer: AdamW!
    let width: Int
    let rate: Double

    init(width: Int, rate: Double) {
        (self.width, self.rate) = (width, rate)
        super.init(saveName: "circle")
    }

    override func setup(fastInit: Bool) throws {
        network = Sequential(Linear(2, width), Tanh(), Linear(width, 2))
        optimizer = try AdamW(network.parameters(), learningRate: rate)
    }

    override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
        try minimize(optimizer) { try crossEntropy(network(batch.inputs), batch.targets) }
    }

    override func validStep(_ batch: LabeledBatch, step: Int) throws {
        let right = try network(batch.inputs).argmax(dim: 1).eq(batch.targets)
        validationScores["accuracy"] = try right.to(.float64).mean().item(Double.self)
    }
}

final class Points: DataModule<LabeledBatch> {
    override func setup() throws {
        var (points, labels): ([Float], [Int]) = ([], [])
        for number in 0..<1024 {
            let (x, y) = (Float(number % 32) / 16 - 1, Float(number / 32) / 16 - 1)
            points += [x, y]
            labels.append(x * x + y * y < 0.5 ? 1 : 0)
        }
        let data = try TensorDataset(inputs: Tensor(points, shape: [1024, 2]), targets: Tensor(labels))
        try addTrainPhase(data, LoaderOptions(batchSize: 64, shuffle: true))
        try setValidation(data, LoaderOptions(batchSize: 1024))
    }
}

func search(in folder: URL, python: PythonCommand = PythonCommand()) throws {
    let study = try createOrLoadStudy(
        StudyOptions(
            name: "circle", storage: .sqlite(folder.appending(path: "study.db")), direction: .maximize,
            sampler: .tpe(seed: 0), pruner: .median(), python: python))
    try study.optimize(trials: 12) { trial in
        let plugin = OptunaPlugin(trial, metricName: "accuracy")
        let model = Classifier(
            width: try plugin.suggest("width", .int(4...64, log: true)),
            rate: try plugin.suggest("rate", .float(1e-4...1e-1, log: true)))
        let trainer = try Trainer(
            .epochs(5), validation: .every(1), checkpoints: .in(folder, every: 1), device: .cpu, display: .nothing)
        try trainer.register(plugin)
        return try plugin.value(of: trainer.fit(model, Points()))
    }
    if let best = try study.bestTrial() { print("trial \(best.number): \(best.value ?? 0) with \(best.parameters)") }
}
