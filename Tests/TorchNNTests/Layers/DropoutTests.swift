import TestSupport
import Testing
import Torch
import TorchNN

@Suite(.standardGenerator)
struct DropoutTests {
    static let family: LayerFamily = LayerFamily(
        name: "dropout",
        makers: [
            "dropout": .layer { Dropout(p: 0.4) },
            "dropout in place": .layer { Dropout(p: 0.4, inPlace: true) },
            "dropout1d": .layer { Dropout1d(p: 0.4) },
            "dropout1d of one": .layer { Dropout1d(p: 0.4, inPlace: true) },
            "dropout2d": .layer { Dropout2d(p: 0.4) },
            "dropout2d of sequences": .layer { Dropout2d(p: 0.4) },
            "dropout3d": .layer { Dropout3d(p: 0.4, inPlace: true) },
            "dropout3d of one": .layer { Dropout3d(p: 0.4) },
            "alpha dropout": .layer { AlphaDropout(p: 0.4) },
            "feature alpha dropout": .layer { FeatureAlphaDropout(p: 0.4) },
        ])

    @Test("a probability outside 0…1 is an error that names the layer")
    func nonsenseThrows() {
        expectError("Dropout") { Dropout(p: 1.5) }
        expectError("Dropout") { Dropout(p: .nan) }
        expectError("Dropout2d") { Dropout2d(p: -0.1) }
        expectError("AlphaDropout") { AlphaDropout(p: .infinity) }
    }

    @Test("channels are dropped only if there are any")
    func wrongShapesThrow() throws {
        let input = try Tensor.zeros([3])
        expectError("Dropout1d") { try Dropout1d()(input) }
        expectError("Dropout2d") { try Dropout2d()(input) }
        expectError("Dropout3d") { try Dropout3d()(input) }
    }

    @Test("dropout in evaluation gives its input back")
    func dropoutEvaluates() throws {
        let input = try Tensor.ones([100])
        try expectSameBits(Dropout(p: 0.9).eval()(input), input)
    }
}
