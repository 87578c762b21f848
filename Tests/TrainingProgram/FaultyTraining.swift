import Foundation
import Helios

/// A training in which something happens to one rank in the middle of an epoch.
struct FaultyTraining {
    private let ranks: Int
    private let folder: URL
    private let rank: Int
    private let fault: String
    private let timeout: Int

    /// - Parameter arguments: the folder of checkpoints, the rank to which it happens, what (`throw`, `kill`, `hang`,
    ///   `loop`, `nan`, `signal`, `loss-names`, `missing-step`, `additional-step`, `replaced-network`; or
    ///   `slow-preparation`, `hanging-preparation` of rank 0's data), and how many seconds the ranks wait for each other.
    init(_ ranks: Int, _ arguments: [String]) {
        self.ranks = ranks
        folder = URL(filePath: arguments[0])
        rank = Int(arguments[1]) ?? 0
        fault = arguments[2]
        timeout = Int(arguments[3]) ?? 0
    }

    func run() throws {
        let trainer = try Trainer(
            .epochs(4), checkpoints: .in(folder, every: 1), device: .cpu,
            processes: .count(ranks, timeout: .seconds(timeout)), display: .nothing)
        let model = FaultyModel(faultyRank: rank, fault: fault)
        let data = FaultyData()
        data.preparation =
            switch fault {
            case "slow-preparation": { Thread.sleep(forTimeInterval: 2.5 * Double(timeout)) }
            case "hanging-preparation": { kill(getpid(), SIGSTOP) }
            default: {}
            }
        let outcome = try trainer.fit(model, data).outcome
        if model.rank == 0 { print("outcome \(outcome), \(trainer.state.globalIteration) steps") }
    }
}

private final class FaultyModel: Model<LabeledBatch> {
    private var network: Linear!
    private var optimizer: SGD!
    private let faultyRank: Int
    private let fault: String

    init(faultyRank: Int, fault: String) {
        self.faultyRank = faultyRank
        self.fault = fault
        super.init(saveName: "faulty")
    }

    override func setup(fastInit: Bool) throws {
        network = Linear(4, 3)
        optimizer = try SGD(network.parameters(), learningRate: 0.1)
    }

    override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
        let isNow = state.globalIteration == 13 && rank == faultyRank
        switch isNow ? fault : "" {
        case "throw": throw ConfigurationError("the disk of rank \(rank) is on fire")
        case "kill": kill(getpid(), SIGKILL)
        case "hang": kill(getpid(), SIGSTOP)
        case "loop": while true { Thread.sleep(forTimeInterval: 0.1) }
        case "signal": kill(getpid(), SIGTERM)
        case "missing-step":
            lossItems = ["loss": try Tensor(0.5)]
            return
        case "additional-step": try optimizer.step()
        case "replaced-network": network = Linear(4, 3)
        default: break
        }
        try minimize(optimizer) {
            let loss = try crossEntropy(network(batch.inputs), batch.targets)
            return isNow && fault == "nan" ? try loss * Double.nan : loss
        }
        if isNow, fault == "loss-names" { lossItems = ["other": try Tensor(0.5)] }
    }
}

private final class FaultyData: DataModule<LabeledBatch> {
    var preparation: () -> Void = {}

    override func prepareData() throws {
        preparation()
    }

    override func setup() throws {
        let inputs = try Tensor.randn([40, 4], generator: Generator(seed: 1))
        let targets = try Tensor((0..<40).map { $0 % 3 })
        try addTrainPhase(TensorDataset(inputs: inputs, targets: targets), LoaderOptions(batchSize: 8, shuffle: true))
    }
}
