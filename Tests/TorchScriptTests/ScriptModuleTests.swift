import Foundation
import TestSupport
import Testing
import Torch
import TorchNN
import TorchScript
import TorchSerialization

/// Modules of TorchScript, both ways with Python.
@Suite(.standardGenerator)
struct ScriptModuleTests {
    private func makeModules(_ body: (URL) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            _ = try await Python.run("torchscript.py", ["make", folder.path])
            try await body(folder)
        }
    }

    private func state(_ folder: URL, _ name: String) throws -> (x: Tensor, y: Tensor) {
        let state = try TorchFile.loadDictionary(folder.appending(path: name))
        return (try state.tensor("x"), try state.tensor("y"))
    }

    @Test("a module that Python scripted runs with its loops and branches", .needsPyTorch)
    func scriptedModulesRun() async throws {
        try await makeModules { folder in
            let module = try ScriptModule(path: folder.appending(path: "branching.pt").path)
            let (x, y) = try state(folder, "branching.pth")
            let output = try module(.tensor(x), .integer(3)).tensor
            #expect(try #require(output).allclose(y))
            #expect(try module.namedParameters().map(\.name) == ["linear.weight", "linear.bias"])
            #expect(try module.code().contains("for"))
        }
    }

    @Test("a module that Python traced computes as there, and again after it is saved here", .needsPyTorch)
    func tracedModulesRun() async throws {
        try await makeModules { folder in
            let module = try ScriptModule(path: folder.appending(path: "traced.pt").path, device: .cpu)
            let (x, y) = try state(folder, "traced.pth")
            #expect(try module(x).allclose(y))
            #expect(try module.namedBuffers().map(\.name).contains("1.running_mean"))
            let copy = folder.appending(path: "copy.pt").path
            try module.save(copy)
            #expect(try ScriptModule(path: copy)(x).allclose(y))
        }
    }

    @Test("lists, tuples, dictionaries, numbers and texts go in and come out", .needsPyTorch)
    func collectionsGoThrough() async throws {
        try await makeModules { folder in
            let module = try ScriptModule(path: folder.appending(path: "collections.pt").path)
            let one = try Tensor.ones([2])
            let result = try module(
                .list([.tensor(one), .tensor(one)]), .dictionary([(key: .string("start"), value: .tensor(one))]),
                .tuple([.integer(2), .real(0.5)]))
            guard case .tuple(let parts) = result, parts.count == 3, case .string("done") = parts[2] else {
                Issue.record("\(result)")
                return
            }
            #expect(try result.tensors[0].equal(one * 4) && result.tensors[3].equal(one * 8))
            #expect(module.methods.sorted() == ["double", "forward"])
            #expect(try #require(module.call("double", [.tensor(one)]).tensor).equal(one * 2))
        }
    }

    @Test("wrong arguments, methods and files are errors", .needsPyTorch)
    func mistakesThrow() async throws {
        try await makeModules { folder in
            let module = try ScriptModule(path: folder.appending(path: "branching.pt").path)
            #expect(throws: TorchError.self) { _ = try module(.string("x"), .integer(1)) }
            #expect(throws: TorchError.self) { _ = try module(.tensor(Tensor.ones([2, 5])), .integer(1)) }
            #expect(throws: TorchError.self) { _ = try module.call("backward", []) }
            #expect(throws: TorchFileError.self) { _ = try ScriptModule(path: folder.appending(path: "none.pt").path) }
            #expect(throws: TorchFileError.self) {
                _ = try ScriptModule(path: folder.appending(path: "no-module.pt").path)
            }
            #expect(throws: TorchFileError.self) { try module.save(folder.appending(path: "none/a.pt").path) }
        }
    }

    @Test("a damaged file is an error wherever it is damaged", .needsPyTorch)
    func damageThrows() async throws {
        try await makeModules { folder in
            let bytes = try Data(contentsOf: folder.appending(path: "branching.pt"))
            let file = folder.appending(path: "damaged.pt")
            for part in stride(from: 0, to: bytes.count, by: bytes.count / 40) {
                try bytes.prefix(part).write(to: file)
                #expect(throws: TorchFileError.self) { _ = try ScriptModule(path: file.path) }
                var changed = bytes
                changed[part] ^= 0xff
                try changed.write(to: file)
                // A changed byte may lie in a gap that nobody reads.
                _ = try? ScriptModule(path: file.path)
            }
        }
    }

    @Test("Python runs what was traced here, with the same names and the same bits", .needsPyTorch)
    func pythonRunsTraces() async throws {
        struct Answer: Decodable { let equal: Bool, names: [String] }
        try manualSeed(2)
        try await withTemporaryFolder { folder in
            let network = Sequential(Linear(3, 4), BatchNorm1d(4), ReLU(inPlace: true), Linear(4, 2))
            network.eval()
            let file = folder.appending(path: "traced.pt").path
            try trace(network, Tensor.zeros([2, 3])).save(file)
            let x = try Tensor.randn([5, 3])
            let tensors = folder.appending(path: "x.pth").path
            let state: StateDict = try ["x": .tensor(x), "y0": .tensor(network(x).detach())]
            try TorchFile.save(state, to: URL(filePath: tensors))
            let lines = try await Python.run("torchscript.py", ["run", file, tensors])
            let line = try #require(lines.first)
            let answer = try JSONDecoder().decode(Answer.self, from: Data(line.utf8))
            #expect(answer.equal)
            #expect(try answer.names == network.namedParameters().map(\.name))
            #expect(try ScriptModule(path: file)(x).equal(network(x)))
        }
    }

    @Test("a network of several outputs is traced to a tuple")
    func severalOutputsAreTuples() throws {
        let lstm = LSTM(3, 2).eval()
        let module = try trace(lstm, [Tensor.randn([4, 2, 3])]) {
            let (output, state) = try lstm($0[0])
            return [output, state.hidden, state.cell]
        }
        let x = try Tensor.randn([4, 2, 3])
        guard case .tuple(let parts) = try module(.tensor(x)) else {
            Issue.record("no tuple")
            return
        }
        #expect(try #require(parts[0].tensor).allclose(lstm(x).0) && parts.count == 3)
    }

    @Test("what a traced network throws comes out, and the next trace works")
    func errorsComeOut() throws {
        let network = Sequential(Linear(2, 3))
        #expect(throws: TorchError.self) { try trace(network, Tensor.ones([2, 5])) }
        #expect(try trace(network, Tensor.ones([2, 2]))(Tensor.ones([4, 2])).shape == [4, 3])
    }
}
