import TestSupport
import Testing
import Torch

@Suite struct TensorIndexingTests {
    struct Results: Decodable {
        let reads: [String: FixtureTensor]
        let writes: [String: FixtureTensor]
    }

    private func numbered() throws -> Tensor {
        try Tensor.arange(60, dtype: .float32).reshape(4, 5, 3)
    }

    @Test("subscripts give what PyTorch's give")
    func reads() throws {
        let expected = try fixture("indexing", as: Results.self).reads
        let x = try numbered()
        let rows = try Tensor([2, 0, -1])
        let mask = try Tensor([true, false, true, false])
        let actual: [String: Tensor] = [
            "x[1]": try x[1],
            "x[-1, 2]": try x[-1, 2],
            "x[1, 2, 0]": try x[1, 2, 0],
            "x[1:3]": try x[1..<3],
            "x[:, 1:3]": try x[.all, 1..<3],
            "x[..., 0]": try x[.ellipsis, 0],
            "x[..., 1:]": try x[.ellipsis, 1...],
            "x[:2, :-1]": try x[..<2, ..<(-1)],
            "x[None]": try x[.newAxis],
            "x[:, None, 0]": try x[.all, .newAxis, 0],
            "x[::2, 1::3]": try x[.slice(step: 2), .slice(1, nil, step: 3)],
            "x[-3:-1]": try x[.slice(-3, -1)],
            "x[2:100]": try x[2..<100],
            "x[3:1]": try x[.slice(3, 1)],
            "x[rows]": try x[rows],
            "x[:, rows]": try x[.all, rows],
            "x[rows, rows]": try x[rows, rows],
            "x[mask]": try x[mask],
            "x[mask, 0]": try x[mask, 0],
            "x[x > 50]": try x[x .> 50],
            "x[rows, 1:3]": try x[rows, 1...2],
            "x[..., None, rows]": try x[.ellipsis, .newAxis, Tensor([0, 2])],
            "x[1, ..., rows]": try x[1, .ellipsis, Tensor([0, 2])],
            "x[empty]": try x[Tensor.zeros(0, dtype: .int64)],
            "x[rows matrix]": try x[Tensor([[0, 1], [2, 3]])],
        ]
        #expect(actual.keys.sorted() == expected.keys.sorted())
        for (name, tensor) in actual {
            try expectSameBits(tensor, try #require(expected[name]).tensor, name)
        }
    }

    @Test("writing into a part changes what PyTorch changes")
    func writes() throws {
        let expected = try fixture("indexing", as: Results.self).writes
        let rows = try Tensor([2, 0, -1])
        let mask = try Tensor([true, false, true, false])
        func written(_ change: (Tensor) throws -> Void) throws -> Tensor {
            let x = try numbered()
            try change(x)
            return x
        }
        let actual: [String: Tensor] = [
            "x[0] = 1": try written { try $0.set(1, at: 0) },
            "x[:, 1] = -2": try written { try $0.set(-2, at: .all, 1) },
            "x[mask] = 7": try written { try $0.set(7, at: mask) },
            "x[x > 30] = 0": try written { try $0.set(0, at: try $0 .> 30) },
            "x[rows, 0] = values": try written {
                try $0.set(Tensor([[1, 2, 3], [4, 5, 6], [7, 8, 9]]).to(.float32), at: rows, 0)
            },
            "x[..., 2] = row": try written { try $0.set(Tensor([1.0, 2, 3, 4, 5]), at: .ellipsis, 2) },
            "x[1:3, 0, 0] = values": try written { try $0.set(Tensor([-1.0, -2]), at: 1..<3, 0, 0) },
            "x = 5": try written { try $0.set(5.0, at: .ellipsis) },
        ]
        #expect(actual.keys.sorted() == expected.keys.sorted())
        for (name, tensor) in actual {
            try expectSameBits(tensor, try #require(expected[name]).tensor, name)
        }
    }

    @Test("a part by numbers and ranges is a view: writing into it writes into the tensor")
    func views() throws {
        let x = try Tensor.zeros(2, 3)
        try x[1, 1...].fill_(4)
        #expect(try x.array(Float.self) == [0, 0, 0, 0, 4, 4])
    }

    @Test("a place that is not there is an error of kind index that names the operation")
    func missingPlaces() throws {
        let x = try numbered()
        for read in [
            { try x[4] }, { try x[-5] }, { try x[0, 0, 3] }, { try x[Tensor([0, 4])] }, { try x[Int.max] },
            { try x[Int.min] }, { try x[0, 0, 0, 0] },
        ] {
            let error = #expect(throws: TorchError.self) { try read() }
            #expect(error?.kind == .index)
            #expect(error?.operation == "index")
            #expect(error?.inputs == "float32[4, 5, 3]")
        }
    }

    @Test("a mask of another shape is an error of kind index")
    func wrongMask() throws {
        let x = try numbered()
        let error = #expect(throws: TorchError.self) { try x[Tensor([true, false])] }
        #expect(error?.kind == .index)
    }

    @Test("an index of real numbers, a step of zero, and a value of another shape are errors")
    func otherMistakes() throws {
        let x = try numbered()
        #expect(throws: TorchError.self) { try x[Tensor([0.5])] }
        #expect(throws: TorchError.self) { try x[.slice(step: 0)] }
        #expect(throws: TorchError.self) { try x[.slice(step: -1)] }
        #expect(throws: TorchError.self) { try x.set(Tensor([1.0, 2.0]), at: 0) }
        #expect(throws: TorchError.self) { try x.set(1, at: 9) }
        #expect(throws: TorchError.self) { try Tensor(3)[0] }
        #expect(throws: TorchError.self) { try x[.ellipsis, .ellipsis, 0, 0, 0, 0] }
    }

    @Test("ranges at the ends of what an integer holds are cut to the dimension")
    func extremeRanges() throws {
        let x = try numbered()
        #expect(try x[0..<Int.max].shape == [4, 5, 3])
        #expect(try x[0...Int.max].shape == [4, 5, 3])
        #expect(try x[Int.min...].shape == [4, 5, 3])
        #expect(try x[...Int.max].shape == [4, 5, 3])
        #expect(try x[...(-1)].shape == [4, 5, 3])
        #expect(try x[..<Int.min].shape == [0, 5, 3])
        #expect(try x[.slice(nil, nil, step: .max)].shape == [1, 5, 3])
    }

    @Test("no parts at all are the tensor itself")
    func noParts() throws {
        let x = try numbered()
        #expect(try x[[]].shape == [4, 5, 3])
        #expect(try x[].shape == [4, 5, 3])
    }

    @Test("gradients flow through parts and masks")
    func gradients() throws {
        let x = try numbered().requiresGrad_()
        try (x[1, .all, 0].sum() * 2 + x[x .> 57].sum()).backward()
        let gradient = try #require(x.grad)
        #expect(try gradient.sum().item(Double.self) == 12)
        #expect(try gradient[1, .all, 0].array(Float.self) == [2, 2, 2, 2, 2])
    }
}
