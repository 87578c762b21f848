import TestSupport
import Testing
import Torch
import TorchNN

@Suite(.standardGenerator)
struct NormalizationTests {
    static let family: LayerFamily = LayerFamily(
        name: "normalization",
        makers: [
            "batch norm1d": .layer { BatchNorm1d(3) },
            "batch norm1d of sequences": .layer { BatchNorm1d(3, eps: 1e-3, momentum: 0.3) },
            "batch norm2d": .layer { BatchNorm2d(3) },
            "batch norm2d with options": .layer { BatchNorm2d(3, eps: 1e-3, momentum: 0.3, bias: false) },
            "batch norm2d with the mean of all": .layer { BatchNorm2d(3, momentum: nil) },
            "batch norm2d without weights": .layer { BatchNorm2d(3, affine: false) },
            "batch norm2d without statistics": .layer { BatchNorm2d(3, trackRunningStats: false) },
            "batch norm3d": .layer { BatchNorm3d(2) },
            "instance norm1d": .layer { InstanceNorm1d(3) },
            "instance norm1d of one": .layer { InstanceNorm1d(3, affine: true) },
            "instance norm2d": .layer { InstanceNorm2d(3, eps: 1e-3, affine: true, bias: false) },
            "instance norm2d with statistics": .layer {
                InstanceNorm2d(3, momentum: 0.3, affine: true, trackRunningStats: true)
            },
            "instance norm3d": .layer { InstanceNorm3d(2, trackRunningStats: true) },
            "group norm": .layer { GroupNorm(2, 4) },
            "group norm with options": .layer { GroupNorm(2, 4, eps: 1e-3, bias: false) },
            "group norm without weights": .layer { GroupNorm(4, 4, affine: false) },
            "layer norm": .layer { LayerNorm(5) },
            "layer norm with options": .layer { LayerNorm([3, 5], eps: 1e-3, bias: false) },
            "layer norm without weights": .layer { LayerNorm(5, elementwiseAffine: false) },
            "rms norm": .layer { RMSNorm(5) },
            "rms norm with options": .layer { RMSNorm([3, 5], eps: 1e-3) },
            "rms norm without weights": .layer { RMSNorm(5, elementwiseAffine: false) },
            "local response norm": .layer { LocalResponseNorm(2) },
            "local response norm with options": .layer { LocalResponseNorm(3, alpha: 0.1, beta: 0.5, k: 2) },
            "local response norm of volumes": .layer { LocalResponseNorm(4, alpha: 0.1) },
        ])

    @Test("options that make no sense are errors that name the layer")
    func nonsenseThrows() {
        expectError("BatchNorm2d") { BatchNorm2d(0) }
        expectError("InstanceNorm1d") { InstanceNorm1d(-1) }
        expectError("GroupNorm") { GroupNorm(3, 4) }
        expectError("GroupNorm") { GroupNorm(0, 4) }
        expectError("LayerNorm") { LayerNorm([]) }
        expectError("LayerNorm") { LayerNorm(0) }
        expectError("RMSNorm") { RMSNorm([2, .max]) }
        expectError("LocalResponseNorm") { LocalResponseNorm(0) }
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

    @Test("batch normalization refuses to train on one value for each channel, and counts no batch then")
    func singleValueThrows() throws {
        let layer = BatchNorm2d(3)
        let error = #expect(throws: TorchError.self) { try layer(Tensor.zeros([1, 3, 1, 1])) }
        #expect(error?.kind == .shape)
        #expect(try layer.numBatchesTracked?.item(Int.self) == 0)
        #expect(throws: Never.self) { try layer.eval()(Tensor.zeros([1, 3, 1, 1])) }
    }

    @Test("instance normalization refuses one value for each channel of a sample")
    func singlePlaceThrows() throws {
        let error = #expect(throws: TorchError.self) { try InstanceNorm1d(3)(Tensor.zeros([2, 3, 1])) }
        #expect(error?.kind == .shape)
    }
}
