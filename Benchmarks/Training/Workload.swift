import ArgumentParser
import Helios

/// What is trained: the contract that every framework's program keeps, data and sizes included.
enum Workload: String, CaseIterable, ExpressibleByArgument {
    case mlp, lenet, resnet18, gpt

    var batchSize: Int {
        switch self {
        case .mlp, .resnet18: 32
        case .lenet: 4
        case .gpt: 12
        }
    }

    /// Random inputs and targets: what they are does not change how long a step takes.
    func makeData() throws -> TensorDataset {
        func images(_ count: Int) throws -> TensorDataset {
            try TensorDataset(
                inputs: Tensor.randn([count, 3, 32, 32]),
                targets: Tensor.randint(high: 10, size: [count], dtype: .int64))
        }
        switch self {
        case .mlp:
            return try TensorDataset(
                inputs: Tensor.randn([64_000, 64]), targets: Tensor.randint(high: 10, size: [64_000], dtype: .int64))
        case .lenet: return try images(6000)
        case .resnet18: return try images(640)
        case .gpt:
            let text = try Tensor.randint(high: GPT.vocabulary, size: [1920, GPT.context + 1], dtype: .int64)
            return try TensorDataset(
                inputs: text[.all, 0..<GPT.context].contiguous(), targets: text[.all, 1...].contiguous())
        }
    }

    func makeNetwork() throws -> any Module & Layer {
        switch self {
        case .mlp:
            try Sequential(
                Linear(64, 128), ReLU(), Linear(128, 128), ReLU(), Linear(128, 10))
        case .lenet: try LeNet()
        case .resnet18: try ResNet18()
        case .gpt: try GPT()
        }
    }

    func makeOptimizer(_ parameters: [Tensor]) throws -> Optimizer {
        switch self {
        case .mlp: try AdamW(parameters, learningRate: 1e-3)
        case .lenet: try SGD(parameters, learningRate: 1e-3, momentum: 0.9)
        case .resnet18: try SGD(parameters, learningRate: 1e-2, momentum: 0.9, weightDecay: 5e-4)
        case .gpt: try AdamW(parameters, learningRate: 3e-4)
        }
    }

    func loss(_ output: Tensor, _ targets: Tensor) throws -> Tensor {
        switch self {
        case .mlp, .lenet, .resnet18: try crossEntropy(output, targets)
        case .gpt: try crossEntropy(output.flatten(startDim: 0, endDim: 1), targets.flatten())
        }
    }
}
