import Helios
import Workloads

/// What is measured; the names are those of the peers' programs.
enum Function: String, CaseIterable {
    case add, matmul, relu, linear
    case crossEntropy = "cross_entropy"
    case backward
    case adamW = "adamw"
    case adamWFused = "adamw_fused"
    case zeroGrad = "zero_grad"
    case batch
    case stateDict = "state_dict"
    case item, slice, tensor, array

    var title: String {
        switch self {
        case .add: "`x + y`, 16 elements"
        case .matmul: "`matmul`, 32×64 by 64×128"
        case .relu: "`relu`, 32×128"
        case .linear: "`Linear(64, 128)`, batch of 32"
        case .crossEntropy: "`crossEntropy`, 32×10"
        case .backward: "`backward` of the mlp's loss"
        case .adamW: "`AdamW.step` of the mlp"
        case .adamWFused: "the same; PyTorch with `fused=True`"
        case .zeroGrad: "setting the mlp's 6 gradients, and `zeroGrad`"
        case .batch: "32 of a `TensorDataset`, 64 wide"
        case .stateDict: "`stateDict` of ResNet-18"
        case .item: "`item`"
        case .slice: "`x[0..<4]`"
        case .tensor: "`Tensor` of 1,000 floats"
        case .array: "`array` of 1,000 floats"
        }
    }

    /// One call of it, with all that it needs made before.
    func body() throws -> () throws -> Void {
        switch self {
        case .add:
            let (x, y) = try (Tensor.randn([16]), Tensor.randn([16]))
            return { _ = try x + y }
        case .matmul:
            let (x, y) = try (Tensor.randn([32, 64]), Tensor.randn([64, 128]))
            return { _ = try x.matmul(y) }
        case .relu:
            let x = try Tensor.randn([32, 128])
            return { _ = try x.relu() }
        case .linear:
            let (layer, x) = try (Linear(64, 128), Tensor.randn([32, 64]))
            return { _ = try layer(x) }
        case .crossEntropy:
            let (logits, targets) = try (Tensor.randn([32, 10]), Function.targets())
            return { _ = try Workload.mlp.loss(logits, targets) }
        case .backward:
            let network = Workload.mlp.makeNetwork()
            let loss = try Workload.mlp.loss(network(Tensor.randn([32, 64])), Function.targets())
            return { try loss.backward(retainGraph: true) }
        case .adamW, .adamWFused:
            let parameters = try Workload.mlp.makeNetwork().parameters()
            for parameter in parameters { try parameter.setGrad(Tensor.full(parameter.shape, 0.01)) }
            let optimizer = try Workload.mlp.makeOptimizer(parameters)
            return { try optimizer.step() }
        case .zeroGrad:
            let parameters = try Workload.mlp.makeNetwork().parameters()
            let gradients = try parameters.map { try Tensor.zeros($0.shape) }
            let optimizer = try Workload.mlp.makeOptimizer(parameters)
            return {
                for (parameter, gradient) in zip(parameters, gradients) { try parameter.setGrad(gradient) }
                try optimizer.zeroGrad()
            }
        case .batch:
            let data = try Workload.mlp.makeData()
            let indices = (0..<32).map { $0 * 1999 }
            let random = BatchRandom(seed: 0, epoch: 0)
            return { _ = try data.batch(at: indices, random: random) }
        case .stateDict:
            let network = Workload.resnet18.makeNetwork()
            return { _ = try network.stateDict() }
        case .item:
            let x = try Tensor(1.5)
            return { _ = try x.item(Double.self) }
        case .slice:
            let x = try Tensor.randn([32, 64])
            return { _ = try x[0..<4] }
        case .tensor:
            let numbers = [Float](repeating: 0.5, count: 1000)
            return { _ = try Tensor(numbers) }
        case .array:
            let x = try Tensor.randn([1000])
            return { _ = try x.array(Float.self) }
        }
    }

    private static func targets() throws -> Tensor {
        try Tensor.randint(high: 10, size: [32], dtype: .int64)
    }
}
