import Foundation
import TestSupport
import Testing
import Torch
import TorchNN

private final class Block: Module, Layer {
    let fc1: Linear
    let fc2 = Linear(2, 2)

    init(_ size: Int) { fc1 = Linear(size, 2) }

    func forward(_ x: Tensor) throws -> Tensor { try fc2(fc1(x)) }
}

private final class Network: Module, Layer {
    let stem = Linear(2, 2)
    let blocks: [Block]

    init(_ sizes: Int...) { blocks = sizes.map { Block($0) } }

    func forward(_ x: Tensor) throws -> Tensor { try blocks.reduce(stem(x)) { try $1($0) } }
}

/// Calls a layer two levels below without calling what is between.
private final class Reaching: Module, Layer {
    let block: Block

    init(_ size: Int) { block = Block(size) }

    func forward(_ x: Tensor) throws -> Tensor { try block.fc1(x) }
}

private final class Scale: Module, Layer {
    @Parameter(initially: try .ones([1])) var gain: Tensor
    @Parameter var weight: Tensor
    @Parameter var bias: Tensor?

    init(_ features: Int) {
        super.init()
        deferErrors { weight = try .ones([features]) }
    }

    func forward(_ input: Tensor) throws -> Tensor { try input * weight * gain }
}

@Suite(.standardGenerator)
struct ModuleErrorTests {
    @Test("an initializer does not throw, and every use says the path, the layer, and the option")
    func everyUseThrows() throws {
        let network = Network(2, -3)
        let expected =
            "blocks.1.fc1: Linear(in_features=-3, out_features=2, bias=True): inFeatures must be at least 1, not -3"
        let uses: [() throws -> Void] = [
            { _ = try network(Tensor.zeros([1, 2])) },
            { _ = try network.parameters() },
            { _ = try network.namedBuffers() },
            { try network.to(.float64) },
            { _ = try network.stateDict() },
            { try network.loadStateDict([:]) },
            { try network.zeroGrad() },
            { _ = try network.summary(inputSize: [1, 2]) },
            { try network.validate() },
        ]
        for use in uses {
            let error = #expect(throws: ModuleError.self) { try use() }
            #expect(error?.description == expected)
            #expect(error?.localizedDescription == expected)
            #expect(error?.path == "blocks.1.fc1")
            #expect(error?.module == "Linear(in_features=-3, out_features=2, bias=True)")
            #expect((error?.cause as? TorchError)?.operation == "Linear")
        }
        #expect(network.children().count == 3 && network.description.contains("in_features=-3"))
        #expect(!network.eval().blocks[1].fc1.isTraining)
        #expect(throws: Never.self) { try Network(2, 2).validate() }
    }

    @Test("the path starts at the outermost module that was called")
    func pathsStartAtTheTop() throws {
        let input = try Tensor.zeros([1, 2])
        func path(_ layer: any Layer) -> String? {
            #expect(throws: ModuleError.self) { try layer(input) }?.path
        }
        let network = Network(2, -3)
        #expect(path(network.blocks[1].fc1) == "")
        #expect(path(network.blocks[1]) == "fc1")
        #expect(path(network) == "blocks.1.fc1")
        #expect(path(Sequential(ReLU(), network)) == "1.blocks.1.fc1")
        // What is between was not called, but is on the way.
        #expect(path(Reaching(0)) == "block.fc1")
    }

    @Test("the error of a module without a path starts with its description")
    func descriptionWithoutPath() {
        #expect(
            #expect(throws: ModuleError.self) { try Dropout(p: 2).validate() }?.description
                == "Dropout(p=2.0, inplace=False): p must be between 0 and 1, not 2.0")
        #expect(
            #expect(throws: ModuleError.self) { try MultiheadAttention(4, 3).validate() }?.description
                == "MultiheadAttention: numHeads must divide embedDim, 4, and 3 does not")
    }

    @Test("a transformer says which of its parts has the wrong option")
    func transformersSayWhere() {
        let transformer = Transformer(dModel: 4, nhead: 3, numEncoderLayers: 2, numDecoderLayers: 2, dimFeedforward: 5)
        let error = #expect(throws: ModuleError.self) { try transformer.validate() }
        #expect(error?.path == "encoder.layers.0.self_attn")
    }

    @Test("a module of one's own defers its errors, also in a parameter's first value")
    func ownModules() throws {
        let scale = Scale(3)
        try expectSameBits(scale(Tensor([1.0, 2.0, 3.0])).detach(), Tensor([1.0, 2.0, 3.0]))
        #expect(try scale.namedParameters().map(\.name) == ["gain", "weight"])
        let failed = initializationError(of: Scale(-1))
        #expect(failed?.message.isEmpty == false)

        final class Late: Module, Layer {
            @Parameter("w", initially: try .ones([-1])) var weight: Tensor
            @Buffer(initially: try .ones([2])) var mask: Tensor

            func forward(_ input: Tensor) throws -> Tensor { try input * weight }
        }
        #expect(initializationError(of: Late()) != nil)
        let late = Late()
        late.weight = try Tensor.ones([2])
        #expect(try late.stateDict().names == ["w", "mask"])
        #expect(throws: Never.self) { try late(Tensor.ones([2])) }
    }

    @Test("the first problem counts, and a superclass's comes before a subclass's")
    func firstProblemCounts() throws {
        final class Wide: Linear {
            init(_ features: Int) {
                super.init(features, features)
                deferErrors { try Init.zeros_(weight) }
                deferErrors { throw TorchError(kind: .other, operation: "Wide", message: "as asked") }
            }
        }
        #expect(initializationError(of: Wide(0))?.operation == "Linear")
        #expect(initializationError(of: Wide(2))?.operation == "Wide")
    }

    @Test("a wrong layer keeps the options in its description", arguments: [true, false])
    func descriptionsKeepOptions(bias: Bool) {
        let flag = bias ? "True" : "False"
        #expect(Linear(0, 2, bias: bias).description == "Linear(in_features=0, out_features=2, bias=\(flag))")
        #expect(
            LayerNorm([], bias: bias).description == "LayerNorm((), eps=1e-05, elementwise_affine=True, bias=\(flag))")
        #expect(
            GroupNorm(3, 4, bias: bias).description
                == "GroupNorm(3, 4, eps=1e-05, affine=True, bias=\(flag))")
        #expect(RNNCell(0, 2, bias: bias).description == "RNNCell(0, 2\(bias ? "" : ", bias=False"))")
        #expect(
            Conv1d(1, 2, kernelSize: 0, bias: bias).description
                == "Conv1d(1, 2, kernel_size=(0,), stride=(1,)\(bias ? "" : ", bias=False"))")
    }

    @Test("a removed bias still shows in the description, as in PyTorch")
    func removedBiasShows() {
        let layer = Linear(2, 2)
        layer.bias = nil
        #expect(layer.description == "Linear(in_features=2, out_features=2, bias=False)")
    }

    @Test("slices are lists of children, and a parameter in a place where it is not found is an error")
    func unusualPlaces() throws {
        final class Sliced: Module {
            let slice = [Linear(1, 1), Linear(1, 2), Linear(1, 3)][1...]
            let contiguous: ContiguousArray = [Linear(1, 4)]
            let numbered = [10: Linear(1, 10), 9: Linear(1, 9)]
        }
        #expect(
            try Sliced().namedParameters().map(\.name).filter { $0.hasSuffix("weight") }
                == [
                    "slice.0.weight", "slice.1.weight", "contiguous.0.weight", "numbered.9.weight",
                    "numbered.10.weight",
                ])

        struct Scale { @Parameter(initially: try .ones([1])) var factor: Tensor }
        final class InStructure: Module { let scale = Scale() }
        final class InTuple: Module { let pair = (Parameter<Tensor>(), 1) }
        final class InList: Module { let scales = [Scale()] }
        for module in [InStructure(), InTuple(), InList()] as [Module] {
            let error = #expect(throws: ModuleError.self) { try module.parameters() }
            #expect(error?.description.contains("has a @Parameter or @Buffer inside") == true)
        }
    }

    @Test("a forward pass that is called directly does not compute with a wrong option", arguments: wrongLayers)
    func directForward(make: @Sendable () -> any Layer) throws {
        let layer = make()
        let input = try Tensor.ones([1, 4, 4, 4])
        #expect(throws: ModuleError.self, "\(layer)") { try layer.forward(input) }
        #expect(throws: ModuleError.self, "\(layer)") { try layer.eval().forward(input) }
    }

    private static let wrongLayers: [@Sendable () -> any Layer] = [
        { Linear(-1, 2) }, { BatchNorm2d(-1) }, { BatchNorm2d(-1, affine: false) },
        { InstanceNorm2d(-1) }, { GroupNorm(3, 4) }, { LayerNorm([]) }, { RMSNorm([-1]) },
        { LocalResponseNorm(0) }, { Conv2d(4, 0, kernelSize: 3) }, { ConvTranspose2d(4, 0, kernelSize: 3) },
        { MaxPool2d(kernelSize: 0) }, { AvgPool2d(kernelSize: -1) }, { LPPool2d(2, kernelSize: 0) },
        { AdaptiveAvgPool2d(-1) }, { AdaptiveMaxPool2d(-1) }, { FractionalMaxPool2d(kernelSize: 0, outputSize: 1) },
        { Embedding(-1, 2) }, { PixelShuffle(0) }, { PixelUnshuffle(0) }, { ChannelShuffle(0) },
        { Unfold(kernelSize: 0) }, { Fold(outputSize: 0, kernelSize: 1) }, { Dropout(p: 2) }, { Dropout1d(p: -1) },
        { Dropout2d(p: 2) }, { Dropout3d(p: 2) }, { AlphaDropout(p: 2) }, { FeatureAlphaDropout(p: 2) },
        { Hardtanh(minVal: 1, maxVal: 0) }, { Softshrink(lambd: -1) }, { PReLU(numParameters: 0) }, { CELU(alpha: 0) },
        { RReLU(lower: 1, upper: 0) },
    ]

    @Test("modules in tuples, structures and cases of enumerations are children like any other")
    func groupedChildren() throws {
        struct Heads {
            let first = Linear(2, 2)
            let scale = 2.0
            var second: Linear? = Linear(2, 3)
        }
        enum Choice { case none, one(Linear) }
        final class Network: Module {
            let pair = (Linear(1, 1), ReLU())
            let named = (key: Linear(1, 1), value: 3)
            let heads = Heads()
            let choice = Choice.one(Linear(1, 1))
            let nothing = Choice.none
            let list = [(1, Linear(1, 1)), (2, Linear(1, 1))]
        }
        let network = Network()
        #expect(
            try network.namedParameters().map(\.name).filter { $0.hasSuffix("weight") } == [
                "pair.0.weight", "named.key.weight", "heads.first.weight", "heads.second.weight", "choice.weight",
                "list.0.1.weight", "list.1.1.weight",
            ])
        #expect(network.eval().pair.1.isTraining == false)

        final class Wrong: Module {
            let pair = (Linear(1, 1), Linear(-1, 1))
        }
        let error = #expect(throws: ModuleError.self) { try Wrong().parameters() }
        #expect(error?.path == "pair.1")
    }
}
