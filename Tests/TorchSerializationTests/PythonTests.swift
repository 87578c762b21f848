import Foundation
import TestSupport
import Testing
import Torch

@testable import TorchSerialization

/// What Python's own `torch.load(weights_only=True)` makes of the files that are written here. Runs where Python 3 and
/// the wheel that scripts/bootstrap installs are, and is skipped elsewhere.
@Suite("Files of this library in PyTorch")
struct PythonTests {
    @Test(
        "PyTorch loads the same values, mapped into memory too",
        .needsPyTorch)
    func pythonLoadsTheSame() async throws {
        let values =
            try [values(), tensors()]
            + ["plain", "shared", "dtypes", "adamw", "sparse", "old", "multistep", "module", "numpy-2", "helios-2"].map
        {
            try TorchFile.load(fixtureFile($0))
        }
        try await withFolder { folder in
            let files = try values.enumerated().map { index, value in
                let file = folder.appending(path: "\(index).pth")
                try TorchFile.save(value, to: file)
                return file.path
            }
            let lines = try await Python.run("state_text.py", files)
            try #require(lines.count == values.count)
            for (line, value) in zip(lines, values) {
                #expect(try line == StateText.of(value))
            }
        }
    }

    private func values() throws -> StateValue {
        .dictionary([
            "integers": .list([0, 255, 256, 65536, -1, .int(.max), .int(.min), .int(1 << 31), .int(-(1 << 31) - 1)]),
            "floats": .list([0, -0.0, 0.1, .double(.infinity), .double(-.infinity), .double(.nan)]),
            "strings": .list(["", "\u{E9}", "e\u{301}", "\u{E9}", "😀", "zero \u{0} byte"]),
            3: .tuple([.tuple([]), .tuple([1]), .tuple([1, 2, 3, 4]), nil, true]), -7: "a", "z": "order",
            "a": .dictionary([:]),
            "many": .list((0..<600).map { .string("\($0)") }), "keys": .list((0..<600).map { .string("\($0)") }),
            "large integers": .list([
                .bigInteger(BigInteger(UInt64.max)), .bigInteger(BigInteger(Int128.min)),
                .bigInteger(BigInteger(bytes: [UInt8](repeating: 0x55, count: 255))),
            ]),
            "bytes": .list([.bytes([]), .bytes(Array(0...255)), .bytes([1]), .bytes([1])]),
            "complex": .list([.complex(real: 1, imaginary: -0.0), .complex(real: .infinity, imaginary: .nan)]),
            "sets": .list([.set([]), .set([1, "a", nil, .tuple([2, .bytes([3])]), .dtype(.int8), 2.5])]),
            "names": .list([.dtype(.float8e4m3fn), .device("cpu"), .device("cuda:1"), .device("meta"), .size([2, 3])]),
            "ordered": .dictionary(ordered()), "counted": .dictionary(counter()),
            .none: 1, .bool(true): 2, .double(2.5): 3, .bytes([1]): 4, .dtype(.bool): 5, .tuple([1, .tuple([])]): 6,
            .bigInteger(BigInteger(UInt64.max)): 7, .tuple([1, 2, 3, 4]): 8,
        ])
    }

    private func ordered() -> StateDict {
        var state: StateDict = ["b": 1, "a": .dictionary([:])]
        state.kind = .ordered
        state.attributes = ["_metadata": .dictionary(["version": 1])]
        return state
    }

    private func counter() -> StateDict {
        var state: StateDict = [3: 2, 7: 1]
        state.kind = .counter
        return state
    }

    /// Tensors whose memory PyTorch's own `save` would refuse, too: several types over one storage.
    private func tensors() throws -> StateValue {
        let numbers = try Tensor([0, 1, 2, 3, 4, 5], dtype: .float32)
        let bytes = try Tensor([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], dtype: .uint8)
        let weight = try Tensor.ones([2, 3]).requiresGrad_()
        return .dictionary([
            "numbers": .tensor(numbers),
            "transposed": .tensor(try numbers.view([2, 3]).transpose(0, 1)),
            "part": .tensor(try numbers.narrow(dim: 0, start: 2, length: 3)),
            "bits": .tensor(try numbers.view(dtype: .int32)),
            "again": .tensor(numbers),
            "odd": .tensor(try bytes.narrow(dim: 0, start: 4, length: 4).view(dtype: .float32)),
            "weight": .tensor(weight),
            "grown": .tensor(try weight * 2),
            "empty": .tensor(try Tensor.zeros([0])),
            "number": .tensor(try Tensor(3)),
            "booleans": .tensor(try Tensor([true, false])),
            "sparse": .tensor(try numbers.view([2, 3]).toSparse()),
            "sparse weight": .tensor(try weight.toSparse()),
        ])
    }
}
