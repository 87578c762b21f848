import Foundation
import TestSupport
import Testing
import Torch
import TorchDistributed
import TorchNN
import TorchOptim

@Suite("SyncBatchNorm")
struct SyncBatchNormTests {
    struct Options: Sendable, CustomTestStringConvertible {
        var momentum: Double? = 0.1
        var affine = true
        var tracks = true
        var bias = true
        var shape = [4, 3]
        /// How many samples each rank has.
        var rows = [3, 1, 4]
        var dtype = DType.float64
        var channelsLast = false

        var testDescription: String {
            "\(dtype), \(rows) samples of \(shape), momentum \(momentum as Any), affine \(affine), tracks \(tracks), "
                + "bias \(bias), channels last \(channelsLast)"
        }
    }

    private static let cases = [
        Options(), Options(momentum: nil), Options(affine: false), Options(tracks: false), Options(bias: false),
        Options(shape: [4]), Options(rows: [5, 0, 2]), Options(shape: [4], rows: [1, 1]), Options(rows: [2, 2]),
        Options(shape: [2, 3, 5], channelsLast: true), Options(shape: [2, 3, 2, 2]), Options(rows: [7]),
        Options(dtype: .float32), Options(rows: [6, 0, 1, 1], dtype: .float32), Options(dtype: .bfloat16),
    ]

    /// What a training of several steps shows: for each step the output and the input's gradient, and in the end the
    /// gradients of weight and bias, the running statistics, and an evaluation.
    private struct Course: Sendable {
        var outputs: [Tensor] = []
        var inputGradients: [Tensor] = []
        var parameterGradients: [Tensor] = []
        var buffers: [Tensor] = []
        var evaluation: Tensor = .undefined
    }

    private static func course(_ layer: BatchNorm, _ options: Options, rows: Range<Int>, total: Int) throws -> Course {
        var course = Course()
        try layer.to(options.dtype)
        for parameter in try layer.parameters() {
            _ = try noGrad { try parameter.copy_((Tensor.arange(parameter.count) * 0.3).cos() + 1) }
        }
        var whole = Tensor.undefined
        for step in 0..<3 {
            // Far from zero, so that a variance from plain squares would lose digits.
            let numbers = try (Tensor.arange(total * options.shape.reduce(1, *), dtype: .float64) + step).reshape(
                [total] + options.shape)
            whole = try ((numbers * 1.7).sin() + 50).to(options.dtype)
            let coefficients = try (numbers * 0.9).cos().to(options.dtype)
            var own = try whole[rows].clone()
            if options.channelsLast { own = try own.contiguous(memoryFormat: .channelsLast) }
            try own.requiresGrad_()
            let output = try layer(own)
            try (output * coefficients[rows]).sum().backward()
            course.outputs.append(try output.detach())
            course.inputGradients.append(try #require(own.grad))
        }
        course.parameterGradients = try layer.parameters().map { try #require($0.grad) }
        course.buffers = try layer.buffers()
        layer.eval()
        course.evaluation = try noGrad { try layer(whole) }
        return course
    }

    @Test("computes what one process with all batches does, forward and backward", arguments: cases)
    func oneProcess(_ options: Options) async throws {
        let total = options.rows.reduce(0, +)
        @Sendable func layer() -> BatchNorm {
            BatchNorm(
                options.shape[0], momentum: options.momentum, affine: options.affine, trackRunningStats: options.tracks,
                bias: options.bias)
        }
        let expected = try Self.course(layer(), options, rows: 0..<total, total: total)
        let all = try await results(options.rows.count) { group in
            let start = options.rows.prefix(group.rank).reduce(0, +)
            let layer = try SyncBatchNorm.convert(layer(), group: group)
            return try Self.course(layer, options, rows: start..<start + options.rows[group.rank], total: total)
        }
        let tolerance = [DType.float64: 1e-12, .float32: 1e-5][options.dtype] ?? 0.05
        func close(_ tensor: Tensor, _ other: Tensor) throws {
            try expectClose(tensor, other, relative: tolerance, absolute: tolerance)
        }
        for step in expected.outputs.indices {
            try close(Tensor.cat(all.map { $0.outputs[step] }), expected.outputs[step])
            try close(Tensor.cat(all.map { $0.inputGradients[step] }), expected.inputGradients[step])
        }
        for index in expected.parameterGradients.indices {
            let sum = try Tensor.stack(all.map { $0.parameterGradients[index] }).sum(dim: 0)
            try close(sum, expected.parameterGradients[index])
        }
        for course in all {
            #expect(course.buffers.count == (options.tracks ? 3 : 0))
            for (buffer, other) in zip(course.buffers, expected.buffers) { try close(buffer, other) }
            for (buffer, other) in zip(course.buffers, all[0].buffers) { try expectSameBits(buffer, other) }
            try close(course.evaluation, expected.evaluation)
        }
    }

    private final class Network: Module, Layer {
        let norm = BatchNorm1d(3)
        let inner = Sequential(Linear(3, 2), BatchNorm1d(2))
        let instance = InstanceNorm1d(2, affine: true)

        func forward(_ input: Tensor) throws -> Tensor { try inner(norm(input)) }
    }

    @Test("converts a network in place, with its keys, and leaves other layers alone", .standardGenerator)
    func convert() async throws {
        let all = try await results(2) { group in
            let network = Network()
            let (names, parameters) = (try network.stateDict().names, try network.parameters())
            try #require(SyncBatchNorm.convert(network, group: group) === network)
            #expect(try network.stateDict().names == names)
            #expect(zip(try network.parameters(), parameters).allSatisfy { $0.isSame(as: $1) })
            _ = try network(Tensor.full([2, 3], Float(group.rank)))
            return (network.description, try network.norm.runningMean?.array(Float.self))
        }
        for (description, mean) in all {
            #expect(description.components(separatedBy: "SyncBatchNorm(").count == 3, "\(description)")
            #expect(description.contains("(instance): InstanceNorm1d("), "\(description)")
            #expect(mean == [0.05, 0.05, 0.05])
        }
    }

    @Test("trains on several ranks as one process does with the whole batch", .standardGenerator)
    func training() async throws {
        @Sendable func train(_ network: Sequential, _ rows: Range<Int>, _ step: (Tensor) throws -> Void) throws {
            let optimizer = try SGD(network, learningRate: 0.1, momentum: 0.9)
            for number in 0..<10 {
                let inputs = try (Tensor.arange(6 * 3 * 4 * 4).reshape([6, 3, 4, 4]) * 0.37 + number).sin()
                try optimizer.zeroGrad()
                try step(inputs[rows])
                try optimizer.step()
            }
        }
        @Sendable func network() -> Sequential {
            Sequential(Conv2d(3, 4, kernelSize: 3), BatchNorm2d(4), Tanh(), Conv2d(4, 2, kernelSize: 2), BatchNorm2d(2))
        }
        let whole = network()
        let start = try StateCopy(whole.stateDict())
        try train(whole, 0..<6) { try (whole($0).pow(2) * 0.5 + whole($0).sin()).mean().backward() }
        let all = try await results(3) { group in
            let own = try SyncBatchNorm.convert(network(), group: group)
            try own.loadStateDict(start.state)
            let parallel = try DistributedDataParallel(own, group: group)
            try train(own, group.rank * 2..<group.rank * 2 + 2) { inputs in
                // The second pass is part of what is compared: two in one graph.
                let output = try parallel.synchronized { (try own(inputs), try own(inputs)) }
                try parallel.backward((output.0.pow(2) * 0.5 + output.1.sin()).mean())
            }
            return try own.stateDict()
        }
        for state in all {
            for name in try whole.stateDict().names {
                let (actual, expected) = (try state.tensor(name), try whole.stateDict().tensor(name))
                try expectClose(actual.to(.float64), expected.to(.float64), relative: 1e-4, absolute: 1e-5)
            }
        }
    }

    @Test("exchanges nothing in evaluation, and is a layer of its own")
    func evaluation() async throws {
        let all = try await results(2) { group in
            let layer = SyncBatchNorm(2, group: group)
            _ = try layer(Tensor.full([2, 2, 3], Float(group.rank)))
            layer.eval()
            #expect(layer.description.hasPrefix("SyncBatchNorm(2, eps=1e-05, momentum=0.1"), "\(layer)")
            return try group.rank == 0 ? layer(Tensor.zeros([1, 2])).shape : []
        }
        #expect(all == [[1, 2], []])
    }

    @Test("refuses what has no statistics, wrong channels, and second derivatives", .standardGenerator)
    func refusals() async throws {
        let all = try await results(2) { group in
            let layer = SyncBatchNorm(2, group: group)
            var errors = [
                try #require(throws: DistributedError.self) { try layer(Tensor.zeros([1 - group.rank, 2])) },
                try #require(throws: DistributedError.self) { try layer(Tensor.zeros([4, 3])) },
                try #require(throws: DistributedError.self) { try layer(Tensor.zeros([4, 2], dtype: .int64)) },
            ]
            let input = try Tensor.randn([3, 2], requiresGrad: true)
            let output = try layer(input).pow(2).sum()
            errors.append(try #require(throws: DistributedError.self) { try output.backward(createGraph: true) })
            return errors.map(\.message)
        }
        for messages in all {
            #expect(messages[0].contains("all ranks together have 1"))
            #expect(messages[1].contains("with 2 channels") && messages[1].contains("float32[4, 3]"))
            #expect(messages[2].contains("int64[4, 2]"))
            #expect(messages[3].contains("no second derivatives"))
        }
    }
}
