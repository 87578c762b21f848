import Foundation
import Helios

// How long training waits for a checkpoint that is due after every step, written at once and by another thread.
//
//     Pause FOLDER [MiB]
//
// A step takes so long that the thread is done before the next: what is measured is the wait for the copy alone.

guard CommandLine.arguments.count > 1 else {
    print("usage: Pause FOLDER [MiB]")
    exit(2)
}
let folder = URL(filePath: CommandLine.arguments[1])
let mebibytes = CommandLine.arguments.count > 2 ? Int(CommandLine.arguments[2]) ?? 1024 : 1024

/// Linear layers of 64 MiB each, which a step leaves as they are.
final class LargeModel: Model<Int> {
    private var network: Sequential!
    private var end: ContinuousClock.Instant?
    private(set) var pauses: [Duration] = []

    override func setup(fastInit: Bool) throws {
        network = Sequential { for _ in 0..<max(mebibytes / 64, 1) { Linear(4096, 4096, bias: false) } }
    }

    override func trainStep(_ batch: Int, state: TrainingState) throws {
        if let end { pauses.append(end.duration(to: .now)) }
        Thread.sleep(forTimeInterval: Double(mebibytes) / 200)
        end = .now
    }
}

struct Numbers: BatchDataset {
    let count = 6
    func batch(at indices: [Int], random: BatchRandom) -> Int { indices.count }
}

final class NumbersData: DataModule<Int> {
    override func setup() throws { try addTrainPhase(Numbers()) }
}

func milliseconds(_ duration: Duration) -> String {
    String(format: "%.0f ms", duration / .milliseconds(1))
}

for writing in [CheckpointWriteMode.sync, .async] {
    let root = folder.appending(path: "pause-\(writing)")
    let model = LargeModel(saveName: "large")
    let trainer = try Trainer(
        .iterations(6), checkpoints: .in(root, every: 1, keeping: .last(1), writing: writing), device: .cpu,
        display: .nothing)
    try trainer.fit(model, NumbersData())
    try FileManager.default.removeItem(at: root)
    let later = model.pauses.dropFirst().sorted()
    print("\(writing): first \(milliseconds(model.pauses[0])), later \(milliseconds(later[later.count / 2])) (median)")
}
