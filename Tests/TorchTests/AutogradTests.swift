import TestSupport
import Testing
import Torch

@Suite struct AutogradTests {
    private struct Stop: Error {}

    @Test("backward adds to the gradients of leaves, and to nothing else's")
    func accumulation() throws {
        let x = try Tensor([1.0, 2, 3]).requiresGrad_()
        let y = try x * 2
        try y.sum().backward()
        #expect(try x.grad?.array(Float.self) == [2, 2, 2])
        try (x * x).sum().backward()
        #expect(try x.grad?.array(Float.self) == [4, 6, 8])
        #expect(y.grad == nil)
        #expect(x.isLeaf && !y.isLeaf && y.requiresGrad)
        #expect(x.gradFunction == nil)
        #expect(y.gradFunction == "MulBackward0")
        try x.setGrad(nil)
        #expect(x.grad == nil)
    }

    @Test("backward of several numbers takes the gradient with respect to them")
    func givenGradient() throws {
        let x = try Tensor([1.0, 2]).requiresGrad_()
        try x.pow(2).backward(gradient: Tensor([1.0, 10]))
        #expect(try x.grad?.array(Float.self) == [2, 40])
        let error = #expect(throws: TorchError.self) { try (x * 2).backward() }
        #expect(error?.operation == "backward")
        #expect(throws: TorchError.self) { try (x * 2).backward(gradient: Tensor([1.0, 2, 3])) }
    }

    @Test("backward a second time is an error, unless the graph was kept")
    func twice() throws {
        let x = try Tensor([1.0, 2]).requiresGrad_()
        let y = try x.exp().sum()
        try y.backward(retainGraph: true)
        try y.backward()
        let error = #expect(throws: TorchError.self) { try y.backward() }
        #expect(error?.message.contains("a second time") == true)
        #expect(error?.message.contains("\n") == false)
    }

    @Test("backward of what no recorded operation made is an error")
    func withoutGraph() throws {
        #expect(throws: TorchError.self) { try Tensor(1.0).backward() }
        #expect(throws: TorchError.self) { try Tensor.undefined.backward() }
    }

    @Test("derivatives of higher order")
    func higherOrder() throws {
        let x = try Tensor(3.0).requiresGrad_()
        let first = try #require(try grad(of: [x.pow(3)], withRespectTo: [x], createGraph: true)[0])
        #expect(try first.item(Double.self) == 27)
        let second = try #require(try grad(of: [first], withRespectTo: [x])[0])
        #expect(try second.item(Double.self) == 18)
    }

    @Test("gradients without adding them, with weights and unused inputs")
    func gradFunction() throws {
        let (x, y) = (try Tensor([1.0, 2]).requiresGrad_(), try Tensor([3.0]).requiresGrad_())
        let weighted = try grad(of: [x * 2, x.sum()], withRespectTo: [x], gradients: [Tensor([1.0, 5]), nil])
        #expect(try weighted[0]?.array(Float.self) == [3, 11])
        #expect(x.grad == nil)
        let partial = try grad(of: [x.sum()], withRespectTo: [x, y], allowUnused: true)
        #expect(partial[0] != nil && partial[1] == nil)
        #expect(throws: TorchError.self) { try grad(of: [x.sum()], withRespectTo: [y]) }
        #expect(throws: TorchError.self) { try grad(of: [x.sum()], withRespectTo: [x], gradients: [nil, nil, nil]) }
        #expect(throws: TorchError.self) { try grad(of: [.undefined], withRespectTo: [x]) }
    }

    @Test("only real and complex tensors can require gradients")
    func integers() throws {
        let error = #expect(throws: TorchError.self) { try Tensor([1, 2]).requiresGrad_() }
        #expect(error?.kind == .type)
        #expect(try Tensor([1, 2]).requiresGrad_(false).requiresGrad == false)
        #expect(try Tensor([1, 2]).asParameter().requiresGrad == false)
        #expect(try Tensor([1.0, 2]).asParameter().requiresGrad)
        #expect(try Tensor.undefined.asParameter().isDefined == false)
    }

    @Test("writing into a leaf that is recorded is an error; inside noGrad it is not")
    func inPlace() throws {
        let x = try Tensor([1.0, 2]).requiresGrad_()
        let error = #expect(throws: TorchError.self) { try x.add_(1) }
        #expect(error?.message.contains("leaf") == true)
        try noGrad { _ = try x.add_(1) }
        #expect(try x.array(Float.self) == [2, 3])
        let y = try x.exp()
        try y.mul_(2)
        #expect(throws: TorchError.self) { try y.sum().backward() }
    }

    @Test("a gradient of another shape, type or of nothing is an error")
    func settingGradients() throws {
        let x = try Tensor([1.0, 2]).requiresGrad_()
        #expect(throws: TorchError.self) { try x.setGrad(Tensor([1.0])) }
        #expect(throws: TorchError.self) { try x.setGrad(Tensor([1, 2])) }
        #expect(throws: TorchError.self) { try x.setGrad(.undefined) }
        let gradient = try Tensor([5.0, 6])
        try x.setGrad(gradient)
        #expect(x.grad?.isSame(as: gradient) == true)
    }

    @Test("data of a parameter can be exchanged without a record")
    func data() throws {
        let x = try Tensor([1.0, 2]).asParameter()
        try x.setData(Tensor([3.0, 4, 5]))
        #expect(try x.array(Float.self) == [3, 4, 5])
        #expect(x.requiresGrad && x.isLeaf)
        #expect(throws: TorchError.self) { try x.setData(.undefined) }
    }

    @Test("blocks nest, and end with their errors too")
    func modes() throws {
        let x = try Tensor([1.0]).requiresGrad_()
        #expect(isGradEnabled)
        try noGrad {
            #expect(!isGradEnabled)
            #expect(try !(x * 2).requiresGrad)
            try enableGrad {
                let recorded = try x * 2
                #expect(recorded.requiresGrad)
                noGrad { #expect(!isGradEnabled) }
                #expect(isGradEnabled)
            }
            #expect(!isGradEnabled)
        }
        #expect(throws: Stop.self) { try noGrad { throw Stop() } }
        #expect(isGradEnabled)
        #expect(throws: Stop.self) { try inferenceMode { try noGrad { throw Stop() } } }
        #expect(isGradEnabled)
        #expect(try (x * 2).requiresGrad)
    }

    @Test("a tensor made in inference mode cannot be recorded later")
    func inference() throws {
        let x = try Tensor([1.0]).requiresGrad_()
        let made = try inferenceMode {
            #expect(!isGradEnabled)
            return try inferenceMode { try x * 2 }
        }
        #expect(!made.requiresGrad)
        #expect(throws: TorchError.self) { try made.requiresGrad_() * 1 }
        #expect(throws: TorchError.self) { try (made * x).sum().backward() }
        #expect(made.description == "tensor([2.])")
    }

    @Test("autocast lowers products, keeps sums, and restores what was before")
    func mixedPrecision() throws {
        let (a, b) = (try Tensor.ones(2, 2), try Tensor.ones(2, 2))
        try autocast(.cpu, .bfloat16) {
            #expect(try a.matmul(b).dtype == .bfloat16)
            #expect(try (a + b).dtype == .float32)
            let off = try autocast(.cpu, .bfloat16, enabled: false) { try a.matmul(b) }
            let half = try autocast(.cpu, .float16) { try a.matmul(b) }
            #expect(off.dtype == .float32 && half.dtype == .float16)
            #expect(try a.matmul(b).dtype == .bfloat16)
        }
        #expect(throws: Stop.self) { try autocast(.cpu, .bfloat16) { throw Stop() } }
        #expect(try a.matmul(b).dtype == .float32)
        let error = #expect(throws: TorchError.self) { try autocast(.cpu, .float32) {} }
        #expect(error?.kind == .type)
    }

    @Test("autocast on a device that is not there is an error that says so")
    func autocastWithoutDevice() {
        guard !CUDA.isAvailable else { return }
        let error = #expect(throws: TorchError.self) { try autocast(.cuda, .float16) {} }
        #expect(error?.message == "CUDA is not available: this libtorch finds no CUDA device")
    }

    @Test("gradients flow in mixed precision, into leaves of full precision")
    func mixedPrecisionGradients() throws {
        let w = try Tensor.ones(3, 2).requiresGrad_()
        try autocast(.cpu, .bfloat16) { try Tensor.ones(4, 3).matmul(w).sum() }.backward()
        let gradient = try #require(w.grad)
        #expect(gradient.dtype == .float32)
        #expect(try gradient.array(Float.self) == [4, 4, 4, 4, 4, 4])
    }
}
