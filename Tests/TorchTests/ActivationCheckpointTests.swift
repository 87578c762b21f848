import Synchronization
import TestSupport
import Testing
import Torch

@Suite(.standardGenerator)
struct ActivationCheckpointTests {
    struct Stop: Error {}

    /// The gradients of an input and a weight through two layers with dropout, with or without a checkpoint.
    private func gradients(isCheckpointed: Bool) throws -> [Tensor] {
        try manualSeed(7)
        let x = try Tensor.randn(4, 6).requiresGrad_()
        let weight = try Tensor.randn(6, 6).requiresGrad_()
        let block: (Tensor) throws -> Tensor = { try Tensor.dropout($0.matmul(weight).tanh(), p: 0.5, train: true) }
        let y = isCheckpointed ? try checkpoint(checkpoint(x, block), block) : try block(block(x))
        // What is drawn in between does not matter.
        let noise = try Tensor.randn(4, 6)
        try (y * noise).sum().backward()
        let after = try Tensor.randn(3)
        return [try #require(x.grad), try #require(weight.grad), try y.detach(), after]
    }

    @Test("results, gradients and the random numbers afterwards are those without a checkpoint")
    func sameGradients() throws {
        let expected = try gradients(isCheckpointed: false)
        for (actual, expected) in zip(try gradients(isCheckpointed: true), expected) {
            try expectSameBits(actual, expected)
        }
    }

    @Test("the body runs once forwards, without recording, and once backwards")
    func bodyRunsTwice() throws {
        let runs = Mutex<[Bool]>([])
        let x = try Tensor([1.0]).requiresGrad_()
        let y = try checkpoint(x) { input in
            runs.withLock { $0.append(isGradEnabled) }
            return try input.exp()
        }
        #expect(runs.withLock { $0 } == [false])
        try y.backward()
        #expect(runs.withLock { $0 } == [false, true])
        _ = try noGrad { try checkpoint(x) { try $0.exp() } }
    }

    @Test("parameters inside get their gradients if no input has any")
    func parametersInside() throws {
        let weight = try Tensor([2.0]).requiresGrad_()
        try checkpoint(Tensor([3.0])) { try $0 * weight }.backward()
        #expect(try weight.grad?.array(Double.self) == [3])
    }

    @Test("several tensors go in and out; integers have no gradient")
    func severalTensors() throws {
        let (x, index) = (try Tensor([1.0, 2, 3]).requiresGrad_(), try Tensor([0, 2]))
        let outputs = try checkpoint([x, index]) { inputs in
            let chosen = try inputs[0][inputs[1]]
            return [try chosen * 2, try chosen * chosen, inputs[1]]
        }
        #expect(outputs.map(\.requiresGrad) == [true, true, false])
        try (outputs[0].sum() + outputs[1].sum()).backward()
        #expect(try x.grad?.array(Double.self) == [4, 0, 8])
    }

    @Test("the second run has the first's autocast")
    func autocastIsKept() throws {
        let types = Mutex<[DType]>([])
        let x = try Tensor.ones(2, 2).requiresGrad_()
        let y = try autocast(.cpu, .bfloat16) {
            try checkpoint(x) { input in
                let product = try input.matmul(input)
                types.withLock { $0.append(product.dtype) }
                return product
            }
        }
        try y.sum().backward()
        #expect(types.withLock { $0 } == [.bfloat16, .bfloat16])
    }

    @Test("errors of both runs come through, and the random state is put back")
    func errorsComeThrough() throws {
        let x = try Tensor([1.0]).requiresGrad_()
        #expect(throws: Stop.self) { try checkpoint(x) { _ in throw Stop() } }
        let y = try checkpoint(x) { input in
            if isGradEnabled { throw Stop() }
            return try input + Tensor.rand(1)
        }
        let state = try Generator.standard().state()
        #expect(throws: Stop.self) { try y.backward() }
        try expectSameBits(Generator.standard().state(), state)
    }

    @Test("a backward pass that it cannot serve is an error, not a wrong gradient")
    func unsupportedPassesThrow() throws {
        let x = try Tensor([1.0]).requiresGrad_()
        let y = try checkpoint(x) { try $0.exp() }
        #expect(throws: TorchError.self) { try grad(of: [y], withRespectTo: [x], retainGraph: true) }
        #expect(throws: TorchError.self) { try y.backward(createGraph: true) }
        var run = 0
        let z = try checkpoint([x]) { inputs in
            run += 1
            return run == 1 ? inputs.map { $0 } : []
        }
        #expect(throws: TorchError.self) { try z[0].backward() }
    }

    @Test("activations inside are not kept")
    func activationsAreNotKept() throws {
        var results: [Tensor] = []
        let x = try Tensor.ones(8).requiresGrad_()
        try expectTensorGrowth(below: 300 * 4) {
            results = try (0..<300).map { _ in try checkpoint(x) { try $0.exp().exp().exp() } }
        }
        for result in results { try result.sum().backward(retainGraph: false) }
        #expect(x.grad != nil)
    }
}
