import Helios
import TestSupport
import Testing

@testable import HeliosCommand

@Suite("TensorElements")
struct TensorElementsTests {
    @Test(
        "a tensor that does not lie in the order of its indices is read in parts of its memory, none of them large",
        arguments: [
            ("transposed", [100, 120], [1, 100], 0), ("column", [300], [40], 7),
            ("every other", [30, 50], [100, 2], 1),
            ("permuted", [10, 20, 60], [60, 600, 1], 0), ("overlapping", [50, 50], [1, 2], 3),
            ("expanded", [20, 3, 30], [30, 0, 1], 0),
        ])
    func strided(name: String, shape: [Int], strides: [Int], offset: Int) throws {
        let memory = try Tensor.arange(start: 0, end: 13_000, dtype: .float64)
        let tensor = try memory.asStrided(shape, stride: strides, storageOffset: offset)
        for limit in [1 << 26, 4000, 64] {
            var greatest = 0
            let elements = TensorElements(strided: tensor, limit: limit) { part in
                #expect(part.isContiguous)
                greatest = max(greatest, part.count * 8)
                return part
            }
            var read: [Double] = []
            try TensorPiece.forEach(of: shape, limit: 500) { read += try elements.piece($0).array(Double.self) }
            #expect(try read == tensor.array(Double.self), "\(name), \(limit)")
            #expect(greatest <= max(limit, 8), "\(name), \(limit): \(greatest)")
        }
    }

    @Test("transposed and contiguous tensors of two files are compared element by element")
    func files() throws {
        try withTemporaryFolder { folder in
            let (first, second) = (folder.appending(path: "a.pth"), folder.appending(path: "b.pth"))
            let weight = try Tensor.arange(start: 0, end: 30_000, dtype: .float32).reshape([200, 150])
            try TorchFile.save(["w": .tensor(weight.t())], to: first)
            try TorchFile.save(["w": .tensor(weight.t().contiguous())], to: second)
            #expect(try Program.run("checkpoint", "diff", first.path, second.path).status == 0)
            try weight.set(-1, at: 3, 5)
            try TorchFile.save(["w": .tensor(weight.t())], to: first)
            let program = try Program.run("checkpoint", "diff", first.path, second.path)
            #expect(program.status == 1)
            #expect(program.output.contains("1 of 30,000 elements differs"))
        }
    }
}
