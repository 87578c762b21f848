import TestSupport
import Testing
import Torch
import TorchNN

@Suite(.standardGenerator)
struct NormalisationTests {
    static let family: LayerFamily = LayerFamily(
        name: "normalisation",
        makers: [
            "batch norm1d": .layer { try BatchNorm1d(3) },
            "batch norm1d of sequences": .layer { try BatchNorm1d(3, eps: 1e-3, momentum: 0.3) },
            "batch norm2d": .layer { try BatchNorm2d(3) },
            "batch norm2d with options": .layer { try BatchNorm2d(3, eps: 1e-3, momentum: 0.3, bias: false) },
            "batch norm2d with the mean of all": .layer { try BatchNorm2d(3, momentum: nil) },
            "batch norm2d without weights": .layer { try BatchNorm2d(3, affine: false) },
            "batch norm2d without statistics": .layer { try BatchNorm2d(3, trackRunningStats: false) },
            "batch norm3d": .layer { try BatchNorm3d(2) },
            "instance norm1d": .layer { try InstanceNorm1d(3) },
            "instance norm1d of one": .layer { try InstanceNorm1d(3, affine: true) },
            "instance norm2d": .layer { try InstanceNorm2d(3, eps: 1e-3, affine: true, bias: false) },
            "instance norm2d with statistics": .layer {
                try InstanceNorm2d(3, momentum: 0.3, affine: true, trackRunningStats: true)
            },
            "instance norm3d": .layer { try InstanceNorm3d(2, trackRunningStats: true) },
            "group norm": .layer { try GroupNorm(2, 4) },
            "group norm with options": .layer { try GroupNorm(2, 4, eps: 1e-3, bias: false) },
            "group norm without weights": .layer { try GroupNorm(4, 4, affine: false) },
            "layer norm": .layer { try LayerNorm(5) },
            "layer norm with options": .layer { try LayerNorm([3, 5], eps: 1e-3, bias: false) },
            "layer norm without weights": .layer { try LayerNorm(5, elementwiseAffine: false) },
            "rms norm": .layer { try RMSNorm(5) },
            "rms norm with options": .layer { try RMSNorm([3, 5], eps: 1e-3) },
            "rms norm without weights": .layer { try RMSNorm(5, elementwiseAffine: false) },
            "local response norm": .layer { try LocalResponseNorm(2) },
            "local response norm with options": .layer { try LocalResponseNorm(3, alpha: 0.1, beta: 0.5, k: 2) },
            "local response norm of volumes": .layer { try LocalResponseNorm(4, alpha: 0.1) },
        ])

    @Test("options that make no sense are errors that name the layer")
    func nonsenseThrows() {
        expectError("BatchNorm2d") { try BatchNorm2d(0) }
        expectError("InstanceNorm1d") { try InstanceNorm1d(-1) }
        expectError("GroupNorm") { try GroupNorm(3, 4) }
        expectError("GroupNorm") { try GroupNorm(0, 4) }
        expectError("LayerNorm") { try LayerNorm([]) }
        expectError("LayerNorm") { try LayerNorm(0) }
        expectError("RMSNorm") { try RMSNorm([2, .max]) }
        expectError("LocalResponseNorm") { try LocalResponseNorm(0) }
    }

    @Test("an input of a wrong shape is an error that names the layer")
    func wrongShapesThrow() throws {
        let input = try Tensor.zeros([2, 3])
        expectError("BatchNorm2d") { try BatchNorm2d(3)(input) }
        expectError("BatchNorm1d") { try BatchNorm1d(3)(Tensor(1.0)) }
        expectError("InstanceNorm2d") { try InstanceNorm2d(3)(input) }
        expectError("InstanceNorm1d") { try InstanceNorm1d(3)(Tensor.zeros([2, 4, 5])) }
        expectError("layer_norm") { try LayerNorm(4)(input) }
        expectError("rms_norm") { try RMSNorm(4)(input) }
        expectError("local_response_norm") { try LocalResponseNorm(4)(input) }
        #expect(throws: TorchError.self) { try GroupNorm(2, 4)(input) }
        #expect(throws: TorchError.self) { try BatchNorm2d(3)(Tensor.zeros([2, 4, 2, 2])) }
    }

    @Test("batch normalisation refuses to train on one value for each channel, and counts no batch then")
    func singleValueThrows() throws {
        let layer = try BatchNorm2d(3)
        let error = #expect(throws: TorchError.self) { try layer(Tensor.zeros([1, 3, 1, 1])) }
        #expect(error?.kind == .shape)
        #expect(try layer.numBatchesTracked?.item(Int.self) == 0)
        #expect(throws: Never.self) { try layer.eval()(Tensor.zeros([1, 3, 1, 1])) }
    }

    @Test("instance normalisation refuses one value for each channel of a sample")
    func singlePlaceThrows() throws {
        let error = #expect(throws: TorchError.self) { try InstanceNorm1d(3)(Tensor.zeros([2, 3, 1])) }
        #expect(error?.kind == .shape)
    }
}
