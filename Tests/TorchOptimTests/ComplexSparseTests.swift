import TestSupport
import Testing
import Torch
import TorchOptim

/// Complex parameters and sparse gradients against PyTorch: Tests/Fixtures/complex_sparse_optimizers.py.
struct ComplexSparseTests {
    struct Recording: Decodable {
        struct Result: Decodable {
            let parameters: [FixtureTensor]
            let state: [String: FixtureTensor]
        }

        let first: [FixtureTensor]
        let gradients: [[FixtureTensor]]
        let complex: [String: Result]
        let start: FixtureTensor
        let rows: [[Double]]
        let values: [FixtureTensor]
        let sparse: [String: Result]
    }

    static let recording = Result {
        try fixture("complex-sparse-optimizers", as: Recording.self)
    }

    static let complexCases: [String: @Sendable ([Tensor]) throws -> Optimizer] = [
        "Adadelta": { try Adadelta($0, weightDecay: 0.02) },
        "Adagrad": { try Adagrad($0, learningRate: 0.1, weightDecay: 0.02, initialAccumulatorValue: 0.3) },
        "Adam": { try Adam($0, learningRate: 0.05, weightDecay: 0.1, amsgrad: true) },
        "AdamW": { try AdamW($0, learningRate: 0.05, weightDecay: 0.1) },
        "Adamax": { try Adamax($0, learningRate: 0.05, maximize: true) },
        "ASGD": { try ASGD($0, learningRate: 0.1, t0: 4, weightDecay: 0.1) },
        "NAdam": { try NAdam($0, learningRate: 0.05, weightDecay: 0.1) },
        "RAdam": { try RAdam($0, learningRate: 0.05, weightDecay: 0.1) },
        "RMSprop": { try RMSprop($0, learningRate: 0.05, momentum: 0.9, centered: true) },
        "Rprop": { try Rprop($0, learningRate: 0.1, stepSizes: (0.05, 0.2)) },
        "SGD": { try SGD($0, learningRate: 0.1, momentum: 0.9, weightDecay: 0.02, nesterov: true) },
        "LBFGS": { try LBFGS($0, learningRate: 0.3, maxIterations: 4, historySize: 5) },
    ]

    static let sparseCases: [String: @Sendable ([Tensor]) throws -> Optimizer] = [
        "SGD": { try SGD($0, learningRate: 0.1) },
        "SGD maximize": { try SGD($0, learningRate: 0.1, maximize: true) },
        "SGD momentum": { try SGD($0, learningRate: 0.1, momentum: 0.9) },
        "SGD dampening": { try SGD($0, learningRate: 0.1, momentum: 0.9, dampening: 0.3) },
        "SGD nesterov": { try SGD($0, learningRate: 0.1, momentum: 0.8, nesterov: true) },
        "Adagrad": { try Adagrad($0, learningRate: 0.1) },
        "Adagrad lr decay": { try Adagrad($0, learningRate: 0.1, lrDecay: 0.05, eps: 1e-4) },
        "Adagrad initial accumulator, maximize": {
            try Adagrad($0, learningRate: 0.1, initialAccumulatorValue: 0.3, maximize: true)
        },
    ]

    // Ten steps of a few operations each round by at most 2⁻⁵³ of a value; LBFGS divides by differences of gradients,
    // which multiplies that by their ratio to the gradients.
    private static func tolerance(_ name: String) -> Double { name == "LBFGS" ? 1e-7 : 1e-12 }

    @Test("complex parameters train as in PyTorch", arguments: complexCases.keys.sorted())
    func complexParameters(name: String) throws {
        let recording = try Self.recording.get()
        let parameters = try recording.first.map { try Tensor.viewAsComplex($0.tensor).requiresGrad_() }
        let make = try #require(Self.complexCases[name])
        let optimizer = try make(parameters)
        try run(optimizer, parameters, recording.gradients.indices)
        try expect(#require(recording.complex[name]), optimizer, parameters, name)
    }

    @Test("a state of complex parameters is restored", arguments: complexCases.keys.sorted())
    func complexStateIsRestored(name: String) throws {
        let recording = try Self.recording.get()
        let parameters = try recording.first.map { try Tensor.viewAsComplex($0.tensor).requiresGrad_() }
        let make = try #require(Self.complexCases[name])
        let optimizer = try make(parameters)
        try run(optimizer, parameters, 0..<4)
        let resumed = try make(parameters)
        try resumed.loadStateDict(optimizer.stateDict())
        try run(resumed, parameters, 4..<recording.gradients.count)
        try expect(#require(recording.complex[name]), resumed, parameters, name)
    }

    @Test("sparse gradients train as in PyTorch", arguments: sparseCases.keys.sorted())
    func sparseGradients(name: String) throws {
        let recording = try Self.recording.get()
        let parameter = try recording.start.tensor.requiresGrad_()
        let make = try #require(Self.sparseCases[name])
        let optimizer = try make([parameter])
        for (rows, values) in zip(recording.rows, recording.values) {
            try parameter.setGrad(Self.gradient(rows, values.tensor))
            try optimizer.step()
        }
        try expect(#require(recording.sparse[name]), optimizer, [parameter], name)
    }

    @Test("a weight decay for sparse gradients is an error, as in PyTorch")
    func weightDecayThrows() throws {
        let recording = try Self.recording.get()
        for make in [
            { try SGD([$0], weightDecay: 0.1) }, { try Adagrad([$0], weightDecay: 0.1) },
        ] as [(Tensor) throws -> Optimizer] {
            let parameter = try recording.start.tensor.requiresGrad_()
            try parameter.setGrad(Self.gradient(recording.rows[0], recording.values[0].tensor))
            let error = #expect(throws: OptimizerError.self) { try make(parameter).step() }
            #expect(error?.description.contains("'weight_decay'") == true)
            try expectSameBits(parameter.detach(), recording.start.tensor)
        }
    }

    @Test("a sparse momentum, as PyTorch saves it, is loaded")
    func sparseMomentum() throws {
        let recording = try Self.recording.get()
        let parameter = try recording.start.tensor.requiresGrad_()
        let optimizer = try SGD([parameter], momentum: 0.9)
        var state = try optimizer.stateDict()
        let momentum = try Self.gradient(recording.rows[0], recording.values[0].tensor)
        state["state"] = .dictionary([0: .dictionary(["momentum_buffer": .tensor(momentum)])])
        try optimizer.loadStateDict(state)
        let loaded = try optimizer.stateDict().dictionary("state").dictionary(0).tensor("momentum_buffer")
        try expectSameBits(loaded, momentum.toDense())
    }

    @Test("a gradient scaler unscales complex and sparse gradients, and leaves out a step that is not finite")
    func scaled() throws {
        let recording = try Self.recording.get()
        for isSparse in [false, true] {
            func trained(scale: Double?) throws -> Tensor {
                let parameter =
                    try isSparse
                    ? recording.start.tensor.requiresGrad_()
                    : Tensor.viewAsComplex(recording.first[0].tensor).requiresGrad_()
                let optimizer = try SGD([parameter], learningRate: 0.1, momentum: 0.9)
                let scaler = try GradScaler(device: .cpu, initialScale: scale ?? 1, isEnabled: scale != nil)
                for step in 0..<3 {
                    let gradient =
                        try isSparse
                        ? Self.gradient(recording.rows[step], recording.values[step].tensor)
                        : Tensor.viewAsComplex(recording.gradients[step][0].tensor)
                    try parameter.setGrad(gradient.mul(scale ?? 1))
                    try scaler.step(optimizer)
                    try scaler.update()
                }
                guard scale != nil else { return try parameter.detach() }
                let before = try parameter.detach().clone()
                try parameter.setGrad(#require(parameter.grad).mul(Double.infinity))
                try scaler.step(optimizer)
                try scaler.update()
                try expectSameBits(parameter.detach(), before)
                return before
            }
            // A power of two changes no digit, but the two may run different kernels.
            try expectClose(trained(scale: 1024), trained(scale: nil), within: .optimizerSteps(3))
        }
    }

    @Test("SparseAdam takes no complex parameters, as in PyTorch")
    func sparseAdam() throws {
        let parameter = try Tensor.zeros([2], dtype: .complex64).requiresGrad_()
        let error = #expect(throws: OptimizerError.self) { try SparseAdam([parameter]) }
        #expect(error?.description.contains("takes no complex parameters") == true)
    }

    private func run(_ optimizer: Optimizer, _ parameters: [Tensor], _ steps: Range<Int>) throws {
        let gradients = try Self.recording.get().gradients
        for step in steps {
            guard optimizer is LBFGS else {
                for (parameter, gradient) in zip(parameters, gradients[step]) {
                    try parameter.setGrad(Tensor.viewAsComplex(gradient.tensor))
                }
                try optimizer.step()
                continue
            }
            try optimizer.step {
                try optimizer.zeroGrad()
                let loss = try objective(parameters, gradients[0])
                try loss.backward()
                return loss
            }
        }
    }

    private func objective(_ parameters: [Tensor], _ gradients: [FixtureTensor]) throws -> Tensor {
        let (first, second) = (parameters[0], parameters[1])
        let (a, b) = (
            try Tensor.viewAsComplex(gradients[0].tensor), try Tensor.viewAsComplex(gradients[1].tensor)
        )
        return try (first * first - a).abs().pow(2).sum() + (second * 2 - b).abs().pow(2).sum()
            + Tensor.real(first.sum() * second.sum())
    }

    private static func gradient(_ rows: [Double], _ values: Tensor) throws -> Tensor {
        try Tensor.sparseCooTensor(
            Tensor(rows, shape: [1, rows.count]).to(.int64), values: values, size: [6, 2])
    }

    private func expect(
        _ expected: Recording.Result, _ optimizer: Optimizer, _ parameters: [Tensor], _ name: String
    ) throws {
        func real(_ tensor: Tensor) throws -> Tensor {
            try tensor.dtype.isComplex ? Tensor.viewAsReal(tensor.detach()) : tensor.detach()
        }
        let tolerance = Self.tolerance(name)
        for (parameter, value) in zip(parameters, expected.parameters) {
            try expectClose(real(parameter), value.tensor, relative: tolerance, absolute: tolerance, name)
        }
        var count = 0
        for (index, value) in try optimizer.stateDict().dictionary("state") {
            guard case .dictionary(let state) = value else { continue }
            for (key, value) in state {
                guard case .tensor(let tensor) = value else { continue }
                let value = try #require(expected.state["\(index).\(key)"], "\(name) keeps \(key)")
                try expectClose(real(tensor), value.tensor, relative: tolerance, absolute: tolerance, "\(name) \(key)")
                count += 1
            }
        }
        #expect(count == expected.state.count)
    }
}
