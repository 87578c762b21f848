import Helios

/// Notes how many threads each batch has. Its operations are so small that they use one whatever is set.
class ThreadWatcher: Model<LabeledBatch> {
    var network: Linear!
    var optimizer: SGD!
    var counts: [Int] = []

    init() {
        super.init(saveName: "thread-watcher")
    }

    override func setup(fastInit: Bool) throws {
        network = Linear(9, 3)
        optimizer = try SGD(network.parameters())
    }

    override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
        counts.append(LibTorch.threadCount)
        try optimizer.zeroGrad()
        try crossEntropy(network(batch.inputs.flatten(startDim: 1)), batch.targets).backward()
        try optimizer.step()
    }
}
