import TestSupport
import Testing
import Torch
import TorchOptim

struct GradScalerTests {
    struct Expected: Decodable {
        struct State: Decodable {
            let scale: Double
            let growth_factor: Double
            let backoff_factor: Double
            let growth_interval: Int
            let _growth_tracker: Int
        }

        struct Run: Decodable {
            let scales: [Double]
            let parameters: [FixtureTensor]
            let state: State
        }

        let first: FixtureTensor
        let inputs: [FixtureTensor]
        let overflows: [Int]
        let runs: [String: Run]
    }

    /// SGD without what its kernel could do by itself: what an optimizer of the user's own is to a scaler.
    private final class Plain: Optimizer {
        init(_ parameters: [Tensor]) throws {
            try super.init(groups: [ParameterGroup(parameters)], defaults: ["lr": 0.1])
        }

        override func step() throws {
            try noGrad {
                for parameter in parameters {
                    if let gradient = parameter.grad { try parameter.sub_(gradient, alpha: 0.1) }
                }
            }
        }
    }

    private static let cases = [
        ("sgd", false), ("sgd", true), ("adamw", false), ("adamw", true), ("plain", false), ("plain", true),
    ]

    @Test("scales, left-out steps and parameters are PyTorch's", arguments: cases)
    func runIsPyTorchs(name: String, unscales: Bool) throws {
        try expect(fixture("grad-scaler"), name, unscales) { .optimizerSteps($0) }
    }

    @Test(
        "scales, left-out steps and parameters have the bits of the PyTorch beside", .needsPyTorch,
        // The plain optimizer is not PyTorch's.
        arguments: cases.filter { $0.0 != "plain" })
    func runHasPyTorchsBits(name: String, unscales: Bool) async throws {
        let expected: Expected = try await Python.fixture("grad-scaler")
        LibTorch.useOneThreadOnThisThread()
        try expect(expected, name, unscales) { _ in .bits }
    }

    private func expect(
        _ expected: Expected, _ name: String, _ unscales: Bool, within tolerance: (_ steps: Int) -> Tolerance
    ) throws {
        let isPlain = name == "plain"
        let run = try #require(expected.runs[(isPlain ? "sgd" : name) + (unscales ? " unscaled" : "")])
        let parameter = try expected.first.tensor.requiresGrad_()
        let optimizer: Optimizer =
            switch name {
            case "sgd": try SGD([parameter], learningRate: 0.1)
            case "adamw": try AdamW([parameter], learningRate: 0.1)
            default: try Plain([parameter])
            }
        let scaler = try GradScaler(
            device: .cpu, initialScale: 1024, growthFactor: 4, backoffFactor: 0.25, growthInterval: 2)
        for (step, input) in expected.inputs.enumerated() {
            try optimizer.zeroGrad()
            let loss = try (parameter * input.tensor).sum() * (expected.overflows.contains(step) ? Double.infinity : 1)
            try scaler.scale(loss).backward()
            if unscales { try scaler.unscale_(optimizer) }
            try scaler.step(optimizer)
            try scaler.update()
            #expect(try scaler.currentScale() == run.scales[step])
            try expectClose(parameter, run.parameters[step].tensor, within: tolerance(step + 1), "step \(step)")
        }
        let state = try scaler.stateDict()
        #expect(
            state.names == ["scale", "growth_factor", "backoff_factor", "growth_interval", "_growth_tracker"])
        #expect(try state.double("scale") == run.state.scale)
        #expect(try state.int("_growth_tracker") == run.state._growth_tracker)
        #expect(try state.int("growth_interval") == run.state.growth_interval)
    }

    @Test("momentum does not start with a step that was left out")
    func overflowStartsNoMomentum() throws {
        let parameter = try Tensor.zeros([2]).requiresGrad_()
        let optimizer = try SGD([parameter], momentum: 0.9)
        let scaler = try GradScaler(device: .cpu)
        try scaler.scale((parameter * Double.infinity).sum()).backward()
        try scaler.step(optimizer)
        #expect(try optimizer.stateDict().dictionary("state").isEmpty)
        #expect(try parameter.array(Float.self) == [0, 0])
    }

    @Test("calls out of order are errors")
    func orderMatters() throws {
        let parameter = try Tensor.zeros([2]).requiresGrad_()
        let optimizer = try SGD([parameter])
        let scaler = try GradScaler(device: .cpu)
        #expect(throws: OptimizerError.self) { try scaler.update() }
        #expect(throws: OptimizerError.self) { try scaler.step(optimizer) }
        try parameter.setGrad(Tensor.ones([2]))
        try scaler.unscale_(optimizer)
        #expect(throws: OptimizerError.self) { try scaler.unscale_(optimizer) }
        try scaler.step(optimizer)
        #expect(throws: OptimizerError.self) { try scaler.step(optimizer) }
        #expect(throws: OptimizerError.self) { try scaler.unscale_(optimizer) }
        try scaler.update()
        #expect(throws: Never.self) { try scaler.step(optimizer) }
    }

    @Test("sparse gradients are unscaled and checked, also if a row occurs twice")
    func sparseGradients() throws {
        let parameter = try Tensor.zeros([3, 1]).requiresGrad_()
        let (optimizer, scaler) = (try SparseAdam([parameter]), try GradScaler(device: .cpu, initialScale: 4))
        func setGradient(_ value: Float) throws {
            let values = try Tensor([value, 8, 4], shape: [3, 1])
            try parameter.setGrad(Tensor.sparseCooTensor(Tensor([[2, 0, 2]]), values: values, size: [3, 1]))
        }
        try setGradient(12)
        try scaler.unscale_(optimizer)
        #expect(try parameter.grad?.toDense().array(Float.self) == [2, 0, 4])
        try scaler.step(optimizer)
        try scaler.update()
        let before = try parameter.array(Float.self)
        #expect(before[0] < 0 && before[1] == 0)
        try setGradient(.infinity)
        try scaler.step(optimizer)
        try scaler.update()
        #expect(try parameter.array(Float.self) == before)
        #expect(try scaler.currentScale() == 2)
    }

    @Test("gradients in half precision are an error")
    func halfGradientsThrow() throws {
        let parameter = try Tensor.zeros([2], dtype: .float16).requiresGrad_()
        try parameter.setGrad(Tensor.ones([2], dtype: .float16))
        let scaler = try GradScaler(device: .cpu)
        #expect(throws: OptimizerError.self) { try scaler.unscale_(SGD([parameter])) }
    }

    @Test("a scaler that is switched off lets everything through, and needs no device")
    func switchedOff() throws {
        let parameter = try Tensor.ones([1]).requiresGrad_()
        let optimizer = try SGD([parameter], learningRate: 1)
        let scaler = try GradScaler(isEnabled: false)
        let loss = try (parameter * 2).sum()
        #expect(try scaler.scale(loss).isSame(as: loss))
        try loss.backward()
        try scaler.unscale_(optimizer)
        try scaler.step(optimizer)
        try scaler.update()
        #expect(try parameter.item(Double.self) == -1)
        #expect(try scaler.currentScale() == 1)
        #expect(try scaler.stateDict().isEmpty)
    }

    @Test("a state is restored, and one that makes no sense changes nothing")
    func stateIsRestored() throws {
        let scaler = try GradScaler(device: .cpu)
        let state: StateDict = [
            "scale": 128.0, "growth_factor": 3.0, "backoff_factor": 0.25, "growth_interval": 7, "_growth_tracker": 5,
        ]
        try scaler.loadStateDict(state)
        #expect("\(try scaler.stateDict())" == "\(state)")
        let wrong: [(StateDict.Key, StateValue)] = [
            ("scale", -1.0), ("scale", "a"), ("scale", .double(.nan)), ("growth_factor", 1.0), ("backoff_factor", 1.0),
            ("growth_interval", 0), ("growth_interval", .int(.max)), ("_growth_tracker", -1),
            ("_growth_tracker", .int(.max)), ("_growth_tracker", .none),
        ]
        for (key, value) in wrong {
            var other = state
            other["scale"] = 2.0
            other[key] = value
            #expect(throws: (any Error).self, "\(key) \(value)") { try scaler.loadStateDict(other) }
        }
        #expect(throws: StateDictError.self) { try scaler.loadStateDict([:]) }
        #expect("\(try scaler.stateDict())" == "\(state)")
    }

    @Test("options that make no sense are errors")
    func nonsenseThrows() throws {
        #expect(throws: OptimizerError.self) { try GradScaler(device: .cpu, initialScale: 0) }
        #expect(throws: OptimizerError.self) { try GradScaler(device: .cpu, growthFactor: 1) }
        #expect(throws: OptimizerError.self) { try GradScaler(device: .cpu, backoffFactor: 1) }
        #expect(throws: OptimizerError.self) { try GradScaler(device: .cpu, growthInterval: 0) }
        #expect(throws: OptimizerError.self) { try GradScaler(device: .cpu).update(newScale: .infinity) }
        if !CUDA.isAvailable { #expect(throws: TorchError.self) { try GradScaler() } }
    }
}
