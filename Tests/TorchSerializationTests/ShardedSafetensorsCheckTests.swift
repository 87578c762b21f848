import Foundation
import TestSupport
import Testing
import Torch

@testable import TorchSerialization

@Suite("ShardedSafetensorsCheck")
struct ShardedSafetensorsCheckTests {
    private static let first = "m-00001-of-00002.safetensors"
    private static let second = "m-00002-of-00002.safetensors"

    /// Two files of two tensors each, of eight bytes.
    private func withIndex(_ body: (URL) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let index = folder.appending(path: "m.safetensors.index.json")
            var state = StateDict()
            for name in ["a", "b", "c", "d"] { state[name] = .tensor(try Tensor.ones([2])) }
            try ShardedSafetensorsFile.save(state, to: index, greatestFileSize: 16)
            try body(index)
        }
    }

    @Test("of what is whole it tells the sizes")
    func whole() throws {
        try withIndex { index in
            let check = try ShardedSafetensorsCheck(index)
            #expect(check.isWhole)
            #expect(check.files.map(\.name) == [index.lastPathComponent, Self.first, Self.second])
            #expect(check.files.map(\.tensorCount) == [4, 2, 2])
            for file in check.files {
                #expect(try file.byteCount == Data(contentsOf: URL(filePath: file.path)).count)
            }
        }
    }

    @Test("what is wrong with the index is the index's fault, and what it misses in a file is that file's")
    func blame() throws {
        try withIndex { index in
            let text = try String(contentsOf: index, encoding: .utf8)
            let cases: [(old: String, new: String, faults: [String?])] = [
                (
                    "\"total_size\":32", "\"total_size\":31",
                    ["it is damaged: its tensors have 32 bytes, and it says 31", nil, nil]
                ),
                (
                    "\"a\":\"\(Self.first)\",", "",
                    ["it is damaged: it does not say that the file '\(Self.first)' has the tensor 'a'", nil, nil]
                ),
                (
                    "\"weight_map\":{", "\"weight_map\":{\"e\":\"\(Self.second)\",",
                    [nil, "it is damaged: it does not have the tensor 'e', which the index says it has", nil]
                ),
                (
                    "\"weight_map\":{", "\"weight_map\":{\"e\":\"none\",",
                    [nil, "cannot be read: No such file or directory", nil, nil]
                ),
                ("\"\(Self.first)\"", "\"../\(Self.first)\"", ["it names the file '../"]),
                ("{", "[", ["its JSON is damaged at byte"]),
            ]
            for (old, new, faults) in cases {
                try text.replacing(old, with: new).write(to: index, atomically: false, encoding: .utf8)
                let check = try ShardedSafetensorsCheck(index)
                #expect(!check.isWhole)
                #expect(check.files.count == faults.count, "\(new)")
                for (file, fault) in zip(check.files, faults) {
                    #expect(fault.map { file.fault?.hasPrefix($0) == true } ?? (file.fault == nil), "\(new)")
                }
                #expect(throws: TorchFileError.self) { try ShardedSafetensorsFile.load(index) }
            }
        }
    }

    @Test("a tensor that two files have is a fault of the index, which can name only one")
    func twice() throws {
        try withIndex { index in
            let state: StateDict = try ["a": .tensor(Tensor.ones([2])), "c": .tensor(Tensor.ones([2]))]
            let file = index.deletingLastPathComponent().appending(path: Self.second)
            try SafetensorsFile.save(state, to: file)
            let text = try String(contentsOf: index, encoding: .utf8)
            try text.replacing(",\"d\":\"\(Self.second)\"", with: "").replacing("32", with: "24")
                .write(to: index, atomically: false, encoding: .utf8)
            let fault = "it is damaged: it does not say that the file '\(Self.second)' has the tensor 'a'"
            #expect(try ShardedSafetensorsCheck(index).files.map(\.fault) == [fault, nil, nil])
            #expect(throws: TorchFileError(path: index.path, reason: fault)) { try ShardedSafetensorsFile.load(index) }
        }
    }

    @Test("every broken file is named, not only the first")
    func several() throws {
        try withIndex { index in
            for name in [Self.first, Self.second] {
                try Data("none".utf8).write(to: index.deletingLastPathComponent().appending(path: name))
            }
            let faults = try ShardedSafetensorsCheck(index).files.map(\.fault)
            let fault = "it is not a safetensors file: it has 4 bytes, which is too few"
            #expect(faults == [nil, fault, fault])
        }
    }

    @Test("an index that is not there is an error of its own")
    func missing() throws {
        let check = try ShardedSafetensorsCheck(URL(filePath: "/nothing.safetensors.index.json"))
        #expect(check.files.map(\.fault) == ["cannot be read: No such file or directory"])
    }
}
