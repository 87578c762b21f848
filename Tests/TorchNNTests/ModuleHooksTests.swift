import TestSupport
import Testing
import Torch
import TorchNN

@Suite(.standardGenerator)
struct ModuleHooksTests {
    @Test("a hook sees the module, its inputs and its outputs, until it is removed")
    func hookSeesForwardPass() throws {
        let layer = Linear(3, 2)
        var seen: [[[Int]]] = []
        let handle = layer.registerForwardHook { module, inputs, outputs in
            #expect(module === layer)
            seen.append((inputs + outputs).map(\.shape))
        }
        _ = try layer(Tensor.zeros([4, 3]))
        handle.remove()
        _ = try layer(Tensor.zeros([4, 3]))
        #expect(seen == [[[4, 3], [4, 2]]])
    }

    @Test("a hook before the forward pass sees the inputs, and what it throws keeps the layer from running")
    func hookBeforeForwardPass() throws {
        struct Refusal: Error {}
        let layer = Linear(3, 2)
        var calls: [String] = []
        let handles = [
            layer.registerForwardPreHook { module, inputs in
                #expect(module === layer)
                calls.append("before \(inputs.map(\.shape))")
            },
            layer.registerForwardHook { _, _, _ in calls.append("after") },
        ]
        _ = try layer(Tensor.zeros([4, 3]))
        let refusing = layer.registerForwardPreHook { _, _ in throw Refusal() }
        #expect(throws: Refusal.self) { try layer(Tensor.zeros([4, 3])) }
        refusing.remove()
        for handle in handles { handle.remove() }
        _ = try layer(Tensor.zeros([4, 3]))
        #expect(calls == ["before [[4, 3]]", "after", "before [[4, 3]]"])
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

    @Test("a hook sees all that goes in and comes out, states and indices too")
    func hookSeesSeveralTensors() throws {
        func shapes<M: Module>(of module: M, _ forward: (M) throws -> Any) throws -> [[[Int]]] {
            var seen: [[[Int]]] = []
            _ = module.registerForwardHook { seen += [$1.map(\.shape), $2.map(\.shape)] }
            _ = try forward(module)
            return seen
        }
        let x = try Tensor.zeros([4, 2, 3])
        #expect(try shapes(of: LSTM(3, 5)) { try $0(x) } == [[[4, 2, 3]], [[4, 2, 5], [1, 2, 5], [1, 2, 5]]])
        let state = try Tensor.zeros([1, 2, 5])
        #expect(
            try shapes(of: GRU(3, 5)) { try $0(x, state) } == [[[4, 2, 3], [1, 2, 5]], [[4, 2, 5], [1, 2, 5]]])
        #expect(
            try shapes(of: RNN(3, 5)) { try $0(packPaddedSequence(x, lengths: [4, 1])) }
                == [[[5, 3]], [[5, 5], [1, 2, 5]]])
        #expect(try shapes(of: LSTMCell(3, 5)) { try $0(x[0]) } == [[[2, 3]], [[2, 5], [2, 5]]])
        #expect(
            try shapes(of: MultiheadAttention(3, 1)) { try $0(x, x, x) }
                == [[[4, 2, 3], [4, 2, 3], [4, 2, 3]], [[4, 2, 3], [2, 4, 4]]])
        #expect(
            try shapes(of: MaxPool1d(kernelSize: 3)) { try $0.withIndices(x) } == [
                [[4, 2, 3]], [[4, 2, 1], [4, 2, 1]],
            ])
        #expect(
            try shapes(of: AdaptiveMaxPool1d(2)) { try $0.withIndices(x) } == [[[4, 2, 3]], [[4, 2, 2], [4, 2, 2]]])
        #expect(
            try shapes(of: FractionalMaxPool2d(kernelSize: 1, outputSize: 1)) { try $0.withIndices(x) }
                == [[[4, 2, 3]], [[4, 1, 1], [4, 1, 1]]])
        #expect(try shapes(of: Bilinear(3, 3, 5)) { try $0(x, x) } == [[[4, 2, 3], [4, 2, 3]], [[4, 2, 5]]])
        #expect(
            try shapes(of: ConvTranspose1d(2, 1, kernelSize: 2, stride: 2)) { try $0(x, outputSize: 7) }
                == [[[4, 2, 3]], [[4, 1, 7]]])
        #expect(try shapes(of: MSELoss()) { try $0(x, x) } == [[[4, 2, 3], [4, 2, 3]], [[]]])
    }
}
