import TestSupport
import Testing
import Torch
import TorchNN

/// The functions that no layer calls, or with options that none has, against Tests/Fixtures/functions.py.
struct FunctionTests {
    struct Case: Decodable {
        let inputs: [FixtureTensor]
        let outputs: [FixtureTensor]
        let gradients: [FixtureTensor?]
    }

    typealias Function = @Sendable ([Tensor]) throws -> [Tensor]

    static let functions = pooling.merging(attention) { $1 }.merging(others) { $1 }

    static let pooling: [String: Function] = [
        "max pool1d": {
            both(try maxPool1dWithIndices($0[0], kernelSize: 3, stride: 2, padding: 1, ceilMode: true))
        },
        "max pool2d": { both(try maxPool2dWithIndices($0[0], kernelSize: Pair(3, 2), dilation: Pair(1, 2))) },
        "max pool3d": { both(try maxPool3dWithIndices($0[0], kernelSize: 2, stride: Triple(1, 2, 1))) },
        "adaptive max pool1d": { both(try adaptiveMaxPool1dWithIndices($0[0], outputSize: 3)) },
        "adaptive max pool2d": { both(try adaptiveMaxPool2dWithIndices($0[0], outputSize: Pair(3, 2))) },
        "adaptive max pool3d": { both(try adaptiveMaxPool3dWithIndices($0[0], outputSize: Triple(2, 1, 3))) },
        "adaptive max pool3d with the input's depth": {
            [try adaptiveMaxPool3d($0[0], depth: nil, height: 2, width: 1)]
        },
        "adaptive avg pool2d with the input's width": { [try adaptiveAvgPool2d($0[0], height: 2, width: nil)] },
        "max unpool1d": {
            let pooled = try maxPool1dWithIndices($0[0], kernelSize: 3, stride: 2, padding: 1)
            return [
                try maxUnpool1d(
                    pooled.output, indices: pooled.indices, kernelSize: 3, stride: 2, padding: 1, outputSize: 8)
            ]
        },
        "max unpool2d": {
            let pooled = try maxPool2dWithIndices($0[0], kernelSize: Pair(2, 3), stride: 2)
            return [
                try maxUnpool2d(
                    pooled.output, indices: pooled.indices, kernelSize: Pair(2, 3), stride: 2, outputSize: Pair(5, 6))
            ]
        },
        "max unpool3d": {
            let pooled = try maxPool3dWithIndices($0[0], kernelSize: 2, stride: Triple(2, 1, 2))
            return [
                try maxUnpool3d(
                    pooled.output, indices: pooled.indices, kernelSize: 2, stride: Triple(2, 1, 2),
                    outputSize: Triple(5, 3, 4))
            ]
        },
        "lp pool1d": { [try lpPool1d($0[0], normType: 2, kernelSize: 3, stride: 2, ceilMode: true)] },
        "lp pool2d": { [try lpPool2d($0[0], normType: -.infinity, kernelSize: Pair(2, 3), stride: 1)] },
        "lp pool3d": { [try lpPool3d($0[0], normType: 2, kernelSize: Triple(1, 2, 2))] },
        "fractional max pool2d": { [try fractionalMaxPool2d($0[0], kernelSize: 2, outputSize: Pair(3, 2))] },
        "fractional max pool2d by a ratio": {
            both(
                try fractionalMaxPool2dWithIndices(
                    $0[0], kernelSize: Pair(2, 3), outputRatio: (0.5, 0.7),
                    randomSamples: Tensor([[[0.25, 0.75], [0.5, 0.125]]]).to(.float32)))
        },
        "fractional max pool3d": {
            both(try fractionalMaxPool3dWithIndices($0[0], kernelSize: 2, outputSize: Triple(2, 3, 2)))
        },
        "fractional max pool3d by a ratio": {
            [try fractionalMaxPool3d($0[0], kernelSize: 2, outputRatio: (0.5, 0.6, 0.7))]
        },
    ]

    static let attention: [String: Function] = [
        "dot product attention": {
            [try scaledDotProductAttention($0[0], $0[1], $0[2], attnMask: causal(), scale: 0.5)]
        },
        "dot product attention of groups": {
            [try scaledDotProductAttention($0[0], $0[1], $0[2], isCausal: true, enableGQA: true)]
        },
        "attention": {
            both(
                try multiHeadAttentionForward(
                    $0[0], $0[1], $0[2], numHeads: 2, inProjWeight: $0[3], inProjBias: $0[4], outProjWeight: $0[5],
                    outProjBias: $0[6]))
        },
        "attention with added keys": {
            both(
                try multiHeadAttentionForward(
                    $0[0], $0[1], $0[2], numHeads: 2, inProjWeight: $0[3], inProjBias: $0[4], biasK: $0[7],
                    biasV: $0[8], addZeroAttn: true, outProjWeight: $0[5], outProjBias: $0[6], attnMask: causal()))
        },
        "attention without weights": {
            both(
                try multiHeadAttentionForward(
                    $0[0], $0[1], $0[2], numHeads: 2, inProjWeight: $0[3], inProjBias: $0[4], outProjWeight: $0[5],
                    needWeights: false, attnMask: causal(), isCausal: true))
        },
        "attention with weights of each": {
            both(
                try multiHeadAttentionForward(
                    $0[0], $0[1], $0[2], numHeads: 2, inProjWeight: nil, inProjBias: $0[6], outProjWeight: $0[7],
                    qProjWeight: $0[3], kProjWeight: $0[4], vProjWeight: $0[5], averageAttnWeights: false))
        },
        "attention to given keys": {
            both(
                try multiHeadAttentionForward(
                    $0[0], $0[1], $0[2], numHeads: 2, inProjWeight: $0[3], addZeroAttn: true, outProjWeight: $0[4],
                    staticK: $0[5], staticV: $0[6]))
        },
    ]

    static let others: [String: Function] = [
        "grid sample": { [try gridSample($0[0], $0[1] / 2)] },
        "grid sample, nearest": {
            [try gridSample($0[0], $0[1] / 2, mode: .nearest, paddingMode: .border, alignCorners: true)]
        },
        "grid sample, cubic": { [try gridSample($0[0], $0[1] / 2, mode: .bicubic, paddingMode: .reflection)] },
        "grid sample of volumes": { [try gridSample($0[0], $0[1] / 2, alignCorners: true)] },
        "affine grid": { [try affineGrid($0[0], size: [2, 1, 3, 2])] },
        "affine grid of volumes": { [try affineGrid($0[0], size: [1, 1, 2, 3, 2], alignCorners: true)] },
        "distances": { [try pdist($0[0], p: 1)] },
        "interpolate, antialias": { [try interpolate($0[0], size: Pair(3, 2), mode: .bilinear, antialias: true)] },
        "interpolate, cubic antialias": {
            [try interpolate($0[0], scaleFactor: 0.6, mode: .bicubic, alignCorners: true, antialias: true)]
        },
        "interpolate, exact volumes": { [try interpolate($0[0], size: Triple(3, 2, 5), mode: .nearestExact)] },
        "embedding bag of rows": {
            [
                try embeddingBag(
                    Tensor([[0, 2], [1, 1], [3, 0]]), weight: $0[0], includeLastOffset: true, paddingIdx: 0)
            ]
        },
        "embedding bag to the last offset": {
            [
                try embeddingBag(
                    Tensor([0, 2, 1, 3]), weight: $0[0], offsets: Tensor([0, 1, 4]), mode: .sum,
                    includeLastOffset: true)
            ]
        },
        "pad sequences on the left": {
            [try padSequence($0, batchFirst: true, paddingValue: 2, paddingSide: .left)]
        },
        "gumbel softmax": { [try gumbelSoftmax($0[0], tau: 0.5)] },
        "gumbel softmax of a transposed tensor": { [try gumbelSoftmax($0[0].t(), hard: true, dim: 0)] },
        "normalize": { [try normalize($0[0], p: 1, dim: -1, eps: 3)] },
        "conv tbc": { [try convTBC($0[0], weight: $0[1], bias: $0[2], pad: 1)] },
    ]

    private static func both(_ result: (output: Tensor, indices: Tensor)) -> [Tensor] {
        [result.output, result.indices]
    }

    private static func both(_ result: (output: Tensor, weights: Tensor?)) -> [Tensor] {
        [result.output] + [result.weights].compactMap(\.self)
    }

    private static func causal() throws -> Tensor {
        try Transformer.generateSquareSubsequentMask(3)
    }

    @Test("every case of the fixture has a function")
    func everyCaseIsTested() throws {
        #expect(try fixture("functions", as: [String: Case].self).keys.sorted() == Self.functions.keys.sorted())
    }

    @Test(
        "a function computes and learns as PyTorch did on another machine", .standardGenerator,
        arguments: functions.keys.sorted())
    func functionIsAsRecorded(name: String) throws {
        // The longest sums, over a batch and the places in it, have 64 terms.
        try expect(name, fixture("functions"), within: .sum(of: 64))
    }

    @Test(
        "a function computes and learns the bits of the PyTorch beside", .needsPyTorch,
        arguments: functions.keys.sorted())
    func functionIsPyTorchs(name: String) async throws {
        let expected: [String: Case] = try await Python.fixture("functions")
        try await withStandardGenerator {
            LibTorch.useOneThreadOnThisThread()
            try expect(name, expected, within: .bits)
        }
    }

    private func expect(_ name: String, _ cases: [String: Case], within tolerance: Tolerance) throws {
        let expected = try #require(cases[name])
        let function = try #require(Self.functions[name])
        let inputs = try expected.inputs.map { try $0.tensor.requiresGrad_() }
        try manualSeed(12)
        let outputs = try function(inputs)
        #expect(outputs.count == expected.outputs.count)
        for (output, value) in zip(outputs, expected.outputs) {
            try expectClose(output, value.tensor, within: tolerance, "\(name): output")
        }
        try outputs.filter(\.requiresGrad).map { try ($0 * probe($0)).sum() }
            .reduce(Tensor(0.0, dtype: .float32)) { try $0 + $1 }.backward()
        for (position, (input, value)) in zip(inputs, expected.gradients).enumerated() {
            guard let value else {
                #expect(input.grad == nil, "\(name): gradient \(position)")
                continue
            }
            let gradient = try #require(input.grad)
            try expectClose(gradient, value.tensor, within: tolerance, "\(name): gradient \(position)")
        }
    }

    /// As in functions.py.
    private func probe(_ output: Tensor) throws -> Tensor {
        try (Tensor.arange(output.count) % 7 - 3).to(.float32).div(8).reshape(output.shape)
    }

    @Test("arguments that make no sense are errors that name the function", .standardGenerator)
    func nonsenseThrows() throws {
        let (image, places) = (try Tensor.zeros([1, 2, 4, 4]), try Tensor.zeros([1, 2, 4, 4], dtype: .int64))
        expectError("max_unpool2d") { try maxUnpool2d(image, indices: places, kernelSize: 0) }
        expectError("max_unpool2d") { try maxUnpool2d(image, indices: places, kernelSize: 2, stride: Int.max) }
        expectError("max_unpool2d") { try maxUnpool2d(image, indices: places, kernelSize: 2, padding: Int.min) }
        expectError("max_unpool2d") { try maxUnpool2d(image, indices: places, kernelSize: 2, outputSize: Int.min) }
        expectError("lp_pool2d") { try lpPool2d(image, normType: 0, kernelSize: 2) }
        expectError("lp_pool2d") { try lpPool2d(image, normType: .nan, kernelSize: 2) }
        expectError("fractional_max_pool2d") { try fractionalMaxPool2d(image, kernelSize: 2, outputRatio: (0, 0.5)) }
        expectError("fractional_max_pool2d") { try fractionalMaxPool2d(image, kernelSize: 2, outputSize: 0) }
        expectError("fractional_max_pool2d") {
            try fractionalMaxPool2d(
                image, kernelSize: 2, outputSize: 2, randomSamples: Tensor.full([1, 2, 2], 2e8, dtype: .float32))
        }
        expectError("hardtanh") { try hardtanh(image, minVal: 1, maxVal: -1) }
        expectError("interpolate") { try interpolate(image, size: 2, antialias: true) }
        expectError("interpolate") {
            try interpolate(Tensor.zeros([1, 2, 4]), size: 2, mode: .linear, antialias: true)
        }
        expectError("adaptive_avg_pool3d") {
            try adaptiveAvgPool3d(Tensor.zeros([2, 2]), depth: nil, height: 1, width: 1)
        }
        for eps in [-1, 0.0] {
            expectError("batch_norm") {
                try batchNorm(image, runningMean: nil, runningVar: nil, training: true, eps: eps)
            }
        }
        expectError("batch_norm") {
            try batchNorm(image, runningMean: Tensor.zeros([2]), runningVar: Tensor.ones([2]), eps: -1)
        }
        for groups in [0, 3, 4, Int.max] { expectError("group_norm") { try groupNorm(image, numGroups: groups) } }
        // More groups than there are channels are more numbers than there is memory.
        expectError("group_norm") { try groupNorm(Tensor.zeros([2, 0]), numGroups: Int(Int32.max)) }
        // One value for each group; PyTorch counts the batch too.
        expectError("group_norm") { try groupNorm(Tensor.zeros([1, 2]), numGroups: 2) }
        #expect(try groupNorm(Tensor.zeros([2, 2]), numGroups: 2).shape == [2, 2])
        expectError("affine_grid") { try affineGrid(Tensor.zeros([1, 2, 3]), size: [1, 1, 0, 2]) }
        expectError("affine_grid") { try affineGrid(Tensor.zeros([1, 2, 3]), size: [2, 2]) }
        expectError("affine_grid") { try affineGrid(Tensor.zeros([2, 2, 3]), size: [1, 1, 2, 2]) }
        expectError("affine_grid") { try affineGrid(Tensor.zeros([1, 2, 3], dtype: .int64), size: [1, 1, 2, 2]) }
        #expect(throws: TorchError.self) { try gridSample(image, Tensor.zeros([1, 4, 4, 3])) }
        #expect(throws: TorchError.self) { try pdist(image) }
    }

    @Test("attention with weights that do not fit is an error that names the function", .standardGenerator)
    func wrongWeightsThrow() throws {
        let (x, weight, out) = (try Tensor.zeros([3, 2, 4]), try Tensor.zeros([12, 4]), try Tensor.zeros([4, 4]))
        let name = "multi_head_attention_forward"
        func attend(
            heads: Int = 2, _ inProjWeight: Tensor?, biasK: Tensor? = nil, q: Tensor? = nil, staticK: Tensor? = nil,
            staticV: Tensor? = nil, mask: Tensor? = nil, isCausal: Bool = false
        ) throws -> Tensor {
            try multiHeadAttentionForward(
                x, x, x, numHeads: heads, inProjWeight: inProjWeight, biasK: biasK, outProjWeight: out,
                needWeights: false, attnMask: mask, qProjWeight: q, kProjWeight: out, vProjWeight: out,
                staticK: staticK, staticV: staticV, isCausal: isCausal
            ).output
        }
        expectError(name) { try attend(heads: 0, weight) }
        expectError(name) { try attend(heads: 3, weight) }
        expectError(name) { try attend(Tensor.zeros([8, 4])) }
        expectError(name) { try attend(Tensor.zeros([4])) }
        expectError(name) { try attend(nil) }
        expectError(name) { try attend(nil, q: Tensor.zeros([4, 3])) }
        expectError(name) { try attend(weight, biasK: Tensor.zeros([1, 1, 4])) }
        expectError(name) { try attend(weight, staticK: Tensor.zeros([4, 3, 3])) }
        expectError(name) { try attend(weight, staticK: Tensor.zeros([4, 5, 2])) }
        expectError(name) { try attend(weight, staticV: Tensor(1.0)) }
        expectError(name) { try attend(weight, mask: Tensor.zeros([5, 5]), isCausal: true) }
        expectError(name) { try attend(weight, isCausal: true) }
    }
}
