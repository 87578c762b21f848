// How the tests compare a layer with what Tests/Fixtures/layers.py recorded of PyTorch's.

import TestSupport
import Testing
import Torch
import TorchNN

/// How a layer of the fixture is made here, and called.
struct LayerMaker: Sendable {
    let make: @Sendable () throws -> Module
    let call: @Sendable (Module, [Tensor]) throws -> [Tensor]

    /// A layer of one tensor.
    static func layer(_ make: @escaping @Sendable () throws -> any Layer) -> LayerMaker {
        LayerMaker(make: make) { module, inputs in
            let layer = try #require(module as? any Layer)
            return [try layer(inputs[0])]
        }
    }

    /// A module with a call of its own.
    static func module<M: Module>(
        _ make: @escaping @Sendable () throws -> M, _ call: @escaping @Sendable (M, [Tensor]) throws -> [Tensor]
    ) -> LayerMaker {
        LayerMaker(make: make) { module, inputs in
            let module = try #require(module as? M)
            return try call(module, inputs)
        }
    }
}

/// What the fixture says of one layer.
struct LayerCase: Decodable {
    let description: String
    let parameters: [String]
    let keys: [String]
    let first: [String: FixtureTensor]
    let inputs: [FixtureTensor]
    let outputs: [FixtureTensor]
    let gradients: [FixtureTensor?]
    let last: [String: FixtureTensor]
    let evaluated: [FixtureTensor]?
}

/// The layers of one file of the fixture.
struct LayerFamily: Sendable {
    let name: String
    let makers: [String: LayerMaker]

    /// What was recorded.
    var recorded: [String: LayerCase] {
        get throws { try fixture("layers-\(name)") }
    }

    /// What the PyTorch beside makes of the same layers.
    var live: [String: LayerCase] {
        get async throws { try await Python.fixture("layers-\(name)", by: "layers.py") }
    }

    func expectEveryCaseHasALayer() throws {
        #expect(try recorded.keys.sorted() == makers.keys.sorted())
    }

    /// How far numbers may be from those that were compared with.
    struct Tolerances {
        /// Of the first weights.
        let draws: Tolerance
        /// Of outputs, gradients and the state after training.
        let results: Tolerance

        static let bits = Tolerances(draws: .bits, results: .bits)
        /// The longest sums, over a batch and the places in it, have 64 terms.
        static let recorded = Tolerances(draws: .draw, results: .sum(of: 64))
    }

    /// Compares first weights, outputs, gradients, the state after training, and the description.
    func expect(_ name: String, _ expected: LayerCase?, within tolerances: Tolerances) throws {
        let expected = try #require(expected)
        let maker = try #require(makers[name])
        try manualSeed(11)
        let module = try maker.make()
        #expect(module.description == expected.description)
        #expect(try module.namedParameters().map(\.name) == expected.parameters)
        #expect(try module.stateDict().names == expected.keys)
        for (key, value) in expected.first {
            try expectClose(
                module.stateDict().tensor(.string(key)), value.tensor, within: tolerances.draws,
                "\(name): \(key) at first")
        }

        let inputs = try expected.inputs.map { try $0.tensor }
        func expectSame(_ actual: [Tensor], _ expected: [FixtureTensor], _ comment: String) throws {
            #expect(actual.count == expected.count, "\(comment)")
            for (actual, expected) in zip(actual, expected) {
                try expectClose(actual, expected.tensor, within: tolerances.results, comment)
            }
        }
        let leaves = inputs.filter { $0.dtype.isFloatingPoint }
        for input in leaves { try input.requiresGrad_() }
        // A layer may write into its input, which a leaf does not bear.
        func run() throws -> [Tensor] {
            try maker.call(module, inputs.map { $0.dtype.isFloatingPoint ? try $0 * 1 : $0 })
        }

        try manualSeed(12)
        let outputs = try run()
        try expectSame(outputs, expected.outputs, "\(name): output")
        let differentiable = outputs.filter(\.requiresGrad)
        if !differentiable.isEmpty {
            try differentiable.map { try ($0 * probe($0)).sum() }.reduce(Tensor(0.0, dtype: .float32)) { try $0 + $1 }
                .backward()
        }
        let gradients = try (leaves + module.parameters()).map(\.grad)
        #expect(gradients.count == expected.gradients.count)
        for (position, (gradient, value)) in zip(gradients, expected.gradients).enumerated() {
            guard let gradient, let value else {
                #expect((gradient == nil) == (value == nil), "\(name): gradient \(position)")
                continue
            }
            let dense = try gradient.toDense()
            try expectClose(dense, value.tensor, within: tolerances.results, "\(name): gradient \(position)")
        }

        _ = try run()
        for (key, value) in expected.last {
            try expectClose(
                module.stateDict().tensor(.string(key)), value.tensor, within: tolerances.results,
                "\(name): \(key) at last")
        }
        module.eval()
        try expectSame(run(), expected.evaluated ?? expected.outputs, "\(name): evaluated")
    }

    /// As in layers.py.
    private func probe(_ output: Tensor) throws -> Tensor {
        try (Tensor.arange(output.count) % 7 - 3).to(.float32).div(8).reshape(output.shape)
    }
}

/// Expects an error that names the layer: from a call, or from every use of a layer whose initializer failed.
func expectError(
    _ layer: String, sourceLocation: SourceLocation = #_sourceLocation, _ attempt: () throws -> Any
) {
    let error = #expect(throws: TorchError.self, sourceLocation: sourceLocation) {
        if let module = try attempt() as? Module {
            throw try #require(initializationError(of: module, sourceLocation: sourceLocation))
        }
    }
    #expect(error?.operation == layer, "\(String(describing: error))", sourceLocation: sourceLocation)
}

/// What a module's initializer failed with; expects that every use of the module throws it.
@discardableResult
func initializationError(
    of module: Module, sourceLocation: SourceLocation = #_sourceLocation
) -> TorchError? {
    let uses: [String: () throws -> Void] = [
        "validate": { try module.validate() },
        "parameters": { _ = try module.parameters() },
        "namedParameters": { _ = try module.namedParameters() },
        "buffers": { _ = try module.buffers() },
        "namedBuffers": { _ = try module.namedBuffers() },
        "to a device": { try module.to(.cpu) },
        "to a type": { try module.to(.float64) },
        "to a memory format": { try module.to(.contiguous) },
        "float": { try module.float() },
        "stateDict": { _ = try module.stateDict() },
        "loadStateDict": { try module.loadStateDict([:]) },
        "loadStateDict, lenient": { try module.loadStateDict([:], strict: false) },
        "requiresGrad_": { try module.requiresGrad_(false) },
        "zeroGrad": { try module.zeroGrad() },
        "apply": { try module.apply { _ in } },
        "summary": { _ = try module.summary {} },
        "registerParametrization": { try module.registerParametrization("weight", Symmetric()) },
        "call": {
            if let layer = module as? any Layer { _ = try layer(Tensor.zeros([1])) } else { try module.validate() }
        },
    ]
    var causes: [TorchError] = []
    for (name, use) in uses {
        let error = #expect(throws: ModuleError.self, "\(name)", sourceLocation: sourceLocation) { try use() }
        if let cause = error?.cause as? TorchError { causes.append(cause) }
    }
    #expect(causes.count == uses.count && Set(causes.map(\.description)).count == 1, sourceLocation: sourceLocation)
    // What does not fail, still works.
    #expect(!module.description.isEmpty && module.eval() === module, sourceLocation: sourceLocation)
    return causes.first
}

/// The module of a name that must be there.
func member<Element>(_ name: String, of modules: ModuleDict<Element>) throws -> Element {
    try #require(modules[name])
}
