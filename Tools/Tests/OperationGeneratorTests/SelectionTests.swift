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

    private func resolve(_ list: String) throws -> (chosen: [String], omissions: [Omission]) {
        let (chosen, omissions) = try Selection(parsing: list).resolve(in: NativeFunctions(yaml: yaml))
        return (chosen.map { "\($0.section) \($0.function.schema.fullName)" }, omissions)
    }

    @Test("the list is read with its comments, sections and what it leaves out")
    func list() throws {
        let selection = try Selection(parsing: "# no\n[Left out: a, [b]]\n_* # more\n!_c\n[Shape]\n\nview *\n")
        #expect(selection.sections.map(\.name) == ["Shape"])
        #expect(selection.sections[0].patterns.map(\.text) == ["view", "*"])
        #expect(selection.exclusions.map(\.reason) == ["a, [b]"])
        #expect(selection.exclusions[0].patterns.map(\.text) == ["_*"])
        #expect(selection.exclusions[0].exceptions.map(\.text) == ["_c"])
    }

    @Test(
        "a list that means nothing is an error that names the word",
        arguments: [("add", "add"), ("[A]\n!add", "!add"), ("[A]\n@odd", "@odd"), ("[A", "[A")])
    func badList(_ list: String, _ word: String) {
        let error = #expect(throws: SelectionError.self) { try Selection(parsing: list) }
        #expect(error?.text == word)
        #expect(error?.description.contains("'\(word)'") == true)
    }

    @Test("an operation is in the section that names it, or else in the first with a pattern for it")
    func sections() throws {
        let list = "[Left out: out]\n@out\n[A]\nadd*\n[B]\n@pointwise *\n[C]\nadd.Tensor"
        let (chosen, omissions) = try resolve(list)
        #expect(chosen == ["A add.Scalar", "B size.Dimname", "B odd", "C add.Tensor"])
        #expect(omissions.map(\.name) == ["add.out"])
        #expect(omissions.map(\.isFailure) == [false])
    }

    @Test("what is left out stands with its reason, but for the exceptions of the same section")
    func exclusions() throws {
        let (chosen, omissions) = try resolve(
            "[Left out: sums]\nadd\n!add.Scalar\n[Left out: names]\n@named-dimensions\n[All]\n*")
        #expect(chosen == ["All add.Scalar", "All odd"])
        #expect(omissions.map(\.name) == ["add.Tensor", "add.out", "size.Dimname"])
        #expect(omissions.map(\.reason) == ["sums", "sums", "names"])
    }

    @Test("nothing is lost in silence: what no section holds, no type maps or no operation matches is a failure")
    func omissions() throws {
        let (_, omissions) = try resolve("[A]\nadd missing mul* @pointwise\n[Left out: x]\n@out gone_*")
        #expect(omissions.filter(\.isFailure).map(\.name) == ["size.Dimname", "odd", "gone_*", "missing", "mul*"])
        let generator = try OperationGenerator(
            functions: NativeFunctions(yaml: yaml), selection: Selection(parsing: "[Left out: x]\n@out\n[A]\n*"),
            version: "1.2.3")
        #expect(generator.operationCount == 2 && generator.nameCount == 1 && generator.omissionCount == 3)
        #expect(generator.failures.map(\.name).sorted() == ["odd", "size.Dimname"])
        #expect(generator.files.contains { $0.path == "Sources/Torch/Operations/AOperations.swift" })
        #expect(generator.files[0].text.contains("PyTorch 1.2.3"))
    }

    @Test("what an older PyTorch does not have, or has otherwise, is told")
    func olderPyTorch() throws {
        let generator = try OperationGenerator(
            functions: NativeFunctions(yaml: yaml), selection: Selection(parsing: "[A]\nadd.Tensor add.Scalar"),
            version: "1")
        let older = try NativeFunctions(yaml: "- func: add.Scalar(Tensor self, Scalar other) -> Tensor")
        #expect(generator.missing(in: older).map(\.name) == ["add.Tensor", "add.Scalar"])
        #expect(generator.missing(in: try NativeFunctions(yaml: yaml)).isEmpty)
    }

    @Test("tags are read, one or several")
    func tags() throws {
        let functions = try NativeFunctions(
            yaml:
                "- func: a() -> ()\n  tags: pointwise\n- func: b() -> ()\n  tags: [core, reduction]\n- func: c() -> ()")
        #expect(functions.functions.map(\.tags) == [["pointwise"], ["core", "reduction"], []])
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
            functions: NativeFunctions(yaml: yaml), selection: Selection(parsing: "[A]\nadd.*"), version: "1")
        let output = Output(root: root)
        let changes = try output.changes(for: generator.files)
        #expect(changes.written.count == generator.files.count)
        #expect(changes.deleted == ["Sources/Torch/Operations/Old.swift"])
        try output.apply(changes, files: generator.files)
        #expect(try output.changes(for: generator.files).isEmpty)
        #expect(FileManager.default.fileExists(atPath: folder.appending(path: "Hand.swift").path))
    }
}
