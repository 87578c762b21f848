import TestSupport
import Testing
import Torch
import TorchOptim

/// Tests/Fixtures/optimisers.py: gradients for some steps, and what each optimiser made of them.
struct OptimizerFixture: Decodable {
    struct Case: Decodable {
        /// The parameters after some steps.
        let steps: [String: [FixtureTensor]]
        /// The tensors of the last state, by their paths.
        let state: [String: FixtureTensor]
        /// The leaves of the last state, in order.
        let layout: [String]
    }

    /// The names of PyTorch's optimisers.
    let classes: [String]
    let first: [FixtureTensor]
    let gradients: [[FixtureTensor?]]
    let cases: [String: Case]
    let lateStart: [FixtureTensor]

    static let shared = Result { try fixture("optimisers", as: OptimizerFixture.self) }

    /// The first parameters, ready to be optimised, in the type that a case is for.
    func parameters(for name: String = "") throws -> [Tensor] {
        let types: [String: DType] = ["float64": .float64, "float16": .float16, "bfloat16": .bfloat16]
        let type = name.split(separator: " ").last.flatMap { types[String($0)] } ?? .float32
        return try first.map { try $0.tensor.to(type).requiresGrad_() }
    }

    /// Makes the steps from one to another, and gives the parameters after each to `inspect`.
    func run(
        _ optimizer: Optimizer, _ parameters: [Tensor], from first: Int = 0, to end: Int? = nil,
        inspect: (_ step: Int) throws -> Void = { _ in }
    ) throws {
        for step in first..<(end ?? gradients.count) {
            if optimizer is LBFGS {
                try optimizer.step {
                    try optimizer.zeroGrad()
                    let loss = try objective(parameters)
                    try loss.backward()
                    return loss
                }
            } else {
                try setGradients(step, of: parameters, areSparse: optimizer is SparseAdam)
                try optimizer.step()
            }
            try inspect(step + 1)
        }
    }

    /// Sets the gradients of one step.
    func setGradients(_ step: Int, of parameters: [Tensor], areSparse: Bool = false) throws {
        for (parameter, gradient) in zip(parameters, gradients[step]) {
            let dense = try gradient?.tensor.to(parameter.dtype)
            try parameter.setGrad(areSparse ? dense.map { try sparse($0, step) } : dense)
        }
    }

    /// A few rows of a gradient, one of them twice.
    private func sparse(_ gradient: Tensor, _ step: Int) throws -> Tensor {
        let count = try gradient.size(0)
        let rows = try Tensor([step, 2 * step + 1, step].map { Double($0 % count) }, shape: [3]).to(.int64)
        return try Tensor.sparseCooTensor(
            rows.unsqueeze(dim: 0), values: gradient.indexSelect(dim: 0, index: rows), size: gradient.shape)
    }

    /// What LBFGS minimises.
    private func objective(_ parameters: [Tensor]) throws -> Tensor {
        let (matrix, vector) = (parameters[0], parameters[1])
        let a = try #require(gradients[0][0]).tensor.to(matrix.dtype)
        let b = try #require(gradients[0][1]).tensor.to(matrix.dtype)
        let first = try (matrix * matrix * 0.5 - a).pow(2).sum()
        let second = try (vector * 2 - b).pow(4).sum()
        return try first + second + matrix.sum() * vector.sum() * 0.1
    }

    /// Records an issue where the parameters differ from a case's after a step that it tells of.
    func expectParameters(_ name: String, _ parameters: [Tensor], after step: Int) throws {
        guard let expected = try #require(cases[name]).steps["\(step)"] else { return }
        for (index, (parameter, value)) in zip(parameters, expected).enumerated() {
            try expectSameBits(parameter.detach(), value.tensor, "\(name), parameter \(index) after step \(step):")
        }
    }

    /// Records an issue where the state or its layout differs from a case's.
    func expectState(_ name: String, _ optimizer: Optimizer) throws {
        let expected = try #require(cases[name])
        let leaves = leaves(of: .dictionary(try optimizer.stateDict()))
        #expect(leaves.map { "\($0.path) \(text($0.value))" } == expected.layout)
        var count = 0
        for (path, value) in leaves {
            guard case .tensor(let tensor) = value else { continue }
            try expectSameBits(tensor, #require(expected.state[path]).tensor, "\(name), \(path)")
            count += 1
        }
        #expect(count == expected.state.count)
    }
}

/// The leaves of a state by their paths, as the script writes them.
private func leaves(of value: StateValue, _ path: String = "") -> [(path: String, value: StateValue)] {
    switch value {
    case .list(let values): values.enumerated().flatMap { leaves(of: $1, "\(path).list\($0)") }
    case .tuple(let values): values.enumerated().flatMap { leaves(of: $1, "\(path).tuple\($0)") }
    case .dictionary(let state): state.flatMap { leaves(of: $0.value, "\(path).\($0.key)") }
    default: [(path, value)]
    }
}

private func text(_ value: StateValue) -> String {
    switch value {
    case .bool(let value): value ? "True" : "False"
    case .int(let value): "\(value)"
    case .double(let value): "\(value)"
    case .string(let value): value
    case .tensor(let tensor): "\(tensor.dtype)\(tensor.shape)"
    default: "None"
    }
}
