import Foundation
import TestSupport
import Testing
import Torch

@testable import TorchSerialization

@Suite("Opening a file of torch.save without its tensors")
struct OpenTorchFileTests {
    @Test(
        "what is read part by part is what is loaded at once",
        arguments: ["module", "adamw", "plain", "protocol-4", "shared", "dtypes", "parameters", "shapes", "one-tensor"])
    func sameAsLoad(name: String) throws {
        let file = try OpenTorchFile(fixtureFile(name))
        #expect(try StateText.of(file.read(file.value)) == StateText.of(TorchFile.load(fixtureFile(name))))
    }

    @Test("shapes, types and strides are there before anything is read")
    func descriptions() throws {
        let file = try OpenTorchFile(fixtureFile("module"))
        let weight = try file.contents.tensor("0.weight")
        #expect(weight.device == .meta && weight.dtype == .float32 && weight.shape == [2, 1, 3, 3])
        let loaded = try TorchFile.loadDictionary(fixtureFile("module"))
        for (key, value) in try file.contents {
            guard case .tensor(let description) = value else { continue }
            let tensor = try loaded.tensor(key)
            #expect(
                description.dtype == tensor.dtype && description.shape == tensor.shape
                    && description.strides == tensor.strides)
            try expectSameBits(file.read(description), tensor, "\(key)")
        }
    }

    @Test("tensors that share memory share it if they are read together")
    func sharing() throws {
        let file = try OpenTorchFile(fixtureFile("shared"))
        let contents = try file.contents
        let (base, part) = (try contents.tensor("base"), try contents.tensor("part"))
        let together = try file.read(["part": .tensor(part), "base": .tensor(base)])
        _ = try together.tensor("base").zero_()
        #expect(try together.tensor("part").bytes.allSatisfy { $0 == 0 })
        #expect(try file.read(part).bytes.contains { $0 != 0 })
    }

    @Test("a file without a dictionary has a value and no contents")
    func otherValues() throws {
        let file = try OpenTorchFile(fixtureFile("one-tensor"))
        #expect(reason { _ = try file.contents } == "it holds a tensor, not a dictionary")
        guard case .tensor(let tensor) = file.value else { throw FormatError("no tensor") }
        #expect(try file.read(tensor).array(Int16.self) == [0, 1, 2, 3])
    }

    @Test("a tensor of another file is an error")
    func strangers() throws {
        let (file, other) = (try OpenTorchFile(fixtureFile("module")), try OpenTorchFile(fixtureFile("one-tensor")))
        let expected = "does not have the tensor that is to be read: it is not one of this file's descriptions"
        #expect(reason { _ = try file.read(other.value) } == expected)
        #expect(reason { _ = try file.read(Tensor.ones([2])) } == expected)
    }

    @Test(
        "anything but a file of torch.save is the same error as when it is loaded",
        arguments: ["compressed", "eval", "cycle"])
    func refusals(name: String) {
        let loading = reason { _ = try TorchFile.load(fixtureFile(name)) }
        #expect(reason { _ = try OpenTorchFile(fixtureFile(name)) } == loading)
    }

    @Test("damage in a tensor shows when that one is read, and when the file is verified")
    func damage() throws {
        try withFolder { folder in
            let url = folder.appending(path: "a.pth")
            let pattern = try Tensor.full([8], 77, dtype: .uint8)
            try TorchFile.save(["good": .tensor(try Tensor.ones([3])), "bad": .tensor(pattern)], to: url)
            try OpenTorchFile(url).verify()
            var bytes = try Data(contentsOf: url)
            let place = try #require(bytes.range(of: Data(Array(repeating: 77, count: 8))))
            bytes[place.lowerBound] ^= 1
            try bytes.write(to: url)
            let file = try OpenTorchFile(url)
            #expect(try file.read(file.contents.tensor("good")).array(Float.self) == [1, 1, 1])
            #expect(
                reason { _ = try file.read(file.contents.tensor("bad")) }.hasSuffix("data/1 does not have its checksum")
            )
            #expect(reason { try file.verify() }.hasSuffix("data/1 does not have its checksum"))
        }
    }

    @Test("a file that is replaced stays what it was; one that becomes shorter is an error, not a crash")
    func changes() throws {
        try withFolder { folder in
            let url = folder.appending(path: "a.pth")
            try TorchFile.save(["a": .tensor(try Tensor.ones([100_000]))], to: url)
            let file = try OpenTorchFile(url)
            try TorchFile.save(["a": .tensor(try Tensor.zeros([1]))], to: url)
            #expect(try file.read(file.contents).tensor("a").shape == [100_000])

            try TorchFile.save(["a": .tensor(try Tensor.ones([100_000]))], to: url)
            let shortened = try OpenTorchFile(url)
            try #require(truncate(url.path, 5000) == 0)
            #expect(reason { _ = try shortened.read(shortened.value) } == "became shorter while it was read")
        }
    }

    @Test("some elements of a tensor come with no others, and damage beside them is seen")
    func elements() throws {
        try withFolder { folder in
            let url = folder.appending(path: "a.pth")
            let tensor = try Tensor.arange(1_000_000, dtype: .float32).reshape([1000, 1000])
            let part = try tensor[10...].narrow(dim: 0, start: 0, length: 20)
            try TorchFile.save(["a": .tensor(tensor), "b": .tensor(part)], to: url)
            let source = try FileSource(url.path)
            let file = try OpenTorchFile(source, path: url.path)
            let state = try file.contents
            #expect(
                try file.read(state.tensor("b"), elements: 5..<8).array(Float.self) == [10005, 10006, 10007])
            // The storage was compared with its checksum once.
            let before = source.readCount
            #expect(try file.read(state.tensor("a"), elements: 999_999..<1_000_000).array(Float.self) == [999_999])
            #expect(source.readCount - before < 100)
            #expect(throws: TorchFileError.self) { try file.read(state.tensor("b"), elements: 0..<20_001) }

            var bytes = try Data(contentsOf: url)
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: url)
            let damaged = try OpenTorchFile(url)
            let view = try damaged.contents.tensor("b")
            #expect(reason { _ = try damaged.read(view, elements: 0..<1) }.contains("does not have its checksum"))
        }
    }

    @Test("opening a large file and reading one tensor takes that tensor's bytes from the disk, and no others")
    func bytesRead() throws {
        try withFolder { folder in
            let url = folder.appending(path: "a.pth")
            var state = StateDict()
            for number in 0..<20 {
                state["\(number)"] = .tensor(
                    try Tensor.full([250_000], Double(number), dtype: .float32))
            }
            try TorchFile.save(state, to: url)
            let size = try #require(FileManager.default.attributesOfItem(atPath: url.path)[.size] as? Int)
            try #require(size > 20_000_000)

            let source = try FileSource(url.path)
            let file = try OpenTorchFile(source, path: url.path)
            #expect(source.readCount < 100_000)
            let before = source.readCount
            let tensor = try file.read(file.contents.tensor("7"))
            #expect(try tensor.mean().item(Double.self) == 7)
            #expect(source.readCount - before <= 1_000_000 + 30)
        }
    }
}
