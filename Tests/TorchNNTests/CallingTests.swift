import TestSupport
import Testing
import Torch
import TorchNN

/// Modules as a user writes them: nothing but what they compute.
private final class Doubling: Module, Layer {
    func forward(_ input: Tensor) throws -> Tensor { try input * 2 }
}

private final class Siamese: Module, BinaryCallable {
    let embedding = Linear(3, 2)

    func forward(_ left: Tensor, _ right: Tensor) throws -> (left: Tensor, right: Tensor) {
        (try embedding(left), try embedding(right))
    }
}

private final class Gate: Module, TernaryCallable {
    func forward(_ gate: Tensor, _ a: Tensor, _ b: Tensor?) throws -> Tensor {
        try gate * a + (1 - gate) * (b ?? a)
    }
}

private struct Boxes {
    let scale: Double
    let corners: [Tensor]
    let labels: Tensor?
}

private final class Detector: Module, Callable {
    let double = Doubling()

    func forward(_ images: [String: Tensor]) throws -> Boxes {
        let corners = try images.sorted { $0.key < $1.key }.map { try double($0.value) }
        return Boxes(scale: 1, corners: corners, labels: nil)
    }
}

private final class Masked: Module {
    func callAsFunction(_ x: Tensor, mask: Tensor? = nil) throws -> Tensor {
        try call((x, mask)) { try forward(x, mask: mask) }
    }

    func forward(_ x: Tensor, mask: Tensor?) throws -> Tensor { try mask.map { try x * $0 } ?? x }
}

private final class Parent: Module, Layer {
    let siamese = Siamese()
    let gate = Gate()
    let detector = Detector()
    let masked = Masked()

    func forward(_ input: Tensor) throws -> Tensor {
        let (left, right) = try siamese(input, input)
        let boxes = try detector(["a": left, "b": right])
        return try masked(gate(boxes.corners[0], boxes.corners[1], nil), mask: right)
    }
}

@Suite(.standardGenerator)
struct CallingTests {
    private func shapes<M: Module>(of module: M, _ call: (M) throws -> Any) throws -> [[[Int]]] {
        var seen: [[[Int]]] = []
        let handle = module.registerForwardHook { seen += [$1.map(\.shape), $2.map(\.shape)] }
        _ = try call(module)
        handle.remove()
        _ = try call(module)
        return seen
    }

    @Test("a module with nothing but forward calls its hooks: for one, two, and three inputs, and any output")
    func ownModulesCallHooks() throws {
        let (x, y) = (try Tensor.zeros([4, 3]), try Tensor.zeros([1]))
        #expect(try shapes(of: Doubling()) { try $0(x) } == [[[4, 3]], [[4, 3]]])
        #expect(try shapes(of: Siamese()) { try $0(x, x) } == [[[4, 3], [4, 3]], [[4, 2], [4, 2]]])
        #expect(try shapes(of: Gate()) { try $0(y, x, nil) } == [[[1], [4, 3]], [[4, 3]]])
        #expect(try shapes(of: Gate()) { try $0(y, x, x) } == [[[1], [4, 3], [4, 3]], [[4, 3]]])
        #expect(try shapes(of: Detector()) { try $0(["b": x, "a": y]) } == [[[1], [4, 3]], [[1], [4, 3]]])
        #expect(try shapes(of: Masked()) { try $0(x, mask: y) } == [[[4, 3], [1]], [[4, 3]]])
        #expect(try shapes(of: Masked()) { try $0(x) } == [[[4, 3]], [[4, 3]]])
    }

    @Test("a module of any layer's type is called with its hooks")
    func existentialsCallHooks() throws {
        let layer: any Layer = Doubling()
        var count = 0
        _ = layer.registerForwardHook { _, _, _ in count += 1 }
        try expectSameBits(layer(Tensor([1.0])), Tensor([2.0]))
        _ = try layer.forward(Tensor([1.0]))
        #expect(count == 1)
    }

    @Test("a subclass's forward is what a call of its superclass runs")
    func overridesRun() throws {
        class Zero: Linear {
            override func forward(_ input: Tensor) throws -> Tensor { try super.forward(input) * 0 }
        }
        let layer: Linear = Zero(2, 2)
        #expect(try layer(Tensor.ones([1, 2])).nonZeroCount() == 0)
    }

    @Test("every module of one's own is in a summary, with the shape of its first output")
    func summariesHaveOwnModules() throws {
        let summary = try Parent().summary(inputSize: [4, 3])
        #expect(
            summary.rows.map(\.name) == [
                "", "siamese", "siamese.embedding", "gate", "detector", "detector.double", "masked",
            ])
        #expect(summary.rows.allSatisfy { $0.outputShape == [4, 2] })
    }

    @Test("an error of a forward pass comes out as it is")
    func otherErrorsStay() throws {
        struct Stop: Error {}
        final class Stopping: Module, Layer {
            func forward(_ input: Tensor) throws -> Tensor { throw Stop() }
        }
        #expect(throws: Stop.self) { try Sequential(Stopping())(Tensor(1.0)) }
    }
}

extension Tensor {
    fileprivate func nonZeroCount() throws -> Int { try self.ne(0).sum().item(Int.self) }
}
