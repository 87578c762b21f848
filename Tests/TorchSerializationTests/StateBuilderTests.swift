import Foundation
import Testing
import Torch

@testable import TorchSerialization

@Suite("Tensors in a file")
struct StateBuilderTests {
    /// How a file describes a tensor; the defaults are those of four numbers.
    private struct Description {
        var storageClass = "torch\nFloatStorage"
        var key = "0"
        var count = 4
        var offset = 0
        var shape = [4]
        var strides = [1]
        var records: [String: [UInt8]] = ["data/0": Array(repeating: 0, count: 16)]
        var rebuild = "torch._utils\n_rebuild_tensor_v2"
        var further: [PickleOpcode] = []

        var pickle: [UInt8] {
            get throws {
                var writer = PickleWriter()
                func global(_ text: String) -> PickleGlobal {
                    let parts = text.split(separator: "\n").map(String.init)
                    return PickleGlobal(module: parts[0], name: parts[1])
                }
                try writer.write(global(rebuild))
                writer.write(.mark)
                writer.write(.mark)
                try writer.write("storage")
                try writer.write(global(storageClass))
                try writer.write(key)
                try writer.write("cuda:0")
                writer.write(count)
                writer.write(.tuple)
                writer.write(.binaryPersistentID)
                writer.write(offset)
                writer.write(tuple: shape)
                writer.write(tuple: strides)
                writer.write(true)
                writer.write(PickleOpcode.none)
                for opcode in further { writer.write(opcode) }
                writer.write(.tuple)
                writer.write(.reduce)
                writer.write(.stop)
                return writer.bytes
            }
        }
    }

    private func load(_ change: (inout Description) -> Void = { _ in }) throws -> String {
        var description = Description()
        change(&description)
        return try withFolder { folder in
            let file = folder.appending(path: "tensor.pth")
            let pickle = try description.pickle
            try writeArchive(to: file, ["data.pkl": pickle].merging(description.records) { first, _ in first })
            return try StateText.of(TorchFile.load(file))
        }
    }

    @Test("a tensor that lies inside its storage is loaded")
    func inside() throws {
        let zeros = { (count: Int) in String(repeating: "0", count: 8 * count) }
        #expect(try load() == "float32[4]/[1]@0+0=" + zeros(4))
        #expect(try load { ($0.shape, $0.strides, $0.offset) = ([2], [2], 1) } == "float32[2]/[2]@0+1=" + zeros(2))
        #expect(try load { ($0.shape, $0.strides, $0.offset) = ([3], [0], 3) } == "float32[3]/[0]@0+3=" + zeros(3))
        #expect(try load { ($0.shape, $0.strides, $0.offset) = ([], [], 3) } == "float32[]/[]@0+3=" + zeros(1))
        #expect(try load { ($0.shape, $0.strides) = ([0, 9], [9, 1]) } == "float32[0, 9]/[9, 1]@0+0=")
    }

    @Test("a tensor that reaches outside its storage is an error, also if its size overflows")
    func outside() {
        let most = Int.max
        let cases: [(shape: [Int], strides: [Int], offset: Int)] = [
            ([5], [1], 0), ([4], [1], 1), ([2], [4], 0), ([1], [1], 4), ([], [], 4), ([], [], -1),
            ([2, 2], [2, 2], 0),
            ([-1], [1], 0), ([2], [-1], 1), ([4], [], 0), ([], [1], 0), ([most], [1], 0), ([2], [most], 0),
            ([1], [1], most),
            ([most], [0], 0), ([most, most], [0, 0], 0), ([3, 3], [most, most], 0), ([2, 2], [most / 2, most / 2], 2),
            ([1 << 31, 1 << 31], [0, 0], 0), ([0], [1], -1), ([0, most, most], [0, 0, 0], 0),
        ]
        for (shape, strides, offset) in cases {
            let reason = reason { _ = try load { ($0.shape, $0.strides, $0.offset) = (shape, strides, offset) } }
            #expect(reason.contains("damaged"), "\(shape) \(strides) \(offset): \(reason)")
        }
        let ones = Array(repeating: 1, count: 1025)
        #expect(
            reason { _ = try load { ($0.shape, $0.strides) = (ones, ones) } }
                == "it holds a tensor of 1025 dimensions, and up to 1024 are read")
    }

    @Test("a storage whose record is missing or of another size is an error")
    func storages() {
        #expect(reason { _ = try load { $0.records = [:] } } == "it is incomplete: the record data/0 is missing")
        #expect(
            reason { _ = try load { $0.records = ["data/0": [1, 2]] } }
                == "it is damaged: the storage 0 has 2 bytes and should have 16")
        #expect(reason { _ = try load { $0.count = 1 << 40 } }.contains("and should have 4398046511104"))
        for count in [-1, Int.max, Int.max / 4 + 1] {
            #expect(reason { _ = try load { $0.count = count } }.contains("a storage of \(count) elements cannot be"))
        }
        #expect(reason { _ = try load { $0.key = "../data.pkl" } }.contains("is missing"))
        #expect(reason { _ = try load { $0.key = "0\u{0}" } }.contains("is missing"))
        #expect(reason { _ = try load { $0.storageClass = "os\nsystem" } }.hasPrefix("os.system is not data"))
        #expect(reason { _ = try load { $0.storageClass = "torch\nfloat32" } }.hasPrefix("torch.float32 is not data"))
    }

    @Test("arguments of other kinds are an error")
    func arguments() {
        #expect(reason { _ = try load { $0.further = [.none, .none] } }.contains("with arguments of other kinds"))
        #expect(reason { _ = try load { $0.further = [.newTrue] } }.contains("with arguments of other kinds"))
        #expect(reason { _ = try load { $0.rebuild = "torch._utils\n_rebuild_tensor_v3" } }.contains("of other kinds"))
        #expect(reason { _ = try load { $0.rebuild = "torch._utils\n_rebuild_parameter" } }.contains("of other kinds"))
        #expect(reason { _ = try load { $0.rebuild = "torch\nSize" } }.contains("of other kinds"))
        #expect(reason { _ = try load { $0.rebuild = "collections\nOrderedDict" } }.contains("of other kinds"))
        #expect(
            reason { _ = try load { $0.storageClass = "torch.storage\nUntypedStorage" } }.contains("of other kinds"))
    }
}
