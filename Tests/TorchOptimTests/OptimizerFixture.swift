import TestSupport
import Testing
import Torch
import TorchOptim

/// Tests/Fixtures/optimizers.py: gradients for some steps, and what each optimizer made of them.
struct OptimizerFixture: Decodable {
    struct Case: Decodable {
        /// The parameters after some steps.
        let steps: [String: [FixtureTensor]]
        /// The tensors of the last state, by their paths.
        let state: [String: FixtureTensor]
        /// The leaves of the last state, in order.
        let layout: [String]
    }

    /// The names of PyTorch's optimizers.
    let classes: [String]
    let first: [FixtureTensor]
    let gradients: [[FixtureTensor?]]
    let cases: [String: Case]
    let lateStart: [FixtureTensor]

    /// What was recorded.
    static let recorded = Result { try fixture("optimizers", as: OptimizerFixture.self) }

    /// What the PyTorch beside makes of the same numbers.
    static var live: OptimizerFixture {
        get async throws { try await Python.fixture("optimizers") }
    }

    /// The first parameters, ready to be optimized, in the type that a case is for.
    func parameters(for name: String = "") throws -> [Tensor] {
        let type = dtype(of: name)
        return try first.map { try $0.tensor.to(type).requiresGrad_() }
    }

    /// The type that a case is for.
    private func dtype(of name: String) -> DType {
        let types: [String: DType] = ["float64": .float64, "float16": .float16, "bfloat16": .bfloat16]
        return name.split(separator: " ").last.flatMap { types[String($0)] } ?? .float32
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

    /// What LBFGS minimizes.
    private func objective(_ parameters: [Tensor]) throws -> Tensor {
        let (matrix, vector) = (parameters[0], parameters[1])
        let a = try #require(gradients[0][0]).tensor.to(matrix.dtype)
        let b = try #require(gradients[0][1]).tensor.to(matrix.dtype)
        let first = try (matrix * matrix * 0.5 - a).pow(2).sum()
        let second = try (vector * 2 - b).pow(4).sum()
        return try first + second + matrix.sum() * vector.sum() * 0.1
    }

    /// Runs a case and records an issue if parameters, state or its layout differ, in any bit, from what the PyTorch of
    /// this machine made.
    func checkBits(of name: String) throws {
        let expected = try #require(cases[name])
        let parameters = try parameters(for: name)
        let optimizer = try #require(try OptimizerCases.make(name, parameters))
        try run(optimizer, parameters) { step in
            try expect(parameters, expected, after: step, within: .bits, name)
        }
        #expect(layout(of: try optimizer.stateDict()) == expected.layout)
        try expectState(of: optimizer, expected, within: .bits, name)
    }

    /// Runs a case and records an issue if it differs from what was recorded by more than processors differ.
    func checkCloseness(of name: String) throws {
        let expected = try #require(cases[name])
        let parameters = try parameters(for: name)
        let optimizer = try #require(try OptimizerCases.make(name, parameters))
        guard !(optimizer is LBFGS) else { return try expectSameMinimum(name, parameters, optimizer, expected) }
        let type = dtype(of: name)
        try run(optimizer, parameters) { step in
            try expect(parameters, expected, after: step, within: .optimizerSteps(step, in: type), name)
        }
        #expect(layout(of: try optimizer.stateDict()) == expected.layout)
        try expectState(of: optimizer, expected, within: .optimizerSteps(gradients.count, in: type), name)
    }

    /// For LBFGS, which divides by differences of gradients: rounding changes its directions, the number of
    /// evaluations, and all that it remembers. What stays is what it minimizes. So the objective is compared on its
    /// way, to 1/1000 (a missing fused multiply-add makes 1/20 of that), and in half precision only at the end, to
    /// 1/20: there a unit in the last place of the objective is 1/150, and the line search stops some units above the
    /// minimum.
    private func expectSameMinimum(
        _ name: String, _ parameters: [Tensor], _ optimizer: Optimizer, _ expected: Case
    ) throws {
        let isHalf = [.float16, .bfloat16].contains(dtype(of: name))
        try run(optimizer, parameters) { step in
            guard let recorded = expected.steps["\(step)"], !isHalf || step == gradients.count else { return }
            let value = try objective(parameters.map { try $0.detach().to(.float64) }).item(Double.self)
            let other = try objective(recorded.map { try $0.tensor.to(.float64) }).item(Double.self)
            #expect(abs(value - other) <= (isHalf ? 0.05 : 0.001) * other, "\(name) after step \(step)")
        }
        let groups = { (lines: [String]) in lines.filter { $0.hasPrefix(".param_groups") } }
        #expect(groups(layout(of: try optimizer.stateDict())) == groups(expected.layout))
    }

    private func expect(
        _ parameters: [Tensor], _ expected: Case, after step: Int, within tolerance: Tolerance, _ name: String
    ) throws {
        guard let values = expected.steps["\(step)"] else { return }
        for (index, (parameter, value)) in zip(parameters, values).enumerated() {
            try expectClose(
                parameter, value.tensor, within: tolerance, "\(name), parameter \(index) after step \(step):")
        }
    }

    private func expectState(
        of optimizer: Optimizer, _ expected: Case, within tolerance: Tolerance, _ name: String
    ) throws {
        var count = 0
        for (path, value) in leaves(of: .dictionary(try optimizer.stateDict())) {
            guard case .tensor(let tensor) = value else { continue }
            let recorded = try #require(expected.state[path])
            try expectClose(tensor, recorded.tensor, within: tolerance, "\(name), \(path)")
            count += 1
        }
        #expect(count == expected.state.count)
    }

    private func layout(of state: StateDict) -> [String] {
        leaves(of: .dictionary(state)).map { "\($0.path) \(text($0.value))" }
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
