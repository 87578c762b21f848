import TestSupport
import Testing
import Torch
import TorchNN

/// An encoder layer with a gate before its network.
private final class GatedLayer: TransformerEncoderLayer {
    let gate: Linear

    init(_ size: Int) {
        gate = Linear(size, size)
        super.init(size, 2, dimFeedforward: 5, dropout: 0)
    }

    override func feedForwardBlock(_ x: Tensor) throws -> Tensor {
        try super.feedForwardBlock(x) * gate(x).sigmoid()
    }
}

/// A decoder layer that leaves the memory out.
private final class DeafLayer: TransformerDecoderLayer {
    override func memoryAttentionBlock(
        _ x: Tensor, _ memory: Tensor, mask: Tensor?, keyPaddingMask: Tensor?, isCausal: Bool
    ) throws -> Tensor {
        try Tensor.zerosLike(x)
    }
}

/// A layer that shares nothing with the usual one.
private final class Mixer: Module, TransformerEncoderBlock {
    let mix: Linear

    init(_ size: Int) { mix = Linear(size, size) }

    func forward(_ source: Tensor, mask: Tensor?, keyPaddingMask: Tensor?, isCausal: Bool) throws -> Tensor {
        try source + mix(source)
    }
}

/// An encoder that scales what it takes.
private final class ScaledEncoder: TransformerEncoder {
    override func forward(
        _ source: Tensor, mask: Tensor? = nil, keyPaddingMask: Tensor? = nil, isCausal: Bool? = nil
    ) throws -> Tensor {
        try super.forward(source * 2, mask: mask, keyPaddingMask: keyPaddingMask, isCausal: isCausal)
    }
}

private final class DoublingLinear: Linear {
    override func forward(_ input: Tensor) throws -> Tensor { try super.forward(input) * 2 }
}

@Suite(.standardGenerator)
struct TransformerSubclassTests {
    private let x: Tensor

    init() throws {
        x = try Tensor.linspace(start: -1, end: 1, steps: 24).reshape([3, 2, 4])
    }

    @Test("a subclass's own parts have keys, and its block is called")
    func subclassesCount() throws {
        let plain = TransformerEncoderLayer(4, 2, dimFeedforward: 5, dropout: 0)
        let gated = GatedLayer(4)
        let names = Set(try gated.stateDict().keys.map(\.description))
        #expect(names.isSuperset(of: ["self_attn.in_proj_weight", "norm2.bias", "gate.weight", "gate.bias"]))
        try gated.loadStateDict(plain.stateDict(), strict: false)
        #expect(try !gated(x).allclose(plain(x)))
        // A gate that is open lets the plain layer through.
        try noGrad {
            _ = try gated.gate.weight.zero_()
            _ = try #require(gated.gate.bias).fill_(100)
        }
        try expectClose(gated(x), plain(x))

        let deaf = DeafLayer(4, 2, dimFeedforward: 5, dropout: 0)
        try expectSameBits(deaf(x, x * 0), deaf(x, x * 5))
    }

    @Test("a closure makes layers with the weights of the first, and draws once")
    func closuresMakeCopies() throws {
        try manualSeed(3)
        _ = GatedLayer(4)
        let after = try Generator.standard().state()
        try manualSeed(3)
        let encoder = TransformerEncoder(numLayers: 3) { GatedLayer(4) }
        try expectSameBits(Generator.standard().state(), after)
        let gates = encoder.layers.compactMap { ($0 as? GatedLayer)?.gate.weight }
        #expect(gates.count == 3)
        try expectSameBits(gates[2], gates[0])
        #expect(!gates[2].isSame(as: gates[0]))
        let decoder = TransformerDecoder(numLayers: 2) { DeafLayer(4, 2, dimFeedforward: 5) }
        #expect(decoder.layers.allSatisfy { $0 is DeafLayer })
    }

    @Test("a layer that cannot be copied is an error that says how to make the stack")
    func wrongCopiesThrow() throws {
        let replaced = TransformerEncoderLayer(4, 2, dimFeedforward: 5)
        replaced.norm1 = RMSNorm(4)
        let hooked = TransformerEncoderLayer(4, 2, dimFeedforward: 5)
        _ = hooked.linear1.registerForwardHook { _, _, _ in }
        let parametrized = TransformerEncoderLayer(4, 2, dimFeedforward: 5)
        weightNorm(parametrized.linear1)
        for layer in [GatedLayer(4), replaced, hooked, parametrized] {
            let error = initializationError(of: TransformerEncoder(layer, numLayers: 2))
            #expect(error?.message.contains("TransformerEncoder(numLayers:) { … }") == true)
        }
        #expect(
            initializationError(of: TransformerDecoder(DeafLayer(4, 2, dimFeedforward: 5), numLayers: 2)) != nil)
        #expect(initializationError(of: TransformerEncoder(numLayers: 0) { GatedLayer(4) }) != nil)
    }

    @Test("a replaced activation is copied, and replaced parts are used")
    func partsCanBeReplaced() throws {
        let layer = TransformerEncoderLayer(4, 2, dimFeedforward: 5, dropout: 0)
        layer.activation = { try gelu($0) }
        let encoder = TransformerEncoder(layer, numLayers: 1)
        try expectSameBits(encoder(x), layer(x))
        let before = try layer(x)
        layer.norm2 = RMSNorm(4)
        #expect(try !layer(x).allclose(before))
        #expect(try layer.namedParameters().contains { $0.name == "norm2.weight" })
        #expect(try !layer.namedParameters().contains { $0.name == "norm2.bias" })
        layer.linear2 = DoublingLinear(5, 4)
        #expect(layer.namedModules().contains { $0.module is DoublingLinear })
    }

    @Test("a transformer takes encoders of other layers, and subclasses")
    func customEncodersCount() throws {
        let encoder = ScaledEncoder(layers: [Mixer(4), Mixer(4)], norm: LayerNorm(4))
        let transformer = Transformer(
            dModel: 4, nhead: 2, numDecoderLayers: 1, dimFeedforward: 5, dropout: 0, customEncoder: encoder)
        let names = try transformer.stateDict().keys.map(\.description)
        #expect(names.contains("encoder.layers.1.mix.weight") && names.contains("encoder.norm.weight"))
        transformer.eval()
        try expectSameBits(transformer(x, x), transformer.decoder(x, encoder(x)))
        let plain = TransformerEncoder(layers: encoder.layers, norm: encoder.norm)
        try expectSameBits(encoder(x), plain(x * 2))
    }
}
