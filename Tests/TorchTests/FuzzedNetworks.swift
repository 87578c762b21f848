import Torch

let fuzzedCreation: FuzzedCalls = [
    ("Tensor(values)", { _ = try Tensor([Float](repeating: 1, count: 6), shape: $0.sizes) }),
    ("empty", { _ = try Tensor.empty($0.sizes, dtype: $0.optional($0.dtype)) }),
    ("zeros", { _ = try Tensor.zeros($0.sizes, dtype: $0.optional($0.dtype), pinMemory: $0.optional($0.bool)) }),
    ("ones", { _ = try Tensor.ones($0.sizes, dtype: $0.optional($0.dtype), device: $0.optional(.cuda($0.int))) }),
    ("full", { _ = try Tensor.full($0.sizes, $0.scalar, dtype: $0.optional($0.dtype)) }),
    (
        "arange",
        {
            _ = try Tensor.arange(
                $0.pick([0, 3, -1, 2.5, .real(.nan), .real(.infinity), true] as [Scalar]), dtype: $0.optional($0.dtype))
        }
    ),
    (
        "arange.step",
        {
            _ = try Tensor.arange(
                start: $0.pick([0, 1, 1.5] as [Scalar]), end: $0.pick([4, -4]),
                step: $0.pick([0, 1, -1, .real(.nan)] as [Scalar]))
        }
    ),
    (
        "linspace",
        { _ = try Tensor.linspace(start: $0.scalar, end: $0.scalar, steps: $0.int, dtype: $0.optional($0.dtype)) }
    ),
    ("linspace.Tensor", { _ = try Tensor.linspace(start: $0.tensor(), end: $0.tensor(), steps: $0.int) }),
    ("eye", { _ = try Tensor.eye($0.int, dtype: $0.optional($0.dtype)) }),
    ("rand", { _ = try Tensor.rand($0.sizes, generator: $0.generator(), dtype: $0.optional($0.dtype)) }),
    ("randn", { _ = try Tensor.randn($0.sizes, dtype: $0.optional($0.dtype)) }),
    ("randint", { _ = try Tensor.randint(low: $0.int, high: $0.int, size: $0.sizes, dtype: $0.optional($0.dtype)) }),
    ("randperm", { _ = try Tensor.randperm($0.int, generator: $0.generator(), dtype: $0.optional($0.dtype)) }),
    ("zerosLike", { _ = try Tensor.zerosLike($0.tensor(), dtype: $0.optional($0.dtype)) }),
    ("fullLike", { _ = try Tensor.fullLike($0.tensor(), $0.scalar) }),
    ("randnLike", { _ = try Tensor.randnLike($0.tensor(), generator: $0.generator()) }),
    ("complex", { _ = try Tensor.complex($0.tensor(), $0.tensor()) }),
    ("viewAsComplex", { _ = try Tensor.viewAsComplex($0.tensor([3, 2])) }),
    ("real", { _ = try Tensor.real($0.tensor()) }),
    ("imag", { _ = try Tensor.imag($0.tensor()) }),
    ("normal", { _ = try Tensor.normal(mean: $0.real, std: $0.real, size: $0.sizes) }),
    ("normal.Tensor", { _ = try Tensor.normal($0.tensor(), $0.tensor(), generator: $0.generator()) }),
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

let fuzzedNeural: FuzzedCalls = [
    (
        "linear",
        { _ = try Tensor.linear($0.tensor([2, 3]), weight: $0.tensor([4, 3]), bias: $0.optional($0.tensor([4]))) }
    ),
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
                $0.tensor([2, 4, 5, 5]), weight: $0.tensor([4, 4, 3, 3]), stride: $0.pair,
                padding: $0.pick([.same, .valid]),
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
                $0.tensor([3, 4]), $0.indices(), weight: $0.optional($0.tensor([4])),
                reduction: $0.pick(Reduction.allCases),
                ignoreIndex: $0.int, labelSmoothing: $0.real)
        }
    ),
    (
        "nllLoss",
        {
            _ = try Tensor.nllLoss(
                $0.tensor([3, 4]), $0.indices(), weight: $0.optional($0.tensor([4])),
                reduction: $0.pick(Reduction.allCases),
                ignoreIndex: $0.int)
        }
    ),
    ("mseLoss", { _ = try Tensor.mseLoss($0.tensor(), $0.tensor(), reduction: $0.pick(Reduction.allCases)) }),
    ("l1Loss", { _ = try Tensor.l1Loss($0.tensor(), $0.tensor(), reduction: $0.pick(Reduction.allCases)) }),
    (
        "smoothL1Loss",
        { _ = try Tensor.smoothL1Loss($0.tensor(), $0.tensor(), reduction: $0.pick(Reduction.allCases), beta: $0.real) }
    ),
    (
        "huberLoss",
        { _ = try Tensor.huberLoss($0.tensor(), $0.tensor(), reduction: $0.pick(Reduction.allCases), delta: $0.real) }
    ),
    (
        "binaryCrossEntropy",
        { _ = try Tensor.binaryCrossEntropy($0.tensor(), $0.tensor(), reduction: $0.pick(Reduction.allCases)) }
    ),
    (
        "binaryCrossEntropyWithLogits",
        {
            _ = try Tensor.binaryCrossEntropyWithLogits(
                $0.tensor(), $0.tensor(), weight: $0.optional($0.tensor()), posWeight: $0.optional($0.tensor()),
                reduction: $0.pick(Reduction.allCases))
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
            try Tensor.ampForeachNonFiniteCheckAndUnscale_(
                $0.tensors(), foundInf: $0.tensor([]), invScale: $0.tensor([]))
        }
    ),
]
