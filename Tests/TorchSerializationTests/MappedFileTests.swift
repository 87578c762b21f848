import Foundation
import TestSupport
import Testing
import Torch

@testable import TorchSerialization

@Suite("Tensors in mapped files")
struct MappedFileTests {
    private func withFile(_ body: (URL) throws -> Void) throws {
        try withFolder { folder in
            let url = folder.appending(path: "a.safetensors")
            let numbers = try Tensor.arange(100_000, dtype: .float32)
            try SafetensorsFile.save(
                ["a": .tensor(numbers), "b": .tensor(try Tensor([1, 2, 3], dtype: .int8))], to: url)
            try body(url)
        }
    }

    @Test("a mapped tensor has the file's elements, and outlives the open file and the file itself")
    func lifetime() throws {
        try withFile { url in
            let tensor = try OpenSafetensorsFile(url).mappedTensor("a")
            let small = try OpenSafetensorsFile(url).mappedTensor("b")
            try FileManager.default.removeItem(at: url)
            try expectSameBits(tensor, Tensor.arange(100_000, dtype: .float32))
            #expect(try small.array(Int8.self) == [1, 2, 3])
            #expect(try tensor[99_999].item(Double.self) == 99_999)
        }
    }

    @Test("writing into a mapped tensor changes neither the file nor another tensor over it")
    func writing() throws {
        try withFile { url in
            let before = try Data(contentsOf: url)
            let file = try OpenSafetensorsFile(url)
            let (tensor, other) = (try file.mappedTensor("a"), try file.mappedTensor("a"))
            _ = try tensor.fill_(7)
            #expect(try tensor.sum().item(Double.self) == 700_000)
            try expectSameBits(other, Tensor.arange(100_000, dtype: .float32))
            try expectSameBits(file.tensor("a"), other)
            #expect(try Data(contentsOf: url) == before)
        }
    }

    @Test("the memory goes with the last tensor over it")
    func release() throws {
        try withFile { url in
            var memory: MappedFile? = try FileSource(url.path).map(at: 0, count: 100)
            weak let observed = memory
            var part = try memory?.tensor().narrow(dim: 0, start: 5, length: 2)
            memory = nil
            #expect(observed != nil)
            #expect(try part?.array(UInt8.self).count == 2)
            part = nil
            #expect(observed == nil)
        }
    }

    @Test("a tensor that does not begin at a multiple of its elements' size is read")
    func misaligned() throws {
        try withFolder { folder in
            let url = folder.appending(path: "a.safetensors")
            let header =
                #"{"b":{"dtype":"I8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}"#
            let size = [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0]
            try Data(size + Array(header.utf8) + [5, 0, 0, 0x80, 0x3F]).write(to: url)
            let file = try OpenSafetensorsFile(url)
            #expect(try file.mappedTensor("a").array(Float.self) == [1])
            #expect(try file.mappedTensor("b").array(Int8.self) == [5])
        }
    }

    @Test("a part beyond the end, and memory that is not a file, cannot be mapped")
    func places() throws {
        let source = FileSource([1, 2, 3])
        #expect(reason { _ = try source.map(at: 0, count: 3) } == "cannot be mapped: it is not a file")
        #expect(reason { _ = try source.map(at: 2, count: 2) }.hasPrefix("it is damaged or incomplete"))
        #expect(reason { _ = try source.read(at: .max, count: 1) }.hasPrefix("it is damaged or incomplete"))
    }
}
