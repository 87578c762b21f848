import Foundation
import TestSupport
import Testing
import Torch

@Suite struct TensorTests {
    @Test("properties are those of the elements in memory")
    func properties() throws {
        let x = try Tensor.zeros(2, 3, 4, dtype: .int16)
        #expect(x.shape == [2, 3, 4])
        #expect(x.dimensionCount == 3)
        #expect(x.strides == [12, 4, 1])
        #expect(x.count == 24)
        #expect(x.dtype == .int16)
        #expect(x.device == .cpu)
        #expect(x.isContiguous)
        let turned = try x.permute(2, 0, 1)
        #expect(turned.shape == [4, 2, 3])
        #expect(turned.strides == [1, 12, 4])
        #expect(!turned.isContiguous)
        #expect(try Tensor(1).shape == [])
        #expect(try Tensor(1).strides == [])
        #expect(try Tensor(1).count == 1)
    }

    @Test("a dimension's size counts from either end; one that is not there is an error")
    func sizes() throws {
        let x = try Tensor.zeros(2, 3)
        #expect(try x.size(0) == 2)
        #expect(try x.size(-1) == 3)
        for dim in [2, -3, Int.max, Int.min] {
            let error = #expect(throws: TorchError.self) { try x.size(dim) }
            #expect(error?.kind == .index)
        }
        #expect(throws: TorchError.self) { try Tensor(1).size(0) }
    }

    @Test("a copy of the value is the same tensor")
    func identity() throws {
        let x = try Tensor.zeros(2)
        let copy = x
        try copy.add_(1)
        #expect(try x.array(Float.self) == [1, 1])
        #expect(x.isSame(as: copy))
        #expect(try !x.isSame(as: x.clone()))
        #expect(try !x.isSame(as: x.view(2)))
    }

    @Test("an undefined tensor answers questions, and every operation on it is an error that says what it is")
    func undefined() throws {
        let x = Tensor.undefined
        #expect(!x.isDefined)
        #expect(x.count == 0)
        #expect(x.device == .cpu)
        #expect(!x.requiresGrad && x.isLeaf && x.grad == nil && x.gradFunction == nil)
        #expect(x.dtype.description.isEmpty == false)
        #expect(x.description == "tensor(undefined)")
        _ = (x.shape, x.strides, x.dimensionCount, x.isContiguous)
        for call in [
            { try x + 1 }, { try x + x }, { try Tensor.ones(1) * x }, { try x[0] }, { try Tensor.cat([x, x]) },
            { try x.to(.cpu) }, { try x.view(1) }, { try x.detach() },
            { try Tensor.linear(Tensor.ones(1, 1), weight: x) },
        ] {
            let error = #expect(throws: TorchError.self) { try call() }
            #expect(error?.message.contains("INTERNAL") == false)
        }
        let error = #expect(throws: TorchError.self) { try Tensor.ones(2).add(x) }
        #expect(error?.inputs == "float32[2], undefined")
        #expect(error?.message.contains("declared but not set") == true)
    }

    @Test("every reference is given back, also after errors and by several threads", .timeLimit(.minutes(5)))
    func leaks() async throws {
        @Sendable func work() throws {
            let x = try Tensor.ones(4, 4).requiresGrad_()
            let parts = try x.chunk(chunks: 2) + x.unbind(dim: 1)
            let (values, indices) = try Tensor.cat(parts.prefix(2).map { $0 }).max(dim: 1)
            try (values.sum() + x[.all, 1].sum()).backward()
            _ = try grad(of: [x.sum(), x.exp().sum()], withRespectTo: [x, x], gradients: [nil, nil])
            _ = (x.grad, indices.description)
            _ = try? Tensor.cat([x, Tensor.zeros(3)])
            _ = try? x.matmul(Tensor.zeros(3, 3))
            _ = try? x.split(splitSize: -1)
            _ = try? x[Tensor([true])]
            _ = try? Tensor.zeros(-1)
            _ = try x.array(Double.self)
            _ = try noGrad { try autocast(.cpu, .bfloat16) { try x.matmul(x) } }
            _ = try Generator().state()
        }
        try work()
        try await expectTensorGrowth(below: 900) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { for _ in 0..<250 { try work() } } }
                try await group.waitForAll()
            }
        }
    }

    @Test("errors of several threads do not mix", .timeLimit(.minutes(5)))
    func threads() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for size in 2..<6 {
                group.addTask {
                    let (a, b) = (try Tensor.zeros(size), try Tensor.zeros(size + 10))
                    for _ in 0..<200 {
                        let error = #expect(throws: TorchError.self) { try a.add(b) }
                        #expect(error?.inputs == "float32[\(size)], float32[\(size + 10)]")
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
