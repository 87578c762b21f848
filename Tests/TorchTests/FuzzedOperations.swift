import Torch

/// Calls of operations with arguments at random, by the operations' names.
let fuzzedOperations: [(name: String, call: @Sendable (Fuzzer) throws -> Void)] =
    fuzzedElementwise + fuzzedInPlace + fuzzedReductions + fuzzedShapes + fuzzedIndexing + fuzzedCreation + fuzzedNeural

private typealias Calls = [(name: String, call: @Sendable (Fuzzer) throws -> Void)]

private let fuzzedElementwise: Calls = [
    ("abs", { _ = try $0.tensor().abs() }),
    ("neg", { _ = try $0.tensor().neg() }),
    ("sign", { _ = try $0.tensor().sign() }),
    ("exp", { _ = try $0.tensor().exp() }),
    ("log", { _ = try $0.tensor().log() }),
    ("sqrt", { _ = try $0.tensor().sqrt() }),
    ("square", { _ = try $0.tensor().square() }),
    ("reciprocal", { _ = try $0.tensor().reciprocal() }),
    ("sin", { _ = try $0.tensor().sin() }),
    ("tanh", { _ = try $0.tensor().tanh() }),
    ("sigmoid", { _ = try $0.tensor().sigmoid() }),
    ("relu", { _ = try $0.tensor().relu() }),
    ("gelu", { _ = try Tensor.gelu($0.tensor(), approximate: $0.text) }),
    ("silu", { _ = try Tensor.silu($0.tensor()) }),
    ("floor", { _ = try $0.tensor().floor() }),
    ("round", { _ = try $0.tensor().round(decimals: $0.int) }),
    ("clamp", { _ = try $0.tensor().clamp(min: $0.optional($0.scalar), max: $0.optional($0.scalar)) }),
    ("clamp.Tensor", { _ = try $0.tensor().clamp(min: $0.optional($0.tensor()), max: $0.optional($0.tensor())) }),
    ("add", { _ = try $0.tensor().add($0.tensor(), alpha: $0.scalar) }),
    ("add.Scalar", { _ = try $0.tensor().add($0.scalar, alpha: $0.scalar) }),
    ("sub", { _ = try $0.tensor().sub($0.tensor(), alpha: $0.scalar) }),
    ("mul", { _ = try $0.tensor().mul($0.tensor()) }),
    ("mul.Scalar", { _ = try $0.tensor().mul($0.scalar) }),
    ("div", { _ = try $0.tensor().div($0.tensor()) }),
    ("div.mode", { _ = try $0.tensor().div($0.tensor(), roundingMode: $0.optional($0.text)) }),
    ("div.Scalar_mode", { _ = try $0.tensor().div($0.scalar, roundingMode: $0.optional($0.text)) }),
    ("rsub", { _ = try Tensor.rsub($0.tensor(), $0.scalar) }),
    ("pow", { _ = try $0.tensor().pow($0.tensor()) }),
    ("pow.Scalar", { _ = try $0.tensor().pow($0.scalar) }),
    ("pow.self", { _ = try Tensor.pow($0.scalar, $0.tensor()) }),
    ("remainder", { _ = try $0.tensor().remainder($0.tensor()) }),
    ("remainder.Scalar", { _ = try $0.tensor().remainder($0.scalar) }),
    ("fmod", { _ = try $0.tensor().fmod($0.tensor()) }),
    ("fmod.Scalar", { _ = try $0.tensor().fmod($0.scalar) }),
    ("floorDivide", { _ = try $0.tensor().floorDivide($0.tensor()) }),
    ("floorDivide.Scalar", { _ = try $0.tensor().floorDivide($0.scalar) }),
    ("maximum", { _ = try $0.tensor().maximum($0.tensor()) }),
    ("fmin", { _ = try $0.tensor().fmin($0.tensor()) }),
    ("lerp", { _ = try $0.tensor().lerp(end: $0.tensor(), weight: $0.tensor()) }),
    ("lerp.Scalar", { _ = try $0.tensor().lerp(end: $0.tensor(), weight: $0.scalar) }),
    ("addcmul", { _ = try $0.tensor().addcmul(tensor1: $0.tensor(), tensor2: $0.tensor(), value: $0.scalar) }),
    ("addcdiv", { _ = try $0.tensor().addcdiv(tensor1: $0.tensor(), tensor2: $0.tensor(), value: $0.scalar) }),
    ("atan2", { _ = try $0.tensor().atan2($0.tensor()) }),
    ("logicalAnd", { _ = try $0.tensor().logicalAnd($0.tensor()) }),
    ("bitwiseXor", { _ = try $0.tensor().bitwiseXor($0.tensor()) }),
    ("bitwiseAnd.Scalar", { _ = try $0.tensor().bitwiseAnd($0.scalar) }),
    ("bitwiseNot", { _ = try $0.tensor().bitwiseNot() }),
    ("isclose", { _ = try $0.tensor().isclose($0.tensor(), rtol: $0.real, atol: $0.real, equalNan: $0.bool) }),
    ("nanToNum", { _ = try $0.tensor().nanToNum(nan: $0.optional($0.real), posinf: $0.real, neginf: nil) }),
    ("eq", { _ = try $0.tensor().eq($0.tensor()) }),
    ("lt.Scalar", { _ = try $0.tensor().lt($0.scalar) }),
    ("equal", { _ = try $0.tensor().equal($0.tensor()) }),
    ("allclose", { _ = try $0.tensor().allclose($0.tensor(), rtol: $0.real) }),
    ("where", { _ = try Tensor.where($0.mask(), $0.tensor(), $0.tensor()) }),
    ("where.nonzero", { _ = try Tensor.where($0.tensor()) }),
    ("maskedFill", { _ = try $0.tensor().maskedFill(mask: $0.mask(), value: $0.scalar) }),
    ("maskedSelect", { _ = try $0.tensor().maskedSelect(mask: $0.mask()) }),
    ("to.dtype", { _ = try $0.tensor().to($0.dtype, copy: $0.bool) }),
    ("to.device", { _ = try $0.tensor().to(.cuda($0.int)) }),
    ("view.dtype", { _ = try $0.tensor().view(dtype: $0.dtype) }),
    ("item", { _ = try $0.tensor().item(Int.self) }),
    ("array", { _ = try $0.tensor().array(Int32.self) }),
    ("description", { _ = try $0.tensor().description }),
]

private let fuzzedInPlace: Calls = [
    ("add_", { try $0.tensor().add_($0.tensor(), alpha: $0.scalar) }),
    ("add_.Scalar", { try $0.tensor().add_($0.scalar) }),
    ("mul_", { try $0.tensor().mul_($0.tensor()) }),
    ("div_", { try $0.tensor().div_($0.tensor(), roundingMode: $0.optional($0.text)) }),
    ("pow_", { try $0.tensor().pow_($0.tensor()) }),
    ("remainder_", { try $0.tensor().remainder_($0.scalar) }),
    ("floorDivide_", { try $0.tensor().floorDivide_($0.scalar) }),
    ("clamp_", { try $0.tensor().clamp_(min: $0.scalar, max: $0.scalar) }),
    ("copy_", { try $0.tensor().copy_($0.tensor(), nonBlocking: $0.bool) }),
    ("zero_", { try $0.tensor().zero_() }),
    ("fill_", { try $0.tensor().fill_($0.scalar) }),
    ("fill_.Tensor", { try $0.tensor().fill_($0.tensor()) }),
    ("lerp_", { try $0.tensor().lerp_(end: $0.tensor(), weight: $0.scalar) }),
    ("maskedFill_", { try $0.tensor().maskedFill_(mask: $0.mask(), value: $0.tensor()) }),
    ("bitwiseOr_", { try $0.tensor().bitwiseOr_($0.tensor()) }),
    ("relu_", { try $0.tensor().relu_() }),
    ("detach_", { try $0.tensor().detach_() }),
    ("requiresGrad_", { try $0.tensor().requiresGrad_($0.bool) }),
    ("setGrad", { try $0.tensor().setGrad($0.optional($0.tensor())) }),
    ("setData", { try $0.tensor().setData($0.tensor()) }),
    ("backward", { try $0.tensor().sum().backward(gradient: $0.optional($0.tensor())) }),
    (
        "grad",
        {
            let x = try $0.tensor([2, 3])
            _ = try grad(
                of: [try x * 2] + $0.tensors(), withRespectTo: [x] + $0.tensors(), gradients: [$0.optional($0.tensor())],
                allowUnused: $0.bool)
        }
    ),
    ("set", { try $0.tensor().set($0.tensor(), at: $0.int, .ellipsis, $0.indices()) }),
    ("set.Scalar", { try $0.tensor().set($0.real, at: $0.mask()) }),
    ("foreachAdd_", { try Tensor.foreachAdd_($0.tensors(), $0.tensors(), alpha: $0.scalar) }),
    ("foreachMul_", { try Tensor.foreachMul_($0.tensors(), $0.tensor()) }),
    ("foreachNorm", { _ = try Tensor.foreachNorm($0.tensors(), ord: $0.scalar) }),
    ("foreachLerp_", { try Tensor.foreachLerp_($0.tensors(), tensors1: $0.tensors(), weight: $0.scalar) }),
    (
        "foreachAddcmul_",
        { try Tensor.foreachAddcmul_($0.tensors(), tensor1: $0.tensors(), tensor2: $0.tensors(), value: $0.scalar) }
    ),
    ("foreachZero_", { try Tensor.foreachZero_($0.tensors()) }),
    ("foreachCopy_", { try Tensor.foreachCopy_($0.tensors(), $0.tensors()) }),
]

private let fuzzedReductions: Calls = [
    ("sum", { _ = try $0.tensor().sum(dtype: $0.optional($0.dtype)) }),
    ("sum.dims", { _ = try $0.tensor().sum(dims: $0.optional($0.ints), keepDim: $0.bool, dtype: $0.optional($0.dtype)) }),
    ("mean", { _ = try $0.tensor().mean() }),
    ("mean.dims", { _ = try $0.tensor().mean(dims: $0.ints, keepDim: $0.bool) }),
    ("prod", { _ = try $0.tensor().prod(dim: $0.int, keepDim: $0.bool) }),
    ("std", { _ = try $0.tensor().std(dims: $0.ints, correction: $0.optional($0.scalar), keepDim: $0.bool) }),
    ("var", { _ = try $0.tensor().var(unbiased: $0.bool) }),
    ("varMean", { _ = try Tensor.varMean($0.tensor(), dims: $0.ints, correction: $0.scalar, keepDim: $0.bool) }),
    ("amax", { _ = try $0.tensor().amax(dims: $0.ints, keepDim: $0.bool) }),
    ("max", { _ = try $0.tensor().max() }),
    ("max.dim", { _ = try $0.tensor().max(dim: $0.int, keepDim: $0.bool) }),
    ("min.other", { _ = try $0.tensor().min($0.tensor()) }),
    ("argmax", { _ = try $0.tensor().argmax(dim: $0.optional($0.int), keepDim: $0.bool) }),
    ("all", { _ = try $0.tensor().all(dim: $0.int) }),
    ("any.dims", { _ = try $0.tensor().any(dims: $0.ints, keepDim: $0.bool) }),
    ("norm", { _ = try $0.tensor().norm(p: $0.scalar, dims: $0.ints, keepDim: $0.bool) }),
    ("logsumexp", { _ = try $0.tensor().logsumexp(dims: $0.ints, keepDim: $0.bool) }),
    ("cumsum", { _ = try $0.tensor().cumsum(dim: $0.int, dtype: $0.optional($0.dtype)) }),
    ("cumprod", { _ = try $0.tensor().cumprod(dim: $0.int) }),
    ("median", { _ = try $0.tensor().median() }),
    ("median.dim", { _ = try $0.tensor().median(dim: $0.int, keepDim: $0.bool) }),
    ("nansum", { _ = try $0.tensor().nansum(dims: $0.ints) }),
    ("countNonzero", { _ = try $0.tensor().countNonzero(dims: $0.ints) }),
    ("softmax", { _ = try $0.tensor().softmax(dim: $0.int, dtype: $0.optional($0.dtype)) }),
    ("logSoftmax", { _ = try $0.tensor().logSoftmax(dim: $0.int) }),
]

private let fuzzedShapes: Calls = [
    ("size", { _ = try $0.tensor().size($0.int) }),
    ("reshape", { _ = try $0.tensor().reshape($0.sizes) }),
    ("view", { _ = try $0.tensor().view($0.sizes) }),
    ("flatten", { _ = try $0.tensor().flatten(startDim: $0.int, endDim: $0.int) }),
    ("unflatten", { _ = try $0.tensor().unflatten(dim: $0.int, sizes: $0.sizes) }),
    ("transpose", { _ = try $0.tensor().transpose($0.int, $0.int) }),
    ("t", { _ = try $0.tensor().t() }),
    ("permute", { _ = try $0.tensor().permute($0.ints) }),
    ("squeeze", { _ = try $0.tensor().squeeze(dims: $0.ints) }),
    ("unsqueeze", { _ = try $0.tensor().unsqueeze(dim: $0.int) }),
    ("expand", { _ = try $0.tensor().expand($0.sizes) }),
    ("expandAs", { _ = try $0.tensor().expandAs($0.tensor()) }),
    ("repeat", { _ = try $0.tensor().repeat($0.sizes) }),
    ("repeatInterleave", { _ = try $0.tensor().repeatInterleave($0.int, dim: $0.optional($0.int)) }),
    ("repeatInterleave.Tensor", { _ = try $0.tensor().repeatInterleave($0.indices(), dim: $0.optional($0.int)) }),
    ("repeatInterleave.self", { _ = try Tensor.repeatInterleave($0.indices(), outputSize: $0.optional($0.int)) }),
    ("flip", { _ = try $0.tensor().flip($0.ints) }),
    ("roll", { _ = try $0.tensor().roll(shifts: $0.ints, dims: $0.ints) }),
    ("tile", { _ = try $0.tensor().tile($0.sizes) }),
    ("cat", { _ = try Tensor.cat($0.tensors(), dim: $0.int) }),
    ("stack", { _ = try Tensor.stack($0.tensors(), dim: $0.int) }),
    ("split", { _ = try $0.tensor().split(splitSize: $0.int, dim: $0.int) }),
    ("splitWithSizes", { _ = try $0.tensor().splitWithSizes(splitSizes: $0.ints, dim: $0.int) }),
    ("chunk", { _ = try $0.tensor().chunk(chunks: $0.int, dim: $0.int) }),
    ("unbind", { _ = try $0.tensor().unbind(dim: $0.int) }),
    ("narrow", { _ = try $0.tensor().narrow(dim: $0.int, start: $0.int, length: $0.int) }),
    ("narrow.Tensor", { _ = try $0.tensor().narrow(dim: $0.int, start: $0.indices(), length: $0.int) }),
    ("select", { _ = try $0.tensor().select(dim: $0.int, index: $0.int) }),
    (
        "slice",
        { _ = try $0.tensor().slice(dim: $0.int, start: $0.optional($0.int), end: $0.optional($0.int), step: $0.int) }
    ),
    ("contiguous", { _ = try $0.tensor().contiguous(memoryFormat: MemoryFormat(rawValue: Int32($0.pick([0, 1, 2, 3, 9])))) }),
    ("clone", { _ = try $0.tensor().clone(memoryFormat: MemoryFormat(rawValue: Int32($0.pick([0, 1, 2, 3, 9])))) }),
    ("movedim", { _ = try $0.tensor().movedim(source: $0.ints, destination: $0.ints) }),
    ("broadcastTo", { _ = try $0.tensor().broadcastTo($0.sizes) }),
    ("triu", { _ = try $0.tensor().triu(diagonal: $0.int) }),
    ("diagonal", { _ = try $0.tensor().diagonal(offset: $0.int, dim1: $0.int, dim2: $0.int) }),
    ("diag", { _ = try $0.tensor().diag(diagonal: $0.pick([-1, 0, 1, 3, 1 << 62, .min])) }),
    ("matmul", { _ = try $0.tensor([2, 3]).matmul($0.tensor([3, 2])) }),
    ("mm", { _ = try $0.tensor([2, 3]).mm($0.tensor([3, 2])) }),
    ("bmm", { _ = try $0.tensor([2, 2, 3]).bmm($0.tensor([2, 3, 2])) }),
    ("mv", { _ = try $0.tensor([2, 3]).mv($0.tensor([3])) }),
    ("dot", { _ = try $0.tensor([3]).dot($0.tensor([3])) }),
    ("outer", { _ = try $0.tensor([3]).outer($0.tensor([2])) }),
    ("addmm", { _ = try $0.tensor([2]).addmm(mat1: $0.tensor([2, 3]), mat2: $0.tensor([3, 2]), beta: $0.scalar) }),
    ("baddbmm", { _ = try $0.tensor([2, 2, 2]).baddbmm(batch1: $0.tensor([2, 2, 3]), batch2: $0.tensor([2, 3, 2])) }),
    (
        "einsum",
        {
            let equation = $0.pick(["ij,jk->ik", "ii", "i,j", "...i->i", "ij->ji", "", "->", "i,,j", "é", "ijk->kk", "ab"])
            _ = try Tensor.einsum(equation, $0.tensors())
        }
    ),
]

private let fuzzedIndexing: Calls = [
    ("subscript", { _ = try $0.tensor()[$0.int, .slice($0.optional($0.int), $0.optional($0.int), step: $0.int)] }),
    ("subscript.Tensor", { _ = try $0.tensor()[$0.indices(), .newAxis, $0.indices()] }),
    ("subscript.mask", { _ = try $0.tensor()[.ellipsis, $0.mask()] }),
    ("indexSelect", { _ = try $0.tensor().indexSelect(dim: $0.int, index: $0.indices()) }),
    ("gather", { _ = try $0.tensor().gather(dim: $0.int, index: $0.indices()) }),
    ("scatter", { _ = try $0.tensor().scatter(dim: $0.int, index: $0.indices(), src: $0.tensor()) }),
    ("scatter.value", { _ = try $0.tensor().scatter(dim: $0.int, index: $0.indices(), value: $0.scalar) }),
    ("scatter.reduce", { _ = try $0.tensor().scatter(dim: $0.int, index: $0.indices(), src: $0.tensor(), reduce: $0.text) }),
    ("scatterAdd", { _ = try $0.tensor().scatterAdd(dim: $0.int, index: $0.indices(), src: $0.tensor()) }),
    ("take", { _ = try $0.tensor().take(index: $0.indices()) }),
    ("takeAlongDim", { _ = try $0.tensor().takeAlongDim(indices: $0.indices(), dim: $0.optional($0.int)) }),
    ("nonzero", { _ = try $0.tensor().nonzero() }),
    ("sort", { _ = try $0.tensor().sort(dim: $0.int, descending: $0.bool) }),
    ("argsort", { _ = try $0.tensor().argsort(stable: $0.bool, dim: $0.int, descending: $0.bool) }),
    ("topk", { _ = try $0.tensor().topk(k: $0.int, dim: $0.int, largest: $0.bool, sorted: $0.bool) }),
    ("bincount", { _ = try $0.tensor(.int64).bincount(weights: $0.optional($0.tensor()), minlength: $0.int) }),
    ("bucketize", { _ = try Tensor.bucketize($0.tensor(), boundaries: $0.tensor([3]), outInt32: $0.bool) }),
    ("searchsorted", { _ = try Tensor.searchsorted($0.tensor([3]), input: $0.tensor(), right: $0.bool, sorter: $0.optional($0.indices())) }),
    ("histc", { _ = try $0.tensor().histc(bins: $0.int, min: $0.scalar, max: $0.scalar) }),
    ("oneHot", { _ = try Tensor.oneHot($0.indices(), numClasses: $0.int) }),
    ("indexAdd", { _ = try $0.tensor().indexAdd(dim: $0.int, index: $0.indices(), source: $0.tensor(), alpha: $0.scalar) }),
    ("indexFill", { _ = try $0.tensor().indexFill(dim: $0.int, index: $0.indices(), value: $0.scalar) }),
    ("indexCopy", { _ = try $0.tensor().indexCopy(dim: $0.int, index: $0.indices(), source: $0.tensor()) }),
    ("maskedScatter", { _ = try $0.tensor().maskedScatter(mask: $0.mask(), source: $0.tensor()) }),
]

private let fuzzedCreation: Calls = [
    ("Tensor(values)", { _ = try Tensor([Float](repeating: 1, count: 6), shape: $0.sizes) }),
    ("empty", { _ = try Tensor.empty($0.sizes, dtype: $0.optional($0.dtype)) }),
    ("zeros", { _ = try Tensor.zeros($0.sizes, dtype: $0.optional($0.dtype), pinMemory: $0.optional($0.bool)) }),
    ("ones", { _ = try Tensor.ones($0.sizes, dtype: $0.optional($0.dtype), device: $0.optional(.cuda($0.int))) }),
    ("full", { _ = try Tensor.full($0.sizes, $0.scalar, dtype: $0.optional($0.dtype)) }),
    ("arange", { _ = try Tensor.arange($0.pick([0, 3, -1, 2.5, .real(.nan), .real(.infinity), true]), dtype: $0.optional($0.dtype)) }),
    ("arange.step", { _ = try Tensor.arange(start: $0.pick([0, 1, 1.5]), end: $0.pick([4, -4]), step: $0.pick([0, 1, -1, .real(.nan)])) }),
    ("linspace", { _ = try Tensor.linspace(start: $0.scalar, end: $0.scalar, steps: $0.int, dtype: $0.optional($0.dtype)) }),
    ("linspace.Tensor", { _ = try Tensor.linspace(start: $0.tensor(), end: $0.tensor(), steps: $0.int) }),
    ("eye", { _ = try Tensor.eye($0.int, dtype: $0.optional($0.dtype)) }),
    ("rand", { _ = try Tensor.rand($0.sizes, generator: $0.generator(), dtype: $0.optional($0.dtype)) }),
    ("randn", { _ = try Tensor.randn($0.sizes, dtype: $0.optional($0.dtype)) }),
    ("randint", { _ = try Tensor.randint(low: $0.int, high: $0.int, size: $0.sizes, dtype: $0.optional($0.dtype)) }),
    ("randperm", { _ = try Tensor.randperm($0.int, generator: $0.generator(), dtype: $0.optional($0.dtype)) }),
    ("zerosLike", { _ = try Tensor.zerosLike($0.tensor(), dtype: $0.optional($0.dtype)) }),
    ("fullLike", { _ = try Tensor.fullLike($0.tensor(), $0.scalar) }),
    ("randnLike", { _ = try Tensor.randnLike($0.tensor(), generator: $0.generator()) }),
    ("complex", { _ = try Tensor.complex($0.tensor(), imag: $0.tensor()) }),
    ("viewAsComplex", { _ = try Tensor.viewAsComplex($0.tensor([3, 2])) }),
    ("real", { _ = try Tensor.real($0.tensor()) }),
    ("imag", { _ = try Tensor.imag($0.tensor()) }),
    ("normal", { _ = try Tensor.normal(mean: $0.real, std: $0.real, size: $0.sizes) }),
    ("normal.Tensor", { _ = try Tensor.normal($0.tensor(), std: $0.tensor(), generator: $0.generator()) }),
    ("bernoulli", { _ = try $0.tensor().bernoulli(generator: $0.generator()) }),
    ("bernoulli.p", { _ = try $0.tensor().bernoulli(p: $0.real) }),
    ("multinomial", { _ = try $0.tensor().multinomial(numSamples: $0.int, replacement: $0.bool) }),
    ("uniform_", { try $0.tensor().uniform_(from: $0.real, to: $0.real) }),
    ("normal_", { try $0.tensor().normal_(mean: $0.real, std: $0.real) }),
    ("bernoulli_", { try $0.tensor().bernoulli_(p: $0.tensor()) }),
    ("random_", { try $0.tensor().random_(from: $0.int, to: $0.optional($0.int)) }),
    ("exponential_", { try $0.tensor().exponential_(lambd: $0.real) }),
    ("Generator.setState", { try Generator().setState($0.tensor()) }),
]

private let fuzzedNeural: Calls = [
    ("linear", { _ = try Tensor.linear($0.tensor([2, 3]), weight: $0.tensor([4, 3]), bias: $0.optional($0.tensor([4]))) }),
    (
        "conv1d",
        {
            _ = try Tensor.conv1d(
                $0.tensor([2, 4, 5]), weight: $0.tensor([4, 2, 3]), bias: $0.optional($0.tensor([4])),
                stride: [$0.int], padding: [$0.int], dilation: [$0.int], groups: $0.int)
        }
    ),
    (
        "conv2d",
        {
            _ = try Tensor.conv2d(
                $0.tensor([2, 4, 5, 5]), weight: $0.tensor([4, 4, 3, 3]), bias: $0.optional($0.tensor([4])),
                stride: $0.pair, padding: $0.pair, dilation: $0.pair, groups: $0.pick([1, 1, 2, 0, -1, .max]))
        }
    ),
    (
        "conv2d.padding",
        {
            _ = try Tensor.conv2d(
                $0.tensor([2, 4, 5, 5]), weight: $0.tensor([4, 4, 3, 3]), stride: $0.pair, padding: $0.text,
                dilation: $0.pair, groups: $0.pick([1, 2, 0]))
        }
    ),
    (
        "batchNorm",
        {
            _ = try Tensor.batchNorm(
                $0.tensor([2, 3, 4, 4]), weight: $0.optional($0.tensor([3])), bias: $0.optional($0.tensor([3])),
                runningMean: $0.optional($0.tensor([3])), runningVar: $0.optional($0.tensor([3])), training: $0.bool,
                momentum: $0.real, eps: $0.real, cudnnEnabled: $0.bool)
        }
    ),
    (
        "layerNorm",
        {
            _ = try Tensor.layerNorm(
                $0.tensor([2, 3, 4]), normalizedShape: $0.pick([[4], [3, 4], $0.ints]),
                weight: $0.optional($0.tensor([4])), bias: $0.optional($0.tensor([4])), eps: $0.real)
        }
    ),
    (
        "groupNorm",
        {
            _ = try Tensor.groupNorm(
                $0.tensor([2, 4, 3]), numGroups: $0.int, weight: $0.optional($0.tensor([4])),
                bias: $0.optional($0.tensor([4])), eps: $0.real)
        }
    ),
    (
        "maxPool2d",
        {
            _ = try Tensor.maxPool2d(
                $0.tensor([2, 3, 5, 5]), kernelSize: $0.pair, stride: $0.pair, padding: $0.pair, dilation: $0.pair,
                ceilMode: $0.bool)
        }
    ),
    (
        "avgPool2d",
        {
            _ = try Tensor.avgPool2d(
                $0.tensor([2, 3, 5, 5]), kernelSize: $0.pair, stride: $0.pair, padding: $0.pair, ceilMode: $0.bool,
                countIncludePad: $0.bool, divisorOverride: $0.optional($0.int))
        }
    ),
    ("adaptiveAvgPool2d", { _ = try Tensor.adaptiveAvgPool2d($0.tensor([2, 3, 5, 5]), outputSize: $0.pair) }),
    ("dropout", { _ = try Tensor.dropout($0.tensor(), p: $0.real, train: $0.bool) }),
    ("dropout_", { _ = try Tensor.dropout_($0.tensor(), p: $0.real, train: $0.bool) }),
    (
        "crossEntropyLoss",
        {
            _ = try Tensor.crossEntropyLoss(
                $0.tensor([3, 4]), target: $0.indices(), weight: $0.optional($0.tensor([4])), reduction: $0.int,
                ignoreIndex: $0.int, labelSmoothing: $0.real)
        }
    ),
    (
        "nllLoss",
        {
            _ = try Tensor.nllLoss(
                $0.tensor([3, 4]), target: $0.indices(), weight: $0.optional($0.tensor([4])), reduction: $0.int,
                ignoreIndex: $0.int)
        }
    ),
    ("mseLoss", { _ = try Tensor.mseLoss($0.tensor(), target: $0.tensor(), reduction: $0.int) }),
    ("l1Loss", { _ = try Tensor.l1Loss($0.tensor(), target: $0.tensor(), reduction: $0.int) }),
    ("smoothL1Loss", { _ = try Tensor.smoothL1Loss($0.tensor(), target: $0.tensor(), reduction: $0.int, beta: $0.real) }),
    ("huberLoss", { _ = try Tensor.huberLoss($0.tensor(), target: $0.tensor(), reduction: $0.int, delta: $0.real) }),
    ("binaryCrossEntropy", { _ = try Tensor.binaryCrossEntropy($0.tensor(), target: $0.tensor(), reduction: $0.int) }),
    (
        "binaryCrossEntropyWithLogits",
        {
            _ = try Tensor.binaryCrossEntropyWithLogits(
                $0.tensor(), target: $0.tensor(), weight: $0.optional($0.tensor()), posWeight: $0.optional($0.tensor()),
                reduction: $0.int)
        }
    ),
    (
        "embedding",
        {
            _ = try Tensor.embedding(
                $0.tensor([4, 3]), indices: $0.indices(), paddingIdx: $0.int, scaleGradByFreq: $0.bool, sparse: $0.bool)
        }
    ),
    ("leakyRelu", { _ = try Tensor.leakyRelu($0.tensor(), negativeSlope: $0.scalar) }),
    ("elu", { _ = try Tensor.elu($0.tensor(), alpha: $0.scalar, scale: $0.scalar) }),
    ("softplus", { _ = try Tensor.softplus($0.tensor(), beta: $0.scalar, threshold: $0.scalar) }),
    ("hardtanh", { _ = try Tensor.hardtanh($0.tensor(), minVal: $0.scalar, maxVal: $0.scalar) }),
    ("pixelShuffle", { _ = try Tensor.pixelShuffle($0.tensor([2, 4, 3, 3]), upscaleFactor: $0.int) }),
    (
        "scaledDotProductAttention",
        {
            _ = try Tensor.scaledDotProductAttention(
                $0.tensor([2, 2, 3, 4]), key: $0.tensor([2, 2, 3, 4]), value: $0.tensor([2, 2, 3, 4]),
                attnMask: $0.optional($0.tensor([3, 3])), dropoutP: $0.pick([0, 0.5]), isCausal: $0.bool,
                scale: $0.optional($0.real), enableGqa: $0.bool)
        }
    ),
    (
        "fusedAdamw_",
        {
            try Tensor.fusedAdamw_(
                [$0.tensor([2, 3])], grads: [$0.tensor([2, 3])], expAvgs: [$0.tensor([2, 3])],
                expAvgSqs: [$0.tensor([2, 3])], maxExpAvgSqs: [], stateSteps: [$0.tensor([])], lr: $0.real, beta1: 0.9,
                beta2: 0.99, weightDecay: $0.real, eps: 1e-8, amsgrad: false, maximize: $0.bool)
        }
    ),
    (
        "fusedSgd_",
        {
            try Tensor.fusedSgd_(
                $0.tensors(), grads: $0.tensors(), momentumBufferList: $0.tensors(), weightDecay: 0, momentum: 0.9,
                lr: $0.real, dampening: 0, nesterov: $0.bool, maximize: $0.bool, isFirstStep: $0.bool)
        }
    ),
    (
        "ampForeachNonFiniteCheckAndUnscale_",
        {
            try Tensor.ampForeachNonFiniteCheckAndUnscale_($0.tensors(), foundInf: $0.tensor([]), invScale: $0.tensor([]))
        }
    ),
]
