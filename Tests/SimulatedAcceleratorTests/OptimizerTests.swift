import Helios
import TestSupport
import Testing

@testable import RegistryCases

@Suite("Optimizers and metrics on a device that is not the CPU") struct OptimizerTests {
    @Test("three steps of each optimizer end in the CPU's weights, also after its state was saved and loaded")
    func optimizers() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                for (name, cases) in optimizerCases.sorted(by: { $0.key < $1.key }) where name != "SparseAdam" {
                    for (number, example) in cases.enumerated() {
                        Simulation.expectSame("\(name) \(number)", make: { _ in }) { _, device in
                            try OptimizerTests.weights(after: 3, device) { try example.make([ParameterGroup($0)]) }
                        }
                    }
                }
            }
        }
    }

    /// Trains two parameters, with an optimizer that is made anew before the last step and gets the state of the first.
    private static func weights(
        after count: Int, _ device: Device, _ make: ([Tensor]) throws -> Optimizer
    ) throws -> [(name: String, tensor: Tensor)] {
        let generator = try Generator(seed: 1)
        let parameters = try [[3, 4], [4]].map {
            try Tensor.randn($0, generator: generator).to(device).requiresGrad_()
        }
        let input = try Tensor.randn([5, 3], generator: generator).to(device)
        var optimizer = try make(parameters)
        for step in 1...count {
            if step == count {
                let state = try optimizer.stateDict()
                optimizer = try make(parameters)
                try optimizer.loadStateDict(state)
            }
            let closure = {
                try optimizer.zeroGrad()
                let loss = try (input.matmul(parameters[0]) + parameters[1]).pow(2).mean()
                try loss.backward()
                return loss
            }
            _ = try optimizer.step(closure)
        }
        return [("weight", parameters[0]), ("bias", parameters[1])]
    }

    @Test("metrics of tensors on the device are those of the CPU")
    func metrics() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                let recorded = try fixture("metrics", as: MetricFixture.self)
                #expect(!recorded.cases.isEmpty)
                for example in recorded.cases {
                    let (predictions, targets) = try recorded.data(example)
                    var scores: [Tensor] = []
                    for device in [Device.cpu, try Simulation.device] {
                        let metric = try example.make()
                        try metric.update(predictions.to(device), targets.to(device))
                        let other = try example.make()
                        try other.loadStateDict(metric.stateDict())
                        try other.update(predictions.to(device), targets.to(device))
                        scores += [try metric.computedTensor().to(.cpu), try other.computedTensor().to(.cpu)]
                    }
                    #expect(
                        try scores[0].allclose(scores[2], rtol: 1e-12, equalNan: true), "\(example.testDescription)")
                    #expect(
                        try scores[1].allclose(scores[3], rtol: 1e-12, equalNan: true), "\(example.testDescription)")
                }
            }
        }
    }
}
