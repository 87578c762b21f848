import Helios
import SimulatedAccelerator
import Synchronization
import TestSupport
import Testing

/// A device has a thread of its own for its backward passes: what is kept for each thread must find the way back.
@Suite("Backward passes on a device that is not the CPU") struct AutogradTests {
    @Test("what a hook, a function or the second run of a checkpoint throws comes out of backward")
    func errors() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                let x = try Tensor.ones([3], device: Simulation.device).requiresGrad_()
                let hooked = try x * 2
                try hooked.registerHook { _ in throw SimulationError(description: "a hook's error") }
                let runs = Mutex(0)
                let computed = try checkpoint(x) { input in
                    let isFirst = runs.withLock { runs in
                        runs += 1
                        return runs == 1
                    }
                    if !isFirst { throw SimulationError(description: "a second run's error") }
                    return try input.exp()
                }
                for (output, message) in [
                    (hooked, "a hook's error"), (try FailingFunction()(x), "a function's error"),
                    (computed, "a second run's error"),
                ] {
                    let error = #expect(throws: (any Error).self) { try output.sum().backward() }
                    #expect("\(error, default: "nothing")".contains(message), "\(message)")
                }
                // An operation that fails in the backward pass.
                let y = try x.exp()
                let error = #expect(throws: TorchError.self) { try y.backward(gradient: Tensor.ones([3])) }
                #expect(error?.message.contains("device") == true)
            }
        }
    }

    @Test("a hook and a function see the gradient on the device, and record nothing")
    func hooks() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                let device = try Simulation.device
                let x = try Tensor.ones([3], device: device).requiresGrad_()
                let seen = Mutex<[String]>([])
                let y = try ScalingFunction(factor: 3) { note in seen.withLock { $0.append(note) } }(x)
                try y.registerHook { gradient in
                    seen.withLock { $0.append("hook \(gradient.device) \(isGradEnabled)") }
                    return try gradient * 2
                }
                try y.sum().backward()
                #expect(seen.withLock(\.self) == ["hook sim:0 false", "function sim:0 false"])
                #expect(try x.grad?.array(Double.self) == [6, 6, 6])
            }
        }
    }

    @Test("a training that is over holds no memory of the device")
    func memory() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                let device = try Simulation.device
                let before = sim_allocated_bytes(0)
                for _ in 0..<3 {
                    _ = try SimulatedTraining().run(DeviceModel(dropout: 0.2, clip: .norm(1)), on: device)
                }
                #expect(sim_allocated_bytes(0) == before)
            }
        }
    }
}

private struct FailingFunction: AutogradFunction {
    func forward(_ inputs: [Tensor], _ call: FunctionCall) throws -> [Tensor] { [try inputs[0] * 2] }

    func backward(_ gradients: [Tensor], _ call: FunctionCall) throws -> [Tensor?] {
        throw SimulationError(description: "a function's error")
    }
}

private struct ScalingFunction: AutogradFunction {
    let factor: Double
    let note: @Sendable (String) -> Void

    func forward(_ inputs: [Tensor], _ call: FunctionCall) throws -> [Tensor] { [try inputs[0] * factor] }

    func backward(_ gradients: [Tensor], _ call: FunctionCall) throws -> [Tensor?] {
        note("function \(gradients[0].device) \(isGradEnabled)")
        return [try gradients[0] * factor]
    }
}
