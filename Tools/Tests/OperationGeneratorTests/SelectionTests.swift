import Foundation
import Testing

@testable import OperationGenerator

/// Of Selection.swift, NativeFunctions.swift, OperationGenerator.swift and Output.swift.
@Suite struct SelectionTests {
    private let yaml = """
        - func: \(Samples.add)
          variants: function, method
          dispatch:
            CPU: add_cpu
        - func: \(Samples.addScalar)
          variants: function, method
        - func: \(Samples.addOut)
        - func: \(Samples.sizeName)
          variants: method
        - func: odd(Stream s) -> Tensor
        """

    @Test("the list is read with its comments and sections")
    func list() {
        let selection = Selection(parsing: "# nothing\nadd mul.Tensor # more\n[Shape]\n\nview\n")
        #expect(selection.items.map(\.text) == ["add", "mul.Tensor", "view"])
        #expect(selection.items.map(\.section) == ["Operations", "Operations", "Shape"])
    }

    @Test("a name means its overloads, without those that write into out")
    func overloads() throws {
        let functions = try NativeFunctions(yaml: yaml)
        #expect(functions.functions.count == 5)
        #expect(functions.functions[0].isMethod && !functions.functions[2].isMethod)
        let (chosen, omissions) = Selection(parsing: "add add.Tensor").resolve(in: functions)
        #expect(chosen.map(\.function.schema.fullName) == ["add.Tensor", "add.Scalar"])
        #expect(omissions.isEmpty)
    }

    @Test("what is not there, has named dimensions or cannot be passed is reported")
    func omissions() throws {
        let functions = try NativeFunctions(yaml: yaml)
        let generator = try OperationGenerator(
            functions: functions, selection: Selection(parsing: "add missing size.Dimname odd"), version: "1.2.3")
        #expect(generator.operationCount == 2)
        #expect(generator.failures.map(\.name).sorted() == ["missing", "odd", "size.Dimname"])
        #expect(generator.files.contains { $0.path == "Sources/Torch/Operations/OperationsOperations.swift" })
        #expect(generator.files[0].text.contains("PyTorch 1.2.3"))
    }

    @Test("a text that is no list of operations is an error")
    func badYAML() {
        #expect(throws: (any Error).self) { try NativeFunctions(yaml: "- func: [") }
        #expect(throws: (any Error).self) { try NativeFunctions(yaml: "- name: x") }
        #expect(throws: SchemaError.self) { try NativeFunctions(yaml: "- func: add(") }
    }

    @Test("only files that change are written, and only generated ones are deleted")
    func output() throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "operations-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        let folder = root.appending(path: "Sources/Torch/Operations")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data("// \(OperationGenerator.notice)\n".utf8).write(to: folder.appending(path: "Old.swift"))
        try Data("// by hand\n".utf8).write(to: folder.appending(path: "Hand.swift"))
        let generator = try OperationGenerator(
            functions: NativeFunctions(yaml: yaml), selection: Selection(parsing: "add"), version: "1")
        let output = Output(root: root)
        let changes = try output.changes(for: generator.files)
        #expect(changes.written.count == generator.files.count)
        #expect(changes.deleted == ["Sources/Torch/Operations/Old.swift"])
        try output.apply(changes, files: generator.files)
        #expect(try output.changes(for: generator.files).isEmpty)
        #expect(FileManager.default.fileExists(atPath: folder.appending(path: "Hand.swift").path))
    }
}
