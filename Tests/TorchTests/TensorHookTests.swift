import Synchronization
import TestSupport
import Testing
import Torch

@Suite struct TensorHookTests {
    struct Stop: Error {}

    @Test("a hook sees the gradient of a leaf and of a result")
    func hooksSeeGradients() throws {
        let seen = Mutex<[[Double]]>([])
        let note: @Sendable (Tensor) throws -> Tensor? = { gradient in
            let values = try gradient.array(Double.self)
            seen.withLock { $0.append(values) }
            return nil
        }
        let x = try Tensor([1.0, 2]).requiresGrad_()
        let y = try x * 3
        try x.registerHook(note)
        try y.registerHook(note)
        try (y * y).sum().backward()
        #expect(seen.withLock { $0 } == [[6, 12], [18, 36]])
        #expect(try x.grad?.array(Double.self) == [18, 36])
    }

    @Test("what a hook returns is passed on instead, in the order of the hooks")
    func hooksReplaceGradients() throws {
        let x = try Tensor([1.0, 2]).requiresGrad_()
        try x.registerHook { try $0 * 10 }
        try x.registerHook { try $0 + 1 }
        try x.sum().backward()
        #expect(try x.grad?.array(Double.self) == [11, 11])
    }

    @Test("a hook on a result that nothing depends on is not called")
    func unusedResults() throws {
        let x = try Tensor([[1.0], [2]]).requiresGrad_()
        let rows = try x.unbind()
        try rows[1].registerHook { try $0 * 10 }
        try rows[0].registerHook { try $0 * 3 }
        try rows[0].sum().backward()
        #expect(try x.grad?.array(Double.self) == [3, 0])
    }

    @Test("a removed hook is not called")
    func hooksAreRemoved() throws {
        let x = try Tensor([1.0]).requiresGrad_()
        let handle = try x.registerHook { _ in throw Stop() }
        let other = try x.registerHook { try $0 * 2 }
        handle.remove()
        handle.remove()
        try x.sum().backward()
        #expect(try x.grad?.array(Double.self) == [2])
        withExtendedLifetime(other) {}
    }

    @Test("a hook's error comes out of backward; a gradient of another shape is an error")
    func errorsComeThrough() throws {
        let x = try Tensor([1.0, 2]).requiresGrad_()
        let (y, z) = (try x * 2, try x * 2)
        try y.registerHook { _ in throw Stop() }
        #expect(throws: Stop.self) { try y.sum().backward() }
        try z.registerHook { _ in try Tensor.ones(3) }
        #expect(throws: TorchError.self) { try z.sum().backward() }
        #expect(throws: TorchError.self) { try Tensor([1.0]).registerHook { $0 } }
    }

    @Test("a hook goes with its tensor, or when it is removed")
    func nothingLeaks() throws {
        final class Witness: Sendable {}
        weak var witness: Witness?
        for isRemoved in [false, true] {
            let kept = try Tensor([1.0]).requiresGrad_()
            do {
                let object = Witness()
                witness = object
                let x = isRemoved ? kept : try Tensor([1.0]).requiresGrad_()
                let handle = try x.registerHook { gradient in
                    withExtendedLifetime(object) { gradient }
                }
                try x.sum().backward()
                if isRemoved { handle.remove() }
            }
            #expect(witness == nil)
            withExtendedLifetime(kept) {}
        }
    }
}
