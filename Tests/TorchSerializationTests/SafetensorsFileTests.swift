import Foundation
import TestSupport
import Testing
import Torch

@testable import TorchSerialization

/// What Tests/Fixtures/safetensors_files.py recorded of the reference implementation.
struct SafetensorsFixture: Decodable {
    struct Header: Decodable {
        let header: String
        /// The number of bytes behind it.
        let size: Int
        let isTaken: Bool
    }

    let texts: [String: String]
    let headers: [Header]
}

/// A file that the reference implementation of safetensors wrote.
func safetensorsFixture(_ name: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/safetensors-files/\(name)")
        .standardizedFileURL
}

@Suite("Files of safetensors")
struct SafetensorsFileTests {
    private static let files = ["types", "shapes", "empty", "only-text"]

    @Test("what the reference wrote is loaded to the bit", arguments: files)
    func loads(name: String) throws {
        let expected: SafetensorsFixture = try fixture("safetensors-files")
        let state = try SafetensorsFile.load(safetensorsFixture("\(name).safetensors"))
        #expect(try StateText.of(.dictionary(state)) == expected.texts[name])
    }

    @Test("names of tied weights in the metadata, as Python's save_model writes them, are followed")
    func aliases() throws {
        // safetensors.torch.save_model of a model with lm_head.weight = embed.weight writes one tensor and this
        // metadata.
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "tied.safetensors")
            let weight = try Tensor.arange(6, dtype: .float32).view([2, 3])
            try SafetensorsFile.save(
                ["embed.weight": .tensor(weight), "pt": .tensor(try Tensor.ones([1]))],
                metadata: [
                    "format": "pt", "lm_head.weight": "embed.weight", "again": "lm_head.weight", "pt": "embed.weight",
                    "author": "nobody", "round": "about", "about": "round", "self": "self",
                ], to: file)
            let state = try SafetensorsFile.load(file)
            #expect(state.names.sorted() == ["again", "embed.weight", "lm_head.weight", "pt"])
            try expectSameBits(state.tensor("again"), weight)
            #expect(try state.tensor("lm_head.weight").isSame(as: state.tensor("embed.weight")))
            let open = try OpenSafetensorsFile(file)
            #expect(open.aliases == ["lm_head.weight": "embed.weight", "again": "embed.weight"])
            #expect(open.names.sorted() == ["embed.weight", "pt"])
            try expectSameBits(open.tensor("lm_head.weight"), weight)
            #expect(try open.description(of: "again").shape == [2, 3])
            #expect(throws: TorchFileError.self) { try open.tensor("author") }
        }
    }

    @Test("what was loaded is written as the reference writes it, byte for byte", arguments: files)
    func saves(name: String) throws {
        let file = safetensorsFixture("\(name).safetensors")
        let original = try OpenSafetensorsFile(file)
        try withFolder { folder in
            let copy = folder.appending(path: "copy.safetensors")
            // The order of the keys is not the file's.
            var state = StateDict()
            for (key, value) in Array(try original.load()).reversed() { state[key] = value }
            try SafetensorsFile.save(state, metadata: original.metadata, to: copy)
            #expect(try Data(contentsOf: copy) == Data(contentsOf: file))
        }
    }

    @Test("metadata comes back, whatever text it is")
    func metadata() throws {
        let file = try OpenSafetensorsFile(safetensorsFixture("only-text.safetensors"))
        #expect(file.metadata == ["\u{E9}": "\u{FC}\n\"\\/\t\u{1}\u{7F}\u{1F600}"])
        let texts = ["": "", "\u{0}": "\u{0}", "a\u{301}": "\r\n", "__metadata__": "{}", "\u{FFFF}": "\u{10FFFF}"]
        try withFolder { folder in
            let file = folder.appending(path: "a.safetensors")
            try SafetensorsFile.save([:], metadata: texts, to: file)
            #expect(try OpenSafetensorsFile(file).metadata == texts)
        }
    }

    @Test("a view, shared memory and a conjugate are written as what they show")
    func views() throws {
        let numbers = try Tensor([0, 1, 2, 3, 4, 5], dtype: .float32)
        let complex = try numbers.view(dtype: .complex64)
        let state: StateDict = [
            "whole": .tensor(numbers), "again": .tensor(numbers),
            "part": .tensor(try numbers.narrow(dim: 0, start: 2, length: 2)),
            "transposed": .tensor(try numbers.view([2, 3]).transpose(0, 1)),
            "expanded": .tensor(try numbers.narrow(dim: 0, start: 5, length: 1).expand([4])),
            "conjugate": .tensor(try complex.conj()),
            "gradient": .tensor(try Tensor.ones([2]).requiresGrad_()),
        ]
        try withFolder { folder in
            let file = folder.appending(path: "a.safetensors")
            try SafetensorsFile.save(state, to: file)
            let loaded = try SafetensorsFile.load(file)
            #expect(loaded.count == state.count)
            for (key, value) in state {
                guard case .tensor(let tensor) = value else { continue }
                #expect(try loaded.tensor(key).bytes == tensor.bytes, "\(key)")
                #expect(try loaded.tensor(key).shape == tensor.shape, "\(key)")
                #expect(try loaded.tensor(key).isContiguous, "\(key)")
            }
            #expect(try Data(contentsOf: file).count < 1000)
        }
    }

    @Test("what the format does not hold is an error that names it, before anything is written")
    func refusals() throws {
        let one = try Tensor.ones([1])
        let cases: [(StateDict, String)] = [
            (["a": 1], "cannot be written: safetensors holds only tensors, and 'a' is a int"),
            (["a": .dictionary([:])], "cannot be written: safetensors holds only tensors, and 'a' is a dictionary"),
            ([3: .tensor(one)], "cannot be written: safetensors has names, and the state has the number 3 as a key"),
            (["__metadata__": .tensor(one)], "cannot be written: a tensor cannot be named '__metadata__'"),
            (["a": .tensor(.undefined)], "cannot be written: the tensor 'a' was never assigned"),
            (
                ["a": .tensor(try one.to(.complex128))],
                "cannot be written: safetensors has no type for the tensor 'a' of type complex128, or it is sparse, "
                    + "quantized or without memory"
            ),
            (
                ["a": .tensor(try Tensor.empty([3], device: .meta))],
                "cannot be written: safetensors has no type for the tensor 'a' of type float32, or it is sparse, "
                    + "quantized or without memory"
            ),
        ]
        try withFolder { folder in
            let file = folder.appending(path: "a.safetensors")
            for (state, expected) in cases {
                #expect(reason { try SafetensorsFile.save(state, to: file) } == expected)
            }
            let left = try names(in: folder)
            #expect(left == [])
        }
    }

    @Test("a failing disk leaves the old file and is an error with the system's words")
    func failure() throws {
        try withFolder { folder in
            let error = #expect(throws: TorchFileError.self) {
                try SafetensorsFile.save(["a": .tensor(try Tensor.ones([3]))], to: folder.appending(path: "none/a"))
            }
            #expect(
                error?.description.hasSuffix("none/a: cannot be written in its folder: No such file or directory")
                    == true)
        }
    }
}

/// It runs if Python has PyTorch and safetensors, and is skipped otherwise.
@Suite("Files of safetensors in Python")
struct SafetensorsPythonTests {
    @Test(
        "the reference loads the same tensors and text",
        .enabled(if: Python.hasSafetensors, "there is no Python 3 with PyTorch and safetensors"))
    func pythonLoadsTheSame() async throws {
        let state = try SafetensorsFile.load(safetensorsFixture("types.safetensors"))
        let shapes = try SafetensorsFile.load(safetensorsFixture("shapes.safetensors"))
        try await withFolder { folder in
            let files = ["a.safetensors", "b.safetensors", "c.safetensors.index.json"].map {
                folder.appending(path: $0)
            }
            let texts = ["format": "pt", "\u{1}": "\u{1F600}\"\\"]
            try SafetensorsFile.save(state, metadata: texts, to: files[0])
            try SafetensorsFile.save(shapes, to: files[1])
            try ShardedSafetensorsFile.save(state, metadata: texts, to: files[2], greatestFileSize: 60)
            let lines = try await Python.run("safetensors_text.py", files.map(\.path))
            let metadata = try StateText.of(.dictionary(["\u{1}": .string("\u{1F600}\"\\"), "format": "pt"]))
            #expect(
                try lines == [
                    "\(metadata) \(StateText.of(.dictionary(state)))", "{} \(StateText.of(.dictionary(shapes)))",
                    "\(metadata) \(StateText.of(.dictionary(state)))",
                ])
        }
    }
}
