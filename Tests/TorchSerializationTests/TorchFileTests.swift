import Foundation
import TestSupport
import Testing
import Torch

@testable import TorchSerialization

@Suite("Files of torch.save")
struct TorchFileTests {
    // MARK: What PyTorch wrote

    @Test(
        "what PyTorch wrote is loaded to the bit",
        arguments: [
            "module", "adamw", "sgd", "multistep", "plain", "protocol-3", "protocol-4", "protocol-5", "shared",
            "sparse",
            "dtypes", "parameters", "with-attribute", "shapes", "one-tensor", "no-checksums", "packed-again",
            "little-endian", "big-endian", "old", "old-shared", "old-dtypes", "old-sparse", "first-tensor", "python-2",
        ])
    func loadsFilesOfPyTorch(name: String) throws {
        let expected: [String: String] = try fixture("torch-files")
        #expect(try StateText.of(TorchFile.load(fixtureFile(name))) == expected[name])
    }

    @Test(
        "what PyTorch wrote is the same after it was saved here",
        arguments: ["module", "adamw", "multistep", "plain", "shared", "sparse", "dtypes"])
    func savesWhatPyTorchWrote(name: String) throws {
        let expected: [String: String] = try fixture("torch-files")
        #expect(try StateText.of(roundTrip(TorchFile.load(fixtureFile(name)))) == expected[name])
    }

    @Test("what would run code in Python is an error that names it")
    func refusesCode() {
        let names = [
            "os-system": "posix.system", "eval": "builtins.eval", "eval-4": "builtins.eval",
            "getattr": "builtins.__import__", "import": "builtins.__import__", "object": "__main__.Plain",
            "range": "builtins.xrange",
        ]
        for (file, name) in names {
            let reason = reason { _ = try TorchFile.load(fixtureFile(file)) }
            #expect(reason.hasPrefix("\(name) is not data"), "\(file): \(reason)")
        }
    }

    @Test("a whole module is an error that says what to save instead")
    func refusesModules() {
        let error = #expect(throws: TorchFileError.self) { try TorchFile.load(fixtureFile("whole-module")) }
        #expect(error?.kind == .unsupported)
        #expect(
            error?.reason
                == "it holds a whole module (torch.nn.modules.linear.Linear), which is a program and not data: save its "
                + "`state_dict()` in Python")
    }

    @Test("the kind of an error tells damage from what the system refuses and from what is not read")
    func kinds() throws {
        try withFolder { folder in
            func kind(_ url: URL) -> TorchFileError.Kind? {
                #expect(throws: TorchFileError.self) { try TorchFile.load(url) }?.kind
            }
            #expect(kind(folder) == .access)
            #expect(kind(folder.appending(path: "missing.pth")) == .access)
            #expect(kind(fixtureFile("quantized")) == .unsupported)
            #expect(kind(fixtureFile("os-system")) == .unsupported)
            let cut = folder.appending(path: "cut.pth")
            try Data(contentsOf: fixtureFile("sgd")).dropLast(10).write(to: cut)
            #expect(kind(cut) == .invalid)
        }
    }

    @Test("a tensor of more than 64 dimensions is read as PyTorch wrote it, and written and read again")
    func manyDimensions() throws {
        guard case .tensor(let tensor) = try TorchFile.load(unusualFile("dimensions-65.pth")) else {
            Issue.record("no tensor")
            return
        }
        #expect(tensor.shape == Array(repeating: 1, count: 63) + [2, 3])
        #expect(try tensor.reshape([-1]).array(Double.self) == [0, 1, 2, 3, 4, 5])
        guard case .tensor(let again) = try roundTrip(.tensor(tensor)) else { return }
        #expect(again.shape == tensor.shape)
        #expect(try again.equal(tensor))
        let state: StateDict = ["a": .tensor(tensor)]
        try withFolder { folder in
            let file = folder.appending(path: "a.safetensors")
            try SafetensorsFile.save(state, to: file)
            #expect(try SafetensorsFile.load(file).tensor("a").equal(tensor))
        }
    }

    @Test("a tensor of more dimensions than are read is not written")
    func tooManyDimensions() throws {
        let tensor = try Tensor.ones(Array(repeating: 1, count: 1025))
        try withFolder { folder in
            let file = folder.appending(path: "a.pth")
            let expected = "has 1025 dimensions, and a file takes up to 1024"
            #expect(
                reason { try TorchFile.save(.tensor(tensor), to: file) }
                    == "cannot be written: it holds a tensor that \(expected)")
            #expect(
                reason { try SafetensorsFile.save(["a": .tensor(tensor)], to: file) }
                    == "cannot be written: the tensor 'a' \(expected)")
            let left = try names(in: folder)
            #expect(left.isEmpty)
        }
    }

    @Test("what is data, but not read, is an error that says so")
    func refusesOtherData() {
        let reasons = [
            "quantized": "it holds a quantized tensor,", "set-key": "a dictionary has a set as a key",
            "equal-keys": "a dictionary has the key 'e\u{301}' twice", "half-a-character": "its pickle is damaged",
            "compressed": "the record byteorder is compressed or encrypted, as torch.save never does it",
            "cycle": "it holds a value that contains itself", "storage-alone": "it holds a storage outside a tensor",
            "layout": "its pickle is damaged",
        ]
        for (file, start) in reasons {
            let reason = reason { _ = try TorchFile.load(fixtureFile(file)) }
            #expect(reason.hasPrefix(start), "\(file): \(reason)")
        }
    }

    @Test("a file that cannot be read is an error that names the path")
    func unreadableFiles() throws {
        try withFolder { folder in
            let missing = folder.appending(path: "missing.pth")
            let error = #expect(throws: TorchFileError.self) { try TorchFile.load(missing) }
            #expect(error?.description == "\(missing.path): cannot be read: No such file or directory")
            #expect(error?.path == missing.path)
            #expect(reason { _ = try TorchFile.load(folder) } == "cannot be read: it is a folder")
            #expect(
                reason { _ = try TorchFile.load(URL(filePath: "/dev/null")) }
                    == "cannot be read: it is a device, not a regular file")
            let text = folder.appending(path: "text.pth")
            for contents in ["", "P", "PK", "not an archive", "PK\u{3}\u{4}", "PK\u{3}\u{4} and nothing else"] {
                try Data(contents.utf8).write(to: text)
                let reason = reason { _ = try TorchFile.load(text) }
                #expect(reason.hasPrefix("it is not a file of torch.save") || reason.hasPrefix("it is damaged"))
            }
            let page = try #require(URL(string: "https://example.com/a.pth"))
            #expect(reason { _ = try TorchFile.load(page) } == "it is not the URL of a file")
        }
    }

    @Test("a pipe is an error, and not waited for")
    func pipe() throws {
        try withFolder { folder in
            let pipe = folder.appending(path: "pipe.pth")
            try #require(mkfifo(pipe.path, 0o600) == 0)
            #expect(
                reason { _ = try TorchFile.load(pipe) }
                    == "cannot be read: it is a FIFO (a named pipe), not a regular file")
            let reason = reason { try TorchFile.save(.dictionary(["a": 1]), to: pipe) }
            #expect(reason == "cannot be written: it is a FIFO (a named pipe), not a regular file")
        }
    }

    @Test("archives of other kinds are an error that says which")
    func otherArchives() throws {
        let cases: [([String: [UInt8]], String)] = [
            (["a": [1]], "it is a zip archive, but not one of torch.save: it has no data.pkl"),
            (
                ["data.pkl": Array("N.".utf8), "byteorder": Array("middle".utf8)],
                "its numbers are in the byte order 'middle', and little and big are read"
            ),
            (["data.pkl": []], "its pickle is damaged at byte 0: it ends too early"),
        ]
        try withFolder { folder in
            let file = folder.appending(path: "a.pth")
            for (records, expected) in cases {
                try writeArchive(to: file, records)
                #expect(reason { _ = try TorchFile.load(file) } == expected)
            }
        }
    }

    @Test("an error quotes a file's words in short and without control characters")
    func shortenedWords() {
        #expect("posix.system".shortened == "posix.system")
        #expect("a\u{1B}[31m\nb\u{9B}".shortened == "a?[31m?b?")
        #expect(String(repeating: "a", count: 81).shortened == String(repeating: "a", count: 80) + "…")
        // One character, as Swift counts.
        #expect(("e" + String(repeating: "\u{301}", count: 10_000)).shortened.utf8.count < 200)
    }

    // MARK: What is written here

    @Test("what is saved is loaded again, in order")
    func plainData() throws {
        let state: StateDict = [
            "none": nil, "true": true, "false": false, "text": "hé\n\u{0}😀", "empty": "",
            7: 1, -1: .dictionary(["a": .list([])]), "": .dictionary([:]),
            "list": .list([1, .tuple([]), .tuple([1]), .tuple([1, 2]), .tuple([1, 2, 3]), .tuple([1, 2, 3, 4])]),
            "nested": .dictionary(["list": .list([.list([.list([])])])]),
        ]
        #expect(try StateText.of(roundTrip(.dictionary(state))) == StateText.of(.dictionary(state)))
    }

    @Test(
        "integers of every size",
        arguments: [
            0, 1, 255, 256, 65535, 65536, -1, -128, -129, 1 << 31 - 1, 1 << 31, -(1 << 31), -(1 << 31) - 1, .max, .min,
        ])
    func integers(number: Int) throws {
        #expect(try StateText.of(roundTrip(.int(number))) == "\(number)")
    }

    @Test("real numbers of every kind, bit by bit")
    func reals() throws {
        let numbers: [Double] = [
            0, -0.0, 1.5, .pi, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
        ]
        let value = StateValue.list(numbers.map { .double($0) })
        #expect(try StateText.of(roundTrip(value)) == StateText.of(value))
    }

    @Test("strings that Swift takes for equal stay as they are")
    func canonicallyEquivalentStrings() throws {
        let value = StateValue.list(["\u{E9}", "e\u{301}", "\u{E9}"])
        #expect(try StateText.of(roundTrip(value)) == "['\u{E9}'2, 'e\u{301}'3, '\u{E9}'2]")
    }

    @Test("a URL that is relative to another is resolved")
    func relativeURL() throws {
        try withFolder { folder in
            let file = URL(filePath: "a b%.pth", relativeTo: folder.appending(path: "", directoryHint: .isDirectory))
            try TorchFile.save(.dictionary(["a": 1]), to: file)
            #expect(try names(in: folder) == ["a b%.pth"])
            #expect(try StateText.of(TorchFile.load(file)) == "{'a'1: 1}")
        }
    }

    @Test("more strings than one byte can number")
    func manyStrings() throws {
        let value = StateValue.list((0..<600).map { .string("name \($0 % 400)") })
        #expect(try StateText.of(roundTrip(value)) == StateText.of(value))
    }

    @Test("a tensor that wants gradients is loaded as data")
    func parameters() throws {
        let weight = try Tensor([1, 2], dtype: .float32)
        try weight.requiresGrad_()
        guard case .tensor(let loaded) = try roundTrip(.tensor(weight)) else { return }
        try expectSameBits(loaded, weight.detach())
        #expect(!loaded.requiresGrad)
    }

    @Test("one tensor twice is one tensor when it is loaded")
    func sameTensor() throws {
        let tensor = try Tensor.ones([2])
        guard case .list(let loaded) = try roundTrip(.list([.tensor(tensor), .tensor(tensor)])),
            case .tensor(let first) = loaded[0], case .tensor(let second) = loaded[1]
        else {
            Issue.record("no list of two tensors")
            return
        }
        #expect(first.isSame(as: second))
    }

    @Test("tensors that share memory share it again, each with its own type and place")
    func sharedStorage() throws {
        let numbers = try Tensor([0, 1, 2, 3, 4, 5], dtype: .float32)
        let value = StateValue.list([
            .tensor(numbers), .tensor(try numbers.view([2, 3]).transpose(0, 1)),
            .tensor(try numbers.view(dtype: .int32)),
            .tensor(try Tensor.zeros([2])),
        ])
        #expect(try StateText.of(roundTrip(value)) == StateText.of(value))
    }

    @Test("changing a loaded tensor changes those that share its memory, and no history is kept")
    func loadedTensorsAreNoViews() throws {
        guard case .dictionary(let state) = try TorchFile.load(fixtureFile("shared")) else { return }
        let (base, part) = (try state.tensor("base"), try state.tensor("part"))
        try part.requiresGrad_()
        _ = try noGrad { try base.zero_() }
        #expect(try part.detach().array(Float.self) == [0, 0, 0, 0])
        #expect(part.isLeaf)
    }

    @Test("a value that is nested too deep is an error")
    func deepValue() throws {
        var value = StateValue.list([])
        for _ in 1..<100 { value = .list([value]) }
        #expect(try StateText.of(roundTrip(value)) == StateText.of(value))
        for _ in 0..<2 { value = .list([value]) }
        #expect(
            reason { _ = try roundTrip(value) } == "cannot be written: the value is nested more than 100 levels deep")
    }

    @Test("what PyTorch would refuse or mistake is an error that says so")
    func unwritable() {
        func reasonOf(_ value: StateValue) -> String {
            reason { _ = try roundTrip(value) }
        }
        #expect(reasonOf(.set([.list([])])) == "cannot be written: a set cannot hold a list in Python")
        #expect(reasonOf(.set([.tuple([.dictionary([:])])])).hasSuffix("a set cannot hold a dictionary in Python"))
        #expect(reasonOf(.set([.set([])])).hasSuffix("a set cannot hold a set in Python"))
        for state: StateDict in [[1: 1, .bool(true): 2], [.double(0): 1, 0: 2], [.bool(false): 1, .double(-0.0): 2]] {
            #expect(reasonOf(.dictionary(state)).hasSuffix("and another key of a dictionary for one"))
        }
        let large = BigInteger(bytes: [UInt8](repeating: 1, count: 256))
        #expect(reasonOf(.bigInteger(large)) == "cannot be written: an integer of 256 bytes is too large for PyTorch")
        for name in ["", ":1", "cuda:", "cuda:one"] {
            #expect(reasonOf(.device(name)) == "cannot be written: '\(name)' is no device")
        }
        #expect(reasonOf(.dtype(DType(rawValue: 12))).hasPrefix("cannot be written: PyTorch has no type"))
    }

    @Test("attributes of an ordered dictionary are kept, and those of another are left out")
    func attributes() throws {
        var state: StateDict = ["a": 1]
        state.attributes = ["note": .list([.tensor(try Tensor.ones([1]))])]
        #expect(try StateText.of(roundTrip(.dictionary(state))) == "{'a'1: 1}")
        state.kind = .ordered
        #expect(try StateText.of(roundTrip(.dictionary(state))) == StateText.of(.dictionary(state)))
        guard case .dictionary(let module) = try TorchFile.load(fixtureFile("module")) else { return }
        #expect(module.kind == .ordered)
        let versions = try module.attributes.dictionary("_metadata")
        #expect(try versions.dictionary("1").int("version") == 2)
    }

    @Test("a tensor that was never assigned is an error, and no file appears")
    func undefinedTensor() throws {
        try withFolder { folder in
            let file = folder.appending(path: "value.pth")
            let reason = reason { try TorchFile.save(.tensor(.undefined), to: file) }
            #expect(reason == "cannot be written: it holds a tensor that was never assigned")
            let left = try names(in: folder)
            #expect(left == [])
        }
    }
}
