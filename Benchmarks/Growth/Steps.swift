import Helios
import Workloads

/// A model that learns nothing, so that what is left is the trainer's.
private final class IdleModel: Model<Int> {
    override func setup(fastInit: Bool) {}
    override func trainStep(_ batch: Int, state: TrainingState) {}
}

/// One batch, as often as there are samples.
private struct ConstantBatches: BatchDataset {
    let count: Int
    func batch(at indices: [Int], random: BatchRandom) -> Int { 0 }
}

private final class ConstantData: DataModule<Int> {
    private let count: Int

    init(count: Int) { self.count = count }

    override func setup() throws { try addTrainPhase(ConstantBatches(count: count)) }
}

private struct Training {
    let seconds: Double

    init(_ unit: TrainingUnit, total: Int, stepsPerEpoch: Int) throws {
        let trainer = try Trainer(.init(unit: unit, count: total), device: .cpu, display: .nothing)
        let model = IdleModel(saveName: "idle")
        let data = ConstantData(count: stepsPerEpoch)
        let steps = unit == .epoch ? total * stepsPerEpoch : total
        var taken = 0
        seconds = try elapsed { taken = try trainer.fit(model, data).state.globalIteration }
        guard taken == steps else { throw GrowthError(description: "\(taken) steps were taken, not \(steps)") }
    }
}

/// What the trainer itself takes for a step: by iterations all in one epoch, and by epochs of 1000 steps.
func printStepTables() throws {
    report("warming up")
    _ = try Training(.iteration, total: 100_000, stepsPerEpoch: 100_000)
    print("The trainer's own cost by iterations, in one epoch.\n")
    print(heading(["steps", "ms", "µs a step"]))
    for steps in [10_000, 100_000, 1_000_000, 10_000_000] {
        report("\(steps) steps")
        let time = try medianOfThree(by: \.seconds) {
            try Training(.iteration, total: steps, stepsPerEpoch: steps)
        }.seconds
        print(row([grouped(steps), rounded(time * 1000), rounded(time / Double(steps) * 1e6)]))
    }
    print("\nThe trainer's own cost by epochs of 1,000 steps.\n")
    print(heading(["epochs", "ms", "µs a step"]))
    for epochs in [1, 10, 100, 1000] {
        report("\(epochs) epochs")
        let time = try medianOfThree(by: \.seconds) {
            try Training(.epoch, total: epochs, stepsPerEpoch: 1000)
        }.seconds
        print(row([grouped(epochs), rounded(time * 1000), rounded(time / Double(epochs * 1000) * 1e6)]))
    }
    print()
}
