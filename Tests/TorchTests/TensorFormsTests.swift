import TestSupport
import Testing
import Torch

/// Compares the short forms of operations with what tensor_forms.py got from PyTorch.
@Suite(.standardGenerator) struct TensorFormsTests {
    struct Fixture: Decodable {
        let inputs: [String: FixtureTensor]
        let results: [String: FixtureTensor]
    }

    private struct Inputs {
        let x, i, z, index: Tensor
        let expected: [String: FixtureTensor]

        init() throws {
            let recorded = try fixture("tensor-forms", as: Fixture.self)
            func tensor(_ name: String) throws -> Tensor { try #require(recorded.inputs[name]).tensor }
            (x, i, index) = try (tensor("x"), tensor("i"), tensor("index"))
            z = try Tensor.viewAsComplex(Tensor([[[1, 2], [3, -1]], [[0, 1], [-2, 0]]], dtype: .float64))
            expected = recorded.results
        }

        func expect(_ actual: [String: Tensor]) throws {
            for (name, tensor) in actual {
                let expected = try #require(expected[name], "\(name)")
                // The results are double precision but for a few: a sum of three of them is off by some units of 1e-16.
                try expectClose(tensor, expected.tensor, relative: 1e-14, absolute: 1e-14, name)
            }
        }
    }

    @Test("one dimension stands for a list of one")
    func oneDimension() throws {
        let inputs = try Inputs()
        let x = inputs.x
        let stdMean = try Tensor.stdMean(x, dim: 1)
        try inputs.expect([
            "sum": x.sum(dim: 1), "sum keep": x.sum(dim: -1, keepDim: true),
            "sum dtype": x.sum(dim: 0, dtype: .float32), "mean": x.mean(dim: 1), "std": x.std(dim: 2),
            "std biased": x.std(dim: 2, unbiased: false),
            "std correction": x.std(dim: 2, correction: 0, keepDim: true), "var": x.var(dim: 0),
            "amax": x.amax(dim: 1), "amin": x.amin(dim: -1, keepDim: true), "norm": x.norm(dim: 1),
            "norm 1": x.norm(p: 1, dim: 1, keepDim: true), "norm dims": x.norm(dims: [0, 2]),
            "logsumexp": x.logsumexp(dim: 1), "nansum": x.nansum(dim: 1), "nanmean": x.nanmean(dim: 1),
            "std_mean 0": stdMean.0, "std_mean 1": stdMean.1,
            "var_mean": Tensor.varMean(x, dim: 1, correction: 0).0, "roll": x.roll(shift: 1, dim: 2),
            "vector_norm": Linalg.vectorNorm(x, ord: 3, dim: 1), "linalg.norm": Linalg.norm(x, dim: 2),
            "fftshift": FFT.fftshift(x, dim: 2),
            "fftn": Tensor.viewAsReal(FFT.fftn(x, dim: 1, norm: .ortho)),
            "special.logsumexp": Special.logsumexp(x, dim: 0), "flip": x.flip(0, 2),
        ])
        for call in [{ try x.sum(dim: 3) }, { try x.norm(dim: -4) }, { try x.roll(shift: 1, dim: 5) }] {
            let error = #expect(throws: TorchError.self) { try call() }
            #expect(error?.kind == .index)
        }
    }

    @Test("transposed tensors are properties, and views")
    func transposes() throws {
        let inputs = try Inputs()
        try inputs.expect([
            "T": inputs.i.T, "mT": inputs.x.mT, "mH": Tensor.viewAsReal(inputs.z.mH.resolveConj()),
            "H": Tensor.viewAsReal(inputs.z.H.resolveConj()),
        ])
        let square = try Tensor.zeros(2, 2)
        try square.T.set(5, at: 0, 1)
        #expect(try square.array(Float.self) == [0, 0, 5, 0])
        #expect(throws: TorchError.self) { try inputs.x.H }
    }

    @Test("types have PyTorch's short names, and a tensor that has the type is itself")
    func types() throws {
        let inputs = try Inputs()
        let (x, i) = (inputs.x, inputs.i)
        try inputs.expect([
            "float": x.float(), "double": i.double(), "half": x.half(), "bfloat16": x.bfloat16(), "int": x.int(),
            "long": x.long(), "short": x.short(), "char": x.char(), "byte": i.abs().byte(), "bool": x.bool(),
        ])
        #expect(try x.double().isSame(as: x))
        #expect(try !x.float().isSame(as: x))
    }

    @Test("the power operator binds as in Python, but less tightly than a minus sign")
    func powers() throws {
        let inputs = try Inputs()
        let x = inputs.x
        let two = 2
        try inputs.expect([
            "x ** 2": x ** 2, "2 ** x": 2 ** x, "|x| ** y": x.abs() ** x, "2 * x ** 2": 2 * x ** 2,
            "2 ** 2 ** (x / 4)": 2 ** two ** (x / 4), "-(x ** 2)": -(x ** 2), "(-x) ** 2": -x ** 2,
        ])
    }

    @Test("what is a string in PyTorch is a case here")
    func options() throws {
        let inputs = try Inputs()
        let (x, i) = (inputs.x, inputs.i)
        let ones = try Tensor.ones(2, 3, dtype: .int64)
        let axes = try [Tensor.arange(2), Tensor.arange(3)]
        try inputs.expect([
            "div floor": i.div(2, roundingMode: .floor), "div trunc": i.div(2, roundingMode: .trunc),
            "scatter_reduce": ones.scatterReduce(dim: 0, index: inputs.index, src: i, reduce: .amax),
            "meshgrid ij": Tensor.meshgrid(axes, indexing: .ij)[0],
            "meshgrid xy": Tensor.meshgrid(axes, indexing: .xy)[0],
            "quantile": x.quantile(q: 0.4, dim: 2, interpolation: .lower),
            "searchsorted": Tensor.searchsorted(Tensor([1.0, 2, 2, 3]), Tensor([2.0]), side: .right),
        ])
    }

    @Test("operands have no labels, options have")
    func labels() throws {
        let inputs = try Inputs()
        let x = inputs.x
        try inputs.expect([
            "lerp": x.lerp(x.flip(0), weight: 0.25), "addcmul": x.addcmul(x, x, value: 0.5),
            "addmm": x[0].addmm(x[1], Tensor.eye(3, dtype: .float64), beta: 2),
        ])
    }

    @Test("every function that makes a tensor can make one that requires a gradient")
    func requiresGrad() throws {
        let x = try Tensor.zeros(2, 3)
        let made: [Tensor] = try [
            Tensor.zeros(2, requiresGrad: true), Tensor.zeros([2], requiresGrad: true),
            Tensor.ones(2, requiresGrad: true), Tensor.empty(2, requiresGrad: true),
            Tensor.full([2], 0.5, requiresGrad: true), Tensor.eye(2, requiresGrad: true),
            Tensor.arange(3, dtype: .float32, requiresGrad: true),
            Tensor.linspace(start: 0, end: 1, steps: 3, requiresGrad: true),
            Tensor.rand(2, generator: Generator(), requiresGrad: true),
            Tensor.randn(2, generator: Generator(), dtype: .float64, requiresGrad: true),
            Tensor.zerosLike(x, requiresGrad: true), Tensor.onesLike(x, requiresGrad: true),
            Tensor.fullLike(x, 2, requiresGrad: true), Tensor.emptyLike(x, requiresGrad: true),
            Tensor.randLike(x, generator: Generator(), requiresGrad: true), x.newZeros([2], requiresGrad: true),
            Tensor([1.0, 2], requiresGrad: true), Tensor([Float(1)], requiresGrad: true),
            Tensor([[Double(1)]], requiresGrad: true), Tensor([[[Float(1)]]], requiresGrad: true),
            Tensor(Double(1), requiresGrad: true),
        ]
        for (number, tensor) in made.enumerated() {
            #expect(tensor.requiresGrad && tensor.isLeaf, "\(number)")
        }
        #expect(try !Tensor.zeros(2).requiresGrad)
        try (made[0] * 3).sum().backward()
        #expect(try made[0].grad?.array(Float.self) == [3, 3])
        for call in [
            { try Tensor.arange(3, requiresGrad: true) }, { try Tensor([1, 2], requiresGrad: true) },
            { try Tensor.zeros(2, dtype: .bool, requiresGrad: true) },
        ] {
            let error = #expect(throws: TorchError.self) { try call() }
            #expect(error?.description.contains("floating point") == true)
        }
    }
}
