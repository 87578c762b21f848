import TestSupport
import Testing
import Torch

/// All layers against Tests/Fixtures/layers.py, in which PyTorch makes the same ones after the same seed.
struct LayerFamilyTests {
    /// A layer of the fixture, by its family's name and its own.
    struct Name: CustomTestStringConvertible {
        let family: LayerFamily
        let layer: String

        var testDescription: String { "\(family.name): \(layer)" }
    }

    static let families = [
        ActivationTests.family, AttentionTests.family, ContainerTests.family, ConvolutionTests.family,
        DropoutTests.family,
        EmbeddingTests.family, LinearTests.family, NormalizationTests.family, PaddingLayerTests.family,
        PoolingTests.family, RecurrentTests.family, ShapeTests.family,
    ]
    static let names = families.flatMap { family in
        family.makers.keys.sorted().map { Name(family: family, layer: $0) }
    }

    @Test("every case of the fixture has a layer")
    func everyCaseIsTested() throws {
        for family in Self.families { try family.expectEveryCaseHasALayer() }
    }

    @Test(
        "a layer draws, computes, learns and describes itself as PyTorch did on another machine", .standardGenerator,
        arguments: names)
    func layerIsAsRecorded(name: Name) throws {
        try name.family.expect(name.layer, name.family.recorded[name.layer], within: .recorded)
    }

    @Test(
        "a layer draws, computes and learns the bits of the PyTorch beside, and describes itself as there",
        .needsPyTorch, arguments: names)
    func layerIsPyTorchs(name: Name) async throws {
        let expected = try await name.family.live[name.layer]
        try await withStandardGenerator {
            LibTorch.useOneThreadOnThisThread()
            try name.family.expect(name.layer, expected, within: .bits)
        }
    }
}
