import TestSupport
import Testing
import Torch

@Suite struct AutogradFunctionTests {
    struct Exponential: AutogradFunction {
        func forward(_ inputs: [Tensor], _ call: FunctionCall) throws -> [Tensor] {
            let result = try inputs[0].exp()
            try call.save([result])
            return [result]
        }

        func backward(_ gradients: [Tensor], _ call: FunctionCall) throws -> [Tensor?] {
            [try gradients[0] * call.savedTensors()[0]]
        }
    }

    /// Runs what a test gives it.
    struct Custom: AutogradFunction {
        var forwardBody: @Sendable ([Tensor], FunctionCall) throws -> [Tensor] = { inputs, _ in
            try inputs.map { try $0 * 2 }
        }
        var backwardBody: @Sendable ([Tensor], FunctionCall) throws -> [Tensor?] = { gradients, _ in gradients }

        func forward(_ inputs: [Tensor], _ call: FunctionCall) throws -> [Tensor] { try forwardBody(inputs, call) }
        func backward(_ gradients: [Tensor], _ call: FunctionCall) throws -> [Tensor?] {
            try backwardBody(gradients, call)
        }
    }

    struct Stop: Error, Equatable {
        let number: Int
    }

    @Test("a function's own gradient is used, of the first and the second order")
    func gradient() throws {
        let x = try Tensor([0.0, 1, -2]).requiresGrad_()
        let y = try Exponential()(x)
        #expect(y.gradFunction == "ExponentialBackward")
        try expectSameBits(y.detach(), x.detach().exp())
        let first = try #require(try grad(of: [y.sum()], withRespectTo: [x], createGraph: true)[0])
        let second = try #require(try grad(of: [first.sum()], withRespectTo: [x])[0])
        try expectClose(first.detach(), x.detach().exp())
        try expectClose(second, x.detach().exp())
    }

    @Test("nothing is recorded without a gradient to ask for, nor inside forward")
    func recording() throws {
        let x = try Tensor([1.0]).requiresGrad_()
        let function = Custom(forwardBody: { inputs, _ in
            #expect(!isGradEnabled)
            return try inputs.map { try $0 * 2 }
        })
        #expect(try function(x).requiresGrad)
        #expect(try !function(x.detach()).requiresGrad)
        #expect(try noGrad { try !function(x).requiresGrad })
    }

    @Test("several inputs and outputs; an unused output's gradient is zero, nil is none")
    func severalTensors() throws {
        let (x, y) = (try Tensor([1.0, 2]).requiresGrad_(), try Tensor([3.0, 4]).requiresGrad_())
        let function = Custom(
            forwardBody: { inputs, call in
                try call.save(inputs)
                return [try inputs[0] * inputs[1], try inputs[0] + 1]
            },
            backwardBody: { gradients, call in
                #expect(try gradients[1].array(Double.self) == [0, 0])
                #expect(call.needsGradient(ofInput: 0) && call.needsGradient(ofInput: 1))
                #expect(!call.needsGradient(ofInput: -1))
                return [try gradients[0] * call.savedTensors()[1] + gradients[1], nil]
            })
        let outputs = try function.apply([x, y])
        #expect(outputs.count == 2)
        try outputs[0].sum().backward()
        #expect(try x.grad?.array(Double.self) == [3, 4])
        #expect(y.grad == nil)
    }

    @Test("an error of forward or backward comes out as it was thrown")
    func errorsComeThrough() throws {
        let x = try Tensor([1.0]).requiresGrad_()
        #expect(throws: Stop(number: 1)) { try Custom(forwardBody: { _, _ in throw Stop(number: 1) })(x) }
        let y = try Custom(backwardBody: { _, _ in throw Stop(number: 2) })(x)
        #expect(throws: Stop(number: 2)) { try (y * 2).sum().backward() }
        let z = try Custom(backwardBody: { gradients, _ in [try gradients[0].matmul(Tensor.ones(3, 3))] })(x)
        let error = #expect(throws: TorchError.self) { try z.sum().backward() }
        #expect(error?.operation == "matmul")
        // The next error is its own again.
        #expect(throws: TorchError.self) { try Tensor.zeros(2).matmul(Tensor.zeros(3)) }
    }

    @Test("an error of a backward pass inside a backward pass comes through both")
    func nestedErrorsComeThrough() throws {
        let x = try Tensor([1.0]).requiresGrad_()
        let inner = Custom(backwardBody: { _, _ in throw Stop(number: 3) })
        let outer = Custom(backwardBody: { gradients, _ in
            try enableGrad { try inner(Tensor([1.0]).requiresGrad_()).backward() }
            return gradients
        })
        #expect(throws: Stop(number: 3)) { try outer(x).backward() }
    }

    @Test("too few gradients, and one of another shape, are errors that name the function")
    func wrongGradientsThrow() throws {
        let x = try Tensor([1.0, 2]).requiresGrad_()
        let none = #expect(throws: TorchError.self) { try Custom(backwardBody: { _, _ in [] })(x).sum().backward() }
        #expect(none?.description == "Custom: its backward gave 0 gradients for 1 inputs")
        let shape = #expect(throws: TorchError.self) {
            try Custom(backwardBody: { _, _ in [try Tensor.ones(3)] })(x).sum().backward()
        }
        #expect(shape?.kind == .shape && shape?.message.contains("Function returned an invalid gradient") == true)
        #expect(throws: TorchError.self) { try Custom(forwardBody: { _, _ in [] })(x) }
    }

    @Test("a second backward pass, and one after a change in place, throw if tensors were saved")
    func savedTensorsAreGuarded() throws {
        let x = try Tensor([1.0]).requiresGrad_()
        let y = try Exponential()(x)
        try y.backward(retainGraph: true)
        try y.backward()
        #expect(throws: TorchError.self) { try y.backward() }
        let z = try Exponential()(x)
        _ = try noGrad { try z.mul_(2) }
        #expect(throws: TorchError.self) { try z.sum().backward() }
    }

    @Test("an input changed in place, and an output without gradient, are marked")
    func marks() throws {
        let x = try Tensor([1.0, 2]).requiresGrad_()
        let changed = try x * 1
        let doubling = Custom(
            forwardBody: { inputs, call in
                try call.markChanged(inputs)
                return [try inputs[0].mul_(2)]
            }, backwardBody: { gradients, _ in [try gradients[0] * 2] })
        #expect(try doubling(changed).isSame(as: changed))
        try changed.sum().backward()
        #expect(try x.grad?.array(Double.self) == [2, 2])

        let constant = Custom(forwardBody: { inputs, call in
            let result = try inputs[0] * 2
            try call.markNonDifferentiable([result])
            return [result]
        })
        #expect(try !constant(x).requiresGrad)
    }

    @Test("a call that is used after its function ended throws")
    func lateUseThrows() throws {
        final class Keeper: @unchecked Sendable { var call: FunctionCall? }
        let keeper = Keeper()
        let x = try Tensor([1.0]).requiresGrad_()
        _ = try Custom(forwardBody: { inputs, call in
            keeper.call = call
            return try inputs.map { try $0 * 2 }
        })(x)
        let call = try #require(keeper.call)
        #expect(throws: TorchError.self) { try call.save([x]) }
        #expect(throws: TorchError.self) { try call.savedTensors() }
        #expect(!call.needsGradient(ofInput: 0))
    }

    @Test("a function and what it saved go with its results")
    func nothingLeaks() throws {
        final class Witness: @unchecked Sendable {}
        struct Watched: AutogradFunction {
            let witness: Witness
            let fails: Bool

            func forward(_ inputs: [Tensor], _ call: FunctionCall) throws -> [Tensor] {
                let result = try inputs[0].exp()
                try call.save(inputs + [result])
                if fails { throw Stop(number: 4) }
                return [result]
            }

            func backward(_ gradients: [Tensor], _ call: FunctionCall) throws -> [Tensor?] {
                [try gradients[0] * call.savedTensors()[1]]
            }
        }
        weak var witness: Witness?
        try expectTensorGrowth(below: 900) {
            for round in 0..<1000 {
                let object = Witness()
                witness = object
                let x = try Tensor([1.0]).requiresGrad_()
                let function = Watched(witness: object, fails: round % 3 == 1)
                guard let y = try? function(x) else { continue }
                if round % 3 == 2 { try y.backward() }
            }
        }
        #expect(witness == nil)
    }

    @Test("calls on several threads do not disturb each other", .timeLimit(.minutes(5)))
    func threads() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask {
                    for _ in 0..<50 {
                        let x = try Tensor([Double(number)]).requiresGrad_()
                        try Exponential()(x).backward()
                        try expectClose(#require(x.grad), x.detach().exp())
                        let stopping = try Custom(backwardBody: { _, _ in throw Stop(number: number) })(x)
                        #expect(throws: Stop(number: number)) { try stopping.backward() }
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
