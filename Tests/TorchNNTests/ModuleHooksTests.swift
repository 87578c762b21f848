import TestSupport
import Testing
import Torch
import TorchNN

struct ModuleHooksTests {
    @Test("a hook sees the module, its input and its output, until it is removed")
    func hookSeesForwardPass() throws {
        let layer = try Linear(3, 2)
        var seen: [[[Int]]] = []
        let handle = layer.registerForwardHook { module, input, output in
            #expect(module === layer)
            seen.append([input.shape, output.shape])
        }
        _ = try layer(Tensor.zeros([4, 3]))
        handle.remove()
        _ = try layer(Tensor.zeros([4, 3]))
        #expect(seen == [[[4, 3], [4, 2]]])
    }

    @Test("hooks run in the order of their registration, and removing one leaves the others")
    func hooksKeepOrder() throws {
        let layer = ReLU()
        var calls: [Int] = []
        let handles = (0..<3).map { number in layer.registerForwardHook { _, _, _ in calls.append(number) } }
        handles[1].remove()
        handles[2].remove()
        _ = layer.registerForwardHook { _, _, _ in calls.append(3) }
        handles[2].remove()
        _ = try layer(Tensor(1.0))
        #expect(calls == [0, 3])
    }

    @Test("what a hook throws comes out of the forward pass")
    func hookThrows() throws {
        struct Stop: Error {}
        let layer = ReLU()
        _ = layer.registerForwardHook { _, _, _ in throw Stop() }
        #expect(throws: Stop.self) { try layer(Tensor(1.0)) }
    }
}
