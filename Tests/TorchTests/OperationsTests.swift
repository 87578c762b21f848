import Foundation
import TestSupport
import Testing
import Torch

/// Compares operations with what operations.py got from PyTorch.
@Suite(.standardGenerator) struct OperationsTests {
    struct Fixture: Decodable {
        let inputs: [String: FixtureTensor]
        let results: [String: FixtureTensor]
        let gradients: [String: [FixtureTensor]]
    }

    /// The tensors that operations.py works with.
    struct Inputs {
        let a, b, c, positive, row, i, j, mask, image, kernel, labels, places, batch, table, half, byte: Tensor

        init(_ inputs: [String: FixtureTensor]) throws {
            func tensor(_ name: String) throws -> Tensor {
                try #require(inputs[name]).tensor
            }
            (a, b, c, positive) = try (tensor("a"), tensor("b"), tensor("c"), tensor("positive"))
            (row, i, j, mask) = try (tensor("row"), tensor("i"), tensor("j"), tensor("mask"))
            (image, kernel, labels, places) = try (
                tensor("image"), tensor("kernel"), tensor("labels"), tensor("places")
            )
            (batch, table, half, byte) = try (tensor("batch"), tensor("table"), tensor("half"), tensor("byte"))
        }
    }

    @Test("operations give PyTorch's numbers, shapes and types")
    func results() throws {
        let fixture = try fixture("operations", as: Fixture.self)
        let inputs = try Inputs(fixture.inputs)
        let actual = try [
            arithmetic(inputs), types(inputs), comparisons(inputs), elementwise(inputs), reductions(inputs),
            shapes(inputs), places(inputs), products(inputs), creation(), networks(inputs),
        ].reduce(into: [:]) { $0.merge($1) { first, _ in first } }
        #expect(Set(actual.keys).symmetricDifference(fixture.results.keys) == [])
        for (name, tensor) in actual {
            try expectClose(tensor, try #require(fixture.results[name]).tensor, name)
        }
    }

    private func arithmetic(_ x: Inputs) throws -> [String: Tensor] {
        let (a, b, i, j) = (x.a, x.b, x.i, x.j)
        return [
            "a + b": try a + b, "a - 2": try a - 2, "2 - a": try 2 - a, "a * 0.5": try a * 0.5,
            "3 / positive": try 3 / x.positive, "a / b": try a / b, "-a": try -a, "a % 0.75": try a % 0.75,
            "i % 3": try i % 3, "i % -3": try i % -3, "i % j": try i % j, "a + row": try a + x.row,
            "a.add(alpha)": try a.add(b, alpha: 2.5), "a.rsub": try Tensor.rsub(a, b, alpha: 0.5),
            "a.fmod": try a.fmod(0.75), "i.fmod": try i.fmod(3), "i / 2": try i / 2, "i // 2": try i.floorDivide(2),
            "i // j": try i.floorDivide(j), "a // 0.3": try a.floorDivide(0.3),
            "i div trunc": try i.div(2, roundingMode: .trunc), "i div floor": try i.div(j, roundingMode: .floor),
            "a.pow(3)": try a.pow(3), "2 ** a": try Tensor.pow(2, a), "positive ** b": try x.positive.pow(b),
            "i ** 2": try i.pow(2),
        ]
    }

    private func types(_ x: Inputs) throws -> [String: Tensor] {
        [
            "i + 1": try x.i + 1, "i + 0.5": try x.i + 0.5, "i + True": try x.i + true, "half + 1": try x.half + 1,
            "half + 0.1": try x.half + 0.1, "byte + 100": try x.byte + 100,
            "byte + int64": try x.byte + Tensor([1000, 1000, 1000]),
            "mask + mask": try x.mask.to(.int32) + x.mask,
            "half * float": try x.half * Tensor([1.0, 2, 3]),
            "half * double scalar": try x.half * Tensor(0.1, dtype: .float64),
            "mask * 2": try x.mask * 2, "mask * 2.5": try x.mask * 2.5, "i to uint8": try x.i.to(.uint8),
            "a to int64": try (x.a * 10).to(.int64),
        ]
    }

    private func comparisons(_ x: Inputs) throws -> [String: Tensor] {
        let (a, i, j) = (x.a, x.i, x.j)
        return [
            "a > b": try a .> x.b, "i == 0": try i .== 0, "i != j": try i .!= j, "a <= 0": try a .<= 0,
            "a >= 0.5": try a .>= 0.5, "i < j": try i .< j, "mask and": try x.mask .& (a .> 0),
            "mask or": try x.mask .| (a .> 0), "not mask": try .!x.mask, "where": try Tensor.where(x.mask, a, x.b),
            "where number": try Tensor.where(x.mask, a, 0.0), "masked_fill": try a.maskedFill(mask: x.mask, value: -1),
            "masked_select": try a.maskedSelect(mask: x.mask),
        ]
    }

    private func elementwise(_ x: Inputs) throws -> [String: Tensor] {
        let (a, b, positive) = (x.a, x.b, x.positive)
        return [
            "abs": try a.abs(), "exp": try a.exp(), "log": try positive.log(), "sqrt": try positive.sqrt(),
            "rsqrt": try positive.rsqrt(), "sin": try a.sin(), "tanh": try a.tanh(), "sigmoid": try a.sigmoid(),
            "relu": try a.relu(), "gelu": try Tensor.gelu(a), "gelu tanh": try Tensor.gelu(a, approximate: .tanh),
            "silu": try Tensor.silu(a), "erf": try a.erf(), "floor": try a.floor(), "round": try (a * 10).round(),
            "round decimals": try a.round(decimals: 1), "clamp": try a.clamp(min: -0.5, max: 0.5),
            "clamp min": try a.clamp(min: 0.1), "maximum": try a.maximum(b), "lerp": try a.lerp(b, weight: 0.3),
            "addcmul": try a.addcmul(b, positive, value: 0.5),
            "addcdiv": try a.addcdiv(b, positive, value: -2), "sign": try x.i.sign(),
            "bitwise and": try x.i.bitwiseAnd(6), "bitwise xor": try x.i.bitwiseXor(x.j), "atan2": try a.atan2(b),
            "reciprocal": try positive.reciprocal(), "leaky relu": try Tensor.leakyRelu(a, negativeSlope: 0.2),
            "elu": try Tensor.elu(a), "softplus": try Tensor.softplus(a), "hardtanh": try Tensor.hardtanh(a),
        ]
    }

    private func reductions(_ x: Inputs) throws -> [String: Tensor] {
        let a = x.a
        return [
            "sum": try a.sum(), "sum 0": try a.sum(dims: [0]), "sum -1 keep": try a.sum(dims: [-1], keepDim: true),
            "sum all keep": try a.sum(dims: [0, 1], keepDim: true), "sum of bool": try x.mask.sum(),
            "sum of int32": try x.i.to(.int32).sum(), "mean 1": try a.mean(dims: [1]), "mean": try a.mean(),
            "prod": try x.positive.prod(dim: 1), "std": try a.std(), "std 0": try a.std(dims: [0]),
            "var 1 correction 0": try a.var(dims: [1], correction: 0), "amax": try a.amax(dims: [1]),
            "max values": try a.max(dim: 1).values, "max indices": try a.max(dim: 1).indices, "min": try a.min(),
            "argmax": try a.argmax(), "argmax 0": try a.argmax(dim: 0), "any": try x.mask.any(dim: 1),
            "all": try x.mask.all(), "norm": try a.norm(), "norm 1 of rows": try a.norm(p: 1, dims: [1]),
            "logsumexp": try a.logsumexp(dims: [1]), "cumsum": try a.cumsum(dim: 1), "cumprod": try a.cumprod(dim: 0),
            "median": try a.median(dim: 1).values, "count_nonzero": try x.i.countNonzero(),
            "softmax": try a.softmax(dim: 1), "log_softmax": try a.logSoftmax(dim: 0),
        ]
    }

    private func shapes(_ x: Inputs) throws -> [String: Tensor] {
        let (a, b, row, batch) = (x.a, x.b, x.row, x.batch)
        return [
            "transpose": try a.t(), "permute": try batch.permute(2, 0, 1), "flatten": try batch.flatten(startDim: 1),
            "unsqueeze": try row.unsqueeze(dim: 0), "expand": try row.expand(2, 4), "repeat": try row.repeat(2, 2),
            "flip": try a.flip([1]), "repeat_interleave": try row.repeatInterleave(2),
            "roll": try a.roll(shifts: [1], dims: [1]), "cat": try Tensor.cat([a, b], dim: 1),
            "stack": try Tensor.stack([a, b], dim: 1), "chunk 1": try a.chunk(chunks: 2, dim: 1)[1],
            "split 2": try a.split(splitSize: 2)[1], "narrow": try a.narrow(dim: 1, start: 1, length: 2),
            "tril": try a.tril(), "triu": try a.triu(diagonal: 1), "diag": try a.diag(), "tile": try row.tile([2]),
            "movedim": try batch.movedim(source: 0, destination: 2), "unbind 1": try batch.unbind(dim: 1)[1],
        ]
    }

    private func places(_ x: Inputs) throws -> [String: Tensor] {
        let (a, b, places) = (x.a, x.b, x.places)
        return [
            "index_select": try a.indexSelect(dim: 1, index: Tensor([3, 0])),
            "gather": try a.gather(dim: 0, index: places),
            "scatter": try a.scatter(dim: 0, index: places, src: b),
            "scatter_add": try a.scatterAdd(dim: 0, index: places, src: b[..<2]),
            "take": try a.take(index: Tensor([0, 5, 11])), "nonzero": try x.mask.nonzero(),
            "sort values": try a.sort(dim: 1, descending: true).values, "sort indices": try a.sort(dim: 1).indices,
            "argsort": try a.argsort(dim: 0), "topk values": try a.topk(k: 2, dim: 1).values,
            "topk indices": try a.topk(k: 2, dim: 1).indices, "bincount": try x.labels.bincount(),
            "one_hot": try Tensor.oneHot(x.labels, numClasses: 5),
            "index_add": try a.indexAdd(dim: 0, index: Tensor([0, 2]), source: b[..<2], alpha: 2),
            "searchsorted": try Tensor.searchsorted(Tensor([0.0, 0.5, 1.0]), x.positive),
            "histc": try a.histc(bins: 5, min: -2, max: 2),
        ]
    }

    private func products(_ x: Inputs) throws -> [String: Tensor] {
        let (row, batch) = (x.row, x.batch)
        return [
            "matmul": try x.a.matmul(x.c), "matmul batch": try batch.matmul(x.c), "mv": try x.a.mv(row),
            "dot": try row.dot(row), "outer": try row.outer(row),
            "addmm": try Tensor.ones(2).addmm(x.a, x.c, beta: 0.5, alpha: 2),
            "bmm": try batch.bmm(batch.transpose(1, 2)),
            "einsum": try Tensor.einsum("bij,bkj->bik", [batch, batch]),
            "einsum trace": try Tensor.einsum("ii", [row.outer(row)]),
        ]
    }

    private func creation() throws -> [String: Tensor] {
        [
            "arange": try Tensor.arange(5), "arange real": try Tensor.arange(start: 0.5, end: 2, step: 0.25),
            "linspace": try Tensor.linspace(start: 0, end: 1, steps: 5), "eye": try Tensor.eye(3),
            "full": try Tensor.full([2, 2], 7), "full real": try Tensor.full([2], 1.5),
            "zeros_like": try Tensor.zerosLike(Tensor([[1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4]])),
        ]
    }

    private func networks(_ x: Inputs) throws -> [String: Tensor] {
        let (a, b, image, batch, row) = (x.a, x.b, x.image, x.batch, x.row)
        return [
            "linear": try Tensor.linear(a, weight: x.c.t(), bias: Tensor.ones(2)),
            "conv2d": try Tensor.conv2d(
                image, weight: x.kernel, bias: Tensor.ones(4), stride: [2], padding: [1], groups: 2),
            "conv2d same": try Tensor.conv2d(image, weight: x.kernel, padding: .same, groups: 2),
            "max_pool2d": try Tensor.maxPool2d(image, kernelSize: [2]),
            "avg_pool2d": try Tensor.avgPool2d(image, kernelSize: [3], stride: [2], padding: [1]),
            "adaptive_avg_pool2d": try Tensor.adaptiveAvgPool2d(image, outputSize: [1, 2]),
            "batch_norm": try Tensor.batchNorm(
                image, weight: nil, bias: nil, runningMean: nil, runningVar: nil, training: true, momentum: 0.1,
                eps: 1e-5,
                cudnnEnabled: false),
            "layer_norm": try Tensor.layerNorm(batch, normalizedShape: [4], weight: row, bias: row),
            "group_norm": try Tensor.groupNorm(image, numGroups: 2),
            "cross_entropy": try Tensor.crossEntropyLoss(a, x.labels),
            "cross_entropy smoothed": try Tensor.crossEntropyLoss(
                a, x.labels, reduction: .sum, labelSmoothing: 0.1),
            "nll_loss": try Tensor.nllLoss(a.logSoftmax(dim: 1), x.labels, reduction: .none),
            "mse_loss": try Tensor.mseLoss(a, b), "l1_loss": try Tensor.l1Loss(a, b, reduction: .sum),
            "smooth_l1_loss": try Tensor.smoothL1Loss(a, b, beta: 0.5),
            "huber_loss": try Tensor.huberLoss(a, b),
            "bce_with_logits": try Tensor.binaryCrossEntropyWithLogits(a, x.mask.to(.float32)),
            "embedding": try Tensor.embedding(x.table, indices: x.places),
            "pixel_shuffle": try Tensor.pixelShuffle(image, upscaleFactor: 2),
            "attention": try Tensor.scaledDotProductAttention(batch, key: batch, value: batch, isCausal: true),
            "dropout off": try Tensor.dropout(a, p: 0.5, train: false),
        ]
    }

    @Test("gradients are PyTorch's")
    func gradients() throws {
        let fixture = try fixture("operations", as: Fixture.self)
        let x = try Inputs(fixture.inputs)
        let norm = { (input: Tensor) in
            try Tensor.batchNorm(
                input, weight: nil, bias: nil, runningMean: nil, runningVar: nil, training: true, momentum: 0.1,
                eps: 1e-5,
                cudnnEnabled: false)
        }
        let cases: [String: (inputs: [Tensor], compute: ([Tensor]) throws -> Tensor)] = [
            "a * b": ([x.a, x.b], { try ($0[0] * $0[1]).sum() }),
            "broadcast": ([x.a, x.row], { try ($0[0] + $0[1]).pow(2).sum() }),
            "division": ([x.a, x.positive], { try ($0[0] / $0[1]).sum() }),
            "matmul": ([x.a, x.c], { try $0[0].matmul($0[1]).tanh().sum() }),
            "softmax": ([x.a], { try ($0[0].softmax(dim: 1) * x.b).sum() }),
            "cross_entropy": ([x.a], { try Tensor.crossEntropyLoss($0[0], x.labels) }),
            "conv2d": (
                [x.image, x.kernel], { try Tensor.conv2d($0[0], weight: $0[1], padding: [1], groups: 2).relu().sum() }
            ),
            "max_pool2d": ([x.image], { try Tensor.maxPool2d($0[0], kernelSize: [2]).pow(2).sum() }),
            "layer_norm": (
                [x.batch, x.row], { try Tensor.layerNorm($0[0], normalizedShape: [4], weight: $0[1]).pow(3).sum() }
            ),
            "batch_norm": ([x.image], { try norm($0[0]).pow(3).sum() }),
            "embedding": ([x.table], { try Tensor.embedding($0[0], indices: x.places).pow(2).sum() }),
            "max": ([x.a], { try $0[0].max(dim: 1).values.sum() }),
            "cumsum": ([x.a], { try $0[0].cumsum(dim: 1).pow(2).sum() }),
            "where": ([x.a, x.b], { try Tensor.where(x.mask, $0[0], $0[1]).pow(2).sum() }),
            "gather": ([x.a], { try $0[0].gather(dim: 0, index: x.places).pow(2).sum() }),
            "std": ([x.a], { try $0[0].std() }),
            "norm": ([x.a], { try $0[0].norm() }),
            "attention": (
                [x.batch], { try Tensor.scaledDotProductAttention($0[0], key: x.batch, value: x.batch).pow(2).sum() }
            ),
            "sort": ([x.a], { try ($0[0].sort(dim: 1).values * x.b).sum() }),
            "einsum": ([x.batch], { try Tensor.einsum("bij,bkj->bik", [$0[0], $0[0]]).pow(2).sum() }),
        ]
        #expect(Set(cases.keys).symmetricDifference(fixture.gradients.keys) == [])
        for (name, example) in cases {
            let leaves = try example.inputs.map { try $0.clone().requiresGrad_() }
            try example.compute(leaves).backward()
            for (leaf, expected) in zip(leaves, try #require(fixture.gradients[name])) {
                try expectClose(try #require(leaf.grad), try expected.tensor, relative: 1e-4, absolute: 1e-5, name)
            }
        }
    }

    @Test("a file's bytes are a tensor's elements")
    func fromFile() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "numbers")
            try [Float(1.5), -2, 3].withUnsafeBytes { try Data($0).write(to: file) }
            let tensor = try Tensor.fromFile(filename: file.path, size: 3)
            #expect(try tensor.array(Float.self) == [1.5, -2, 3])
        }
    }
}
