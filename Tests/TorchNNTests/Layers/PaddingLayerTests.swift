import TestSupport
import Testing
import Torch
import TorchNN

@Suite(.standardGenerator)
struct PaddingLayerTests {
    static let family: LayerFamily = LayerFamily(
        name: "padding",
        makers: [
            "zero pad1d": .layer { ZeroPad1d(1) },
            "zero pad1d by edge": .layer { ZeroPad1d([2, 0]) },
            "zero pad2d": .layer { ZeroPad2d(1) },
            "zero pad2d by edge": .layer { ZeroPad2d([2, 0, 1, 2]) },
            "zero pad3d": .layer { ZeroPad3d(1) },
            "zero pad3d by edge": .layer { ZeroPad3d([2, 0, 1, 2, 0, 1]) },
            "constant pad1d": .layer { ConstantPad1d(1, value: 0.5) },
            "constant pad1d by edge": .layer { ConstantPad1d([2, 0], value: 0.5) },
            "constant pad2d": .layer { ConstantPad2d(1, value: 0.5) },
            "constant pad2d by edge": .layer { ConstantPad2d([2, 0, 1, 2], value: 0.5) },
            "constant pad3d": .layer { ConstantPad3d(1, value: 0.5) },
            "constant pad3d by edge": .layer { ConstantPad3d([2, 0, 1, 2, 0, 1], value: 0.5) },
            "reflection pad1d": .layer { ReflectionPad1d(1) },
            "reflection pad1d by edge": .layer { ReflectionPad1d([2, 0]) },
            "reflection pad2d": .layer { ReflectionPad2d(1) },
            "reflection pad2d by edge": .layer { ReflectionPad2d([2, 0, 1, 2]) },
            "reflection pad3d": .layer { ReflectionPad3d(1) },
            "reflection pad3d by edge": .layer { ReflectionPad3d([2, 0, 1, 2, 0, 1]) },
            "replication pad1d": .layer { ReplicationPad1d(1) },
            "replication pad1d by edge": .layer { ReplicationPad1d([2, 0]) },
            "replication pad2d": .layer { ReplicationPad2d(1) },
            "replication pad2d by edge": .layer { ReplicationPad2d([2, 0, 1, 2]) },
            "replication pad3d": .layer { ReplicationPad3d(1) },
            "replication pad3d by edge": .layer { ReplicationPad3d([2, 0, 1, 2, 0, 1]) },
            "circular pad1d": .layer { CircularPad1d(1) },
            "circular pad1d by edge": .layer { CircularPad1d([2, 0]) },
            "circular pad2d": .layer { CircularPad2d(1) },
            "circular pad2d by edge": .layer { CircularPad2d([2, 0, 1, 2]) },
            "circular pad3d": .layer { CircularPad3d(1) },
            "circular pad3d by edge": .layer { CircularPad3d([2, 0, 1, 2, 0, 1]) },
            "zero pad2d that cuts": .layer { ZeroPad2d([-1, 2, 0, -1]) },
            "reflection pad1d of one": .layer { ReflectionPad1d(2) },
        ])

    @Test("another count of numbers is an error that names the layer")
    func nonsenseThrows() {
        expectError("ZeroPad2d") { ZeroPad2d([1, 2]) }
        expectError("ConstantPad1d") { ConstantPad1d([], value: 1) }
        expectError("ReflectionPad3d") { ReflectionPad3d([1, 2, 3]) }
        expectError("CircularPad1d") { CircularPad1d(Int.max) }
    }

    @Test("an input that is too small is an error")
    func smallInputsThrow() throws {
        let input = try Tensor.zeros([1, 2, 3])
        expectError("pad") { try ReflectionPad1d(3)(input) }
        expectError("pad") { try CircularPad1d(4)(input) }
        expectError("pad") { try ReplicationPad1d(1)(Tensor.zeros([1, 2, 0])) }
        expectError("pad") { try ZeroPad3d(1)(Tensor.zeros([2, 2])) }
        #expect(throws: TorchError.self) { try ZeroPad1d(-2)(input) }
        #expect(throws: TorchError.self) { try ReplicationPad2d(1)(input[0]) }
    }
}
