import Foundation
import Helios
import HeliosTensorBoard

// How long numbers take from the first `log` of a model until the file for TensorBoard has all of them.
//
//     Scalars FOLDER COUNT

/// Logs all numbers in its only step.
final class LoggingModel: Model<Int> {
    private let count: Int
    private(set) var start = ContinuousClock.now

    init(count: Int) {
        self.count = count
        super.init(saveName: "scalars")
    }

    override func setup(fastInit: Bool) {}

    override func trainStep(_ batch: Int, state: TrainingState) {
        start = .now
        for step in 0..<count { log("loss", 1 / Double(step + 1), step: step) }
    }
}

struct OneNumber: BatchDataset {
    let count = 1
    func batch(at indices: [Int], random: BatchRandom) -> Int { indices.count }
}

final class NumbersData: DataModule<Int> {
    override func setup() throws { try addTrainPhase(OneNumber()) }
}

guard CommandLine.arguments.count == 3, let count = Int(CommandLine.arguments[2]), count > 0 else {
    print("usage: Scalars FOLDER COUNT")
    exit(2)
}
let folder = URL(filePath: CommandLine.arguments[1])
let model = LoggingModel(count: count)
let trainer = try Trainer(.iterations(1), logs: .in(folder), device: .cpu, display: .nothing)
try trainer.register(TensorBoardLogger())
try trainer.fit(model, NumbersData())
print((ContinuousClock.now - model.start) / .seconds(1))
