import ArgumentParser
import Foundation
import OperationGenerator

@main
struct GenerateOperations: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate-operations",
        abstract: "Writes the C, C++ and Swift code of PyTorch's operations.",
        discussion: "Only files whose text changes are written.")

    @Option(help: "The folder torchgen of a PyTorch wheel, or its native_functions.yaml.")
    var torchgen: String?

    @Option(help: "The native_functions.yaml of the oldest PyTorch to compile with: it has to have all that is made.")
    var oldest: String?

    @Option(help: "The list of operations to make. (default: Tools/operations.txt)")
    var selection: String?

    @Option(help: "The sentences for the operations' comments, a file beside the list.")
    var descriptions = "operation-descriptions.txt"

    @Option(help: "PyTorch's version, for the files' first line; found beside torchgen unless given.")
    var torchVersion: String?

    @Option(help: "The repository. (default: the folder of the working folder that has Tools/operations.txt)")
    var root: String?

    @Flag(help: "Write nothing; fail if a file would change.")
    var check = false

    func run() throws {
        let root = try findRoot()
        let yaml = findYAML(root: root)
        if check, let reason = try reasonNotToCheck(root: root, yaml: yaml) {
            print("not checked: \(reason)")
            return
        }
        let functions = try readFunctions(yaml)
        let list = selection.map { URL(filePath: $0) } ?? root.appending(path: GenerateOperations.listPath)
        let generator = try OperationGenerator(
            functions: functions, selection: selection(list),
            descriptions: Descriptions(parsing: read(list.deletingLastPathComponent().appending(path: descriptions))),
            version: findVersion(yaml: yaml))

        let output = Output(root: root)
        let changes = try output.changes(for: generator.files)
        if !check { try output.apply(changes, files: generator.files) }
        print(
            "\(generator.operationCount) overloads of \(generator.nameCount) operations in \(generator.files.count) "
                + "files; \(generator.omissionCount) left out")
        for path in changes.written { print(check ? "would change: \(path)" : "written: \(path)") }
        for path in changes.deleted { print(check ? "would go: \(path)" : "deleted: \(path)") }
        let failures =
            try generator.failures + (oldest.map { try generator.missing(in: readFunctions(URL(filePath: $0))) } ?? [])
        for failure in failures {
            FileHandle.standardError.write(Data("error: \(failure.name): \(failure.reason)\n".utf8))
        }
        if !failures.isEmpty || (check && !changes.isEmpty) { throw ExitCode.failure }
    }

    /// What ends the program, in a sentence.
    private struct Failure: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) {
            self.description = description
        }
    }

    /// A libtorch of another version has other operations, and one that is no wheel has no list of them: neither says
    /// that the committed files are wrong.
    private func reasonNotToCheck(root: URL, yaml: URL) throws -> String? {
        guard torchgen == nil else { return nil }
        guard FileManager.default.fileExists(atPath: yaml.path) else {
            return
                "there is no \(yaml.path); scripts/bootstrap installs it, unless LIBTORCH names a libtorch without it"
        }
        let header = root.appending(path: "Sources/CTorch/include/CTorchOperations.h")
        guard let text = try? String(contentsOf: header, encoding: .utf8),
            let made = text.firstMatch(of: #/PyTorch ([0-9.]+)/#)
        else { return nil }
        let found = try findVersion(yaml: yaml)
        return made.1 == found ? nil : "the files were made from PyTorch \(made.1), and \(yaml.path) is of \(found)"
    }

    // MARK: Finding things

    private static let listPath = "Tools/operations.txt"
    private static let yamlPath = "packaged/ATen/native/native_functions.yaml"

    /// The repository around the working folder.
    private func findRoot() throws -> URL {
        if let root { return URL(filePath: root) }
        var folder = URL(filePath: FileManager.default.currentDirectoryPath)
        while folder.path != "/" {
            let list = folder.appending(path: GenerateOperations.listPath)
            if FileManager.default.fileExists(atPath: list.path) { return folder }
            folder.deleteLastPathComponent()
        }
        throw Failure("run this inside the repository, or name it with --root")
    }

    private func findYAML(root: URL) -> URL {
        // A wheel has torchgen beside the folder torch, which .libtorch/torch links to.
        let torch = root.appending(path: ".libtorch/torch").resolvingSymlinksInPath()
        let given =
            torchgen.map { URL(filePath: $0) } ?? torch.deletingLastPathComponent().appending(path: "torchgen")
        return given.pathExtension == "yaml" ? given : given.appending(path: GenerateOperations.yamlPath)
    }

    /// The `__version__` of `torch/version.py`, in a folder above the operations, without what comes behind a plus.
    private func findVersion(yaml: URL) throws -> String {
        if let torchVersion { return torchVersion }
        var folder = yaml.deletingLastPathComponent()
        while folder.path != "/" {
            let file = folder.appending(path: "torch/version.py")
            if let text = try? String(contentsOf: file, encoding: .utf8),
                let match = text.firstMatch(of: #/__version__\s*=\s*['"]([0-9.]+)/#)
            {
                return String(match.1)
            }
            folder.deleteLastPathComponent()
        }
        throw Failure("no torch/version.py found near \(yaml.path): give --torch-version")
    }

    private func readFunctions(_ yaml: URL) throws -> NativeFunctions {
        do {
            return try NativeFunctions(yaml: read(yaml))
        } catch let error where !(error is Failure) {
            throw Failure("\(yaml.path) is no list of operations: \(error)")
        }
    }

    private func selection(_ list: URL) throws -> Selection {
        do {
            return try Selection(parsing: read(list))
        } catch let error as SelectionError {
            throw Failure(error.description)
        }
    }

    private func read(_ url: URL) throws -> String {
        guard FileManager.default.fileExists(atPath: url.path) else {
            let advice =
                url.lastPathComponent == "native_functions.yaml"
                ? ": run scripts/bootstrap, or name the folder torchgen of a PyTorch wheel with --torchgen" : ""
            throw Failure("there is no \(url.path)\(advice)")
        }
        do {
            return try String(contentsOf: url, encoding: .utf8)
        } catch {
            throw Failure("cannot read \(url.path): \(error.localizedDescription)")
        }
    }
}
