import Foundation
import Helios
import TestSupport
import Testing

@testable import HeliosCommand

/// Tensors that have far more elements than bytes: PyTorch writes an expanded tensor with the few that it has.
@Suite("Expanded tensors")
struct ExpandedTensorTests {
    @Test("are shown, verified, compared and converted to .pth by their bytes")
    func commands() throws {
        try withTemporaryFolder { folder in
            let (file, target) = (unusualFile("expanded.pth"), folder.appending(path: "a.pth"))
            #expect(
                try Program.run("checkpoint", "show", file).lines.contains {
                    $0.hasPrefix("a  float32  [1099511627776]  4.40 TB")
                })
            #expect(try Program.run("checkpoint", "verify", file).status == 0)
            #expect(try Program.run("checkpoint", "diff", file, file).status == 0)
            #expect(try Program.run("checkpoint", "convert", file, target.path).status == 0)
            let tensor = try TorchFile.loadDictionary(target).tensor("a")
            #expect(tensor.shape == [1 << 40])
            #expect(tensor.strides == [0])
            #expect(try #require(FileManager.default.attributesOfItem(atPath: target.path)[.size] as? Int) < 4000)
        }
    }

    @Test("become no large safetensors file unless that is asked for")
    func materialized() throws {
        try withTemporaryFolder { folder in
            let (source, target) = (folder.appending(path: "a.pth"), folder.appending(path: "a.safetensors"))
            let row = try Tensor([1.0, 2.0, 3.0]).to(.float32)
            try TorchFile.save(["a": .tensor(row.expand([10_000_000, 3]))], to: source)
            let refused = try Program.run("checkpoint", "convert", source.path, target.path)
            #expect(refused.status == 2)
            #expect(
                refused.errors
                    == "helios: \(source.path): its tensors take 12 B, and would take 120 MB in a safetensors file, which has no "
                    + "room for tensors that are expanded or share memory: --materialize writes all of it\n")
            #expect(folder.filesBelow == ["a.pth"])
            let written = try Program.run("checkpoint", "convert", source.path, target.path, "--materialize")
            #expect(written.status == 0)
            // Every row, in the order of the indices: 64 MiB are copied at a time, and here rows do not end there.
            let tensor = try SafetensorsFile.load(target).tensor("a")
            #expect(tensor.shape == [10_000_000, 3])
            #expect(try tensor.equal(row.expand([10_000_000, 3])))
        }
    }

    @Test("that are small are written out, and so are tied weights")
    func smallOnes() throws {
        try withTemporaryFolder { folder in
            let (source, target) = (folder.appending(path: "a.pth"), folder.appending(path: "a.safetensors"))
            let weight = try Tensor.ones([1000])
            try TorchFile.save(
                ["a": .tensor(weight), "b": .tensor(weight), "c": .tensor(Tensor.ones([1]).expand([1000]))], to: source)
            #expect(try Program.run("checkpoint", "convert", source.path, target.path).status == 0)
            #expect(try SafetensorsFile.load(target).tensor("c").equal(Tensor.ones([1000])))
        }
    }

    private func difference(_ first: Tensor, _ second: Tensor) throws -> TensorDifference {
        try TensorPair(first, second).difference(({ TensorElements($0) }, { TensorElements($0) }), tolerance: 0)
    }

    @Test("that differ do so in every element")
    func difference() throws {
        let found = try difference(
            Tensor([1.0, 2.0]).reshape([1, 2]).expand([1 << 40, 2]),
            Tensor([1.0, 2.5]).reshape([1, 2]).expand([1 << 40, 2]))
        #expect(found.count == 1 << 40)
        #expect(found.elementCount == 1 << 41)
        #expect(found.maximum == 0.5)
    }

    @Test("in which other dimensions are expanded are compared element by element")
    func mixed() throws {
        let column = try Tensor([0.0, 1, 2]).reshape([3, 1]).expand([3, 3])
        let row = try Tensor([0.0, 1, 2]).reshape([1, 3]).expand([3, 3])
        #expect(try difference(column, row).count == 6)
        #expect(try difference(column, column.contiguous()).count == 0)
    }

    @Test("whose elements overlap without end are equal if their memory is, and else an error that says so")
    func overlapping() throws {
        let memory = try Tensor.arange(2_097_152, dtype: .float32)
        let shape = [1 << 20, 1 << 20]
        let windows = try memory.asStrided(shape, stride: [1, 1])
        #expect(try difference(windows, memory.clone().asStrided(shape, stride: [1, 1])).count == 0)
        try memory[0].fill_(5)
        let error = #expect(throws: CommandError.self) {
            try difference(windows, Tensor.arange(2_097_152, dtype: .float32).asStrided(shape, stride: [1, 1]))
        }
        #expect(error?.description.contains("cannot be compared: their elements overlap") == true)
    }

    @Test("sparse tensors are compared by the elements that they have")
    func sparse() throws {
        let (size, values) = ([1 << 30, 1 << 30], try Tensor([1.0, 2.0]))
        func tensor(_ rows: [Int], _ columns: [Int], _ values: Tensor) throws -> Tensor {
            try Tensor.sparseCooTensor(Tensor(rows + columns).reshape([2, rows.count]), values: values, size: size)
        }
        let first = try tensor([5, 7], [1, 2], values)
        #expect(try difference(first, first).count == 0)
        // In another order, and one place twice.
        #expect(try difference(first, tensor([7, 5, 5], [2, 1, 1], Tensor([2.0, 0.25, 0.75]))).count == 0)
        let found = try difference(first, tensor([5, 8], [1, 2], Tensor([1.5, 2.0])))
        #expect(found.count == 3)
        #expect(found.maximum == 2)
        #expect(found.elementCount == 1 << 60)
    }

    @Test("whose elements cannot be counted are summed without a crash")
    func sums() throws {
        let tensor = try Tensor.ones([1]).expand([1 << 60])
        let tree = StateTree(.list(Array(repeating: .tensor(tensor), count: 20)))
        #expect(tree.totals(of: tree.root).parameters == .max)
        #expect(tree.totals(of: tree.root).byteCount == 4)
        #expect(tree.writtenByteCount == .max)
    }
}
