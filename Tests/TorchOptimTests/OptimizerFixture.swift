import TestSupport
import Testing
import Torch
import TorchOptim

/// Tests/Fixtures/optimisers.py: gradients for some steps, and what each optimiser made of them.
struct OptimizerFixture: Decodable {
    struct Case: Decodable {
        let parameters: [FixtureTensor]
        let state: [String: FixtureTensor]
        let layout: [String]
    }

    let first: [FixtureTensor]
    let gradients: [[FixtureTensor?]]
    let cases: [String: Case]
    let lateStart: [FixtureTensor]

    /// The first parameters, ready to be optimised.
    func parameters(_ dtype: DType = .float32) throws -> [Tensor] {
        try first.map { try $0.tensor.to(dtype).requiresGrad_() }
    }

    /// Sets the gradients of one step.
    func setGradients(_ step: Int, of parameters: [Tensor]) throws {
        for (parameter, gradient) in zip(parameters, gradients[step]) {
            try parameter.setGrad(gradient?.tensor.to(parameter.dtype))
        }
    }

    func run(_ optimizer: Optimizer, _ parameters: [Tensor], from first: Int = 0, to end: Int? = nil) throws {
        for step in first..<(end ?? gradients.count) {
            try setGradients(step, of: parameters)
            try optimizer.step()
        }
    }

    /// Records an issue where parameters, state or layout differ from a case's.
    func expect(_ name: String, _ optimizer: Optimizer, _ parameters: [Tensor]) throws {
        let expected = try #require(cases[name])
        for (parameter, value) in zip(parameters, expected.parameters) {
            try expectSameBits(parameter.detach(), value.tensor, name)
        }
        let state = try optimizer.stateDict()
        #expect(layout(.dictionary(state)) == expected.layout)
        var count = 0
        for (key, value) in try state.dictionary("state") {
            guard case .dictionary(let entry) = value else { continue }
            for (name, value) in entry {
                guard case .tensor(let tensor) = value else { continue }
                try expectSameBits(tensor, #require(expected.state["\(key) \(name)"]).tensor, "\(key) \(name)")
                count += 1
            }
        }
        #expect(count == expected.state.count)
    }
}

/// One line for each leaf of a state, as the script writes them.
private func layout(_ value: StateValue, _ path: String = "") -> [String] {
    switch value {
    case .none: ["\(path) None"]
    case .bool(let value): ["\(path) \(value ? "True" : "False")"]
    case .int(let value): ["\(path) \(value)"]
    case .double(let value): ["\(path) \(value)"]
    case .string(let value): ["\(path) \(value)"]
    case .tensor(let tensor): ["\(path) \(tensor.dtype)\(tensor.shape)"]
    case .list(let values): values.enumerated().flatMap { layout($1, "\(path).list\($0)") }
    case .tuple(let values): values.enumerated().flatMap { layout($1, "\(path).tuple\($0)") }
    case .dictionary(let state): state.flatMap { layout($0.value, "\(path).\($0.key)") }
    }
}
