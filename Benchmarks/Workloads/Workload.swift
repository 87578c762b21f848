import Foundation
import Helios

/// What is trained: the contract that every framework's program keeps, data and sizes included.
public enum Workload: String, CaseIterable, Sendable {
    case mlp, digits, lenet, resnet18, gpt

    public var batchSize: Int {
        switch self {
        case .mlp, .digits, .resnet18: 32
        case .lenet: 4
        case .gpt: 12
        }
    }

    /// Random inputs and targets, but for the digits: what they are does not change how long a step takes.
    public func makeData() throws -> TensorDataset {
        func images(_ count: Int) throws -> TensorDataset {
            try TensorDataset(
                inputs: Tensor.randn([count, 3, 32, 32]),
                targets: Tensor.randint(high: 10, size: [count], dtype: .int64))
        }
        switch self {
        case .mlp:
            return try TensorDataset(
                inputs: Tensor.randn([64_000, 64]), targets: Tensor.randint(high: 10, size: [64_000], dtype: .int64))
        case .digits: return try Workload.digits()
        case .lenet: return try images(6000)
        case .resnet18: return try images(640)
        case .gpt:
            let text = try Tensor.randint(high: GPT.vocabulary, size: [1920, GPT.context + 1], dtype: .int64)
            return try TensorDataset(
                inputs: text[.all, 0..<GPT.context].contiguous(), targets: text[.all, 1...].contiguous())
        }
    }

    public func makeNetwork() -> any Layer {
        switch self {
        case .mlp, .digits:
            Sequential {
                Linear(64, 128); ReLU(); Linear(128, 128); ReLU(); Linear(128, 10)
            }
        case .lenet: LeNet()
        case .resnet18: ResNet18()
        case .gpt: GPT()
        }
    }

    public func makeOptimizer(_ parameters: [Tensor]) throws -> Optimizer {
        switch self {
        case .mlp, .digits: try AdamW(parameters, learningRate: 1e-3)
        case .lenet: try SGD(parameters, learningRate: 1e-3, momentum: 0.9)
        case .resnet18: try SGD(parameters, learningRate: 1e-2, momentum: 0.9, weightDecay: 5e-4)
        case .gpt: try AdamW(parameters, learningRate: 3e-4)
        }
    }

    public func loss(_ output: Tensor, _ targets: Tensor) throws -> Tensor {
        switch self {
        case .mlp, .digits, .lenet, .resnet18: try crossEntropy(output, targets)
        case .gpt: try crossEntropy(output.flatten(startDim: 0, endDim: 1), targets.flatten())
        }
    }

    /// The handwritten digits of the example, twenty times over, as an epoch of one time would be too short to measure.
    private static func digits() throws -> TensorDataset {
        let path = ProcessInfo.processInfo.environment["DIGITS"] ?? "Examples/Digits/Data/digits.csv"
        let rows = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { line in
            line.split(separator: ",").compactMap { Int($0) }
        }
        guard rows.allSatisfy({ $0.count == 65 }) else { throw DataError("\(path) is not the file of the digits") }
        let inputs = try Tensor(rows.flatMap { $0.dropLast().map { Float($0) / 16 } }, shape: [rows.count, 64])
        return try TensorDataset(
            inputs: inputs.repeat([20, 1]), targets: Tensor(rows.compactMap(\.last)).repeat([20]))
    }
}
