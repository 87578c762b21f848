import Foundation
import TestSupport
import Testing

/// What scripts/check-floors finds in small trees of sources.
@Suite struct FloorsTests {
    private static let script = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../scripts/check-floors").standardizedFileURL

    /// Whether the check passes, and what it prints.
    ///
    /// - Parameters:
    ///   - files: by their paths below Sources.
    ///   - options: the options of the script besides the folder.
    private func check(_ files: [String: String], _ options: [String] = []) throws -> (passes: Bool, output: String) {
        try withTemporaryFolder { folder in
            let sources = folder.appending(path: "Sources")
            for (path, text) in files {
                let file = sources.appending(path: path)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: file)
            }
            let program = try RunningProgram(FloorsTests.script, ["--sources", sources.path] + options)
            let end = try program.end()
            return (end.status == 0, String(decoding: end.output + end.errors, as: UTF8.self))
        }
    }

    private static let sound = [
        "Helios/Data/Loader.swift": "import Torch\npublic final class Loader { let tensor: Tensor? = nil }\n",
        "Helios/Model/Model.swift": "open class Model { let loader = Loader() }\n",
        "Helios/Model/Model+Names.swift": "extension Model { var names: [Name] { [] } }\n",
        "Helios/Model/Name.swift": "struct Name {}\n",
        "Torch/Tensor.swift": "public final class Tensor {}\n",
    ]

    @Test("what only uses what is below passes")
    func sound() throws {
        let result = try check(FloorsTests.sound)
        #expect(result.passes, "\(result.output)")
    }

    @Test("a use of a higher floor fails, with the file, the line and the type")
    func upwards() throws {
        var files = FloorsTests.sound
        files["Helios/Data/Loader.swift"]? += "extension Loader {\n    func fit(_ model: Model) {}\n}\n"
        let result = try check(files)
        #expect(!result.passes)
        #expect(result.output.contains("Sources/Helios/Data/Loader.swift:4: Data must not use Model"))
    }

    @Test("a word in a comment, in a string or behind a dot is not a use, and one in an interpolation is")
    func words() throws {
        var files = FloorsTests.sound
        files["Helios/Data/Loader.swift"]? += """
            // Model
            /* Model /* Model */ Model */
            let text = "Model \\" Model", raw = #"Model " Model"#, long = \"\"\"
                Model "Model"
                \"\"\", member = Thing.Model, module = Helios.Loader()

            """
        let passing = try check(files)
        #expect(passing.passes, "\(passing.output)")
        files["Helios/Data/Loader.swift"]? += #"let used = "\(Model())""#
        let failing = try check(files)
        #expect(!failing.passes && failing.output.contains("Loader.swift:8: Data must not use Model"))
    }

    @Test("files of a folder that use one another in a circle fail; a type and its extensions do not")
    func circle() throws {
        var files = FloorsTests.sound
        files["Helios/Model/Name.swift"] = "struct Name { let model: Model }\n"
        let result = try check(files)
        #expect(!result.passes)
        #expect(result.output.contains("files that use one another in a circle: Model, Name"))
        #expect(result.output.contains("Sources/Helios/Model/Name.swift:1: uses Model"))
    }

    @Test(
        "a function or a property that a higher floor adds to a type cannot be used below",
        arguments: [
            "extension Loader { var modelNames: [Name] { [] } }",
            "extension Loader {\n    var modelNames: [Name] { [] }\n}",
            "extension Loader\nwhere Self: Sendable {\n    func modelNames() {}\n}",
            "extension Helios.Loader { private(set) static var modelNames = 0 }",
            "struct Names {}; let modelNames = 0",
        ])
    func members(declaration: String) throws {
        var files = FloorsTests.sound
        files["Helios/Model/Names.swift"] = declaration + "\n"
        let passing = try check(files)
        #expect(passing.passes, "\(passing.output)")
        files["Helios/Data/Loader.swift"]? += "func use(_ loader: Loader) { print(loader.modelNames) }\n"
        let failing = try check(files)
        #expect(!failing.passes)
        #expect(
            failing.output.contains(
                "Sources/Helios/Data/Loader.swift:3: Data must not use modelNames, which is declared on the floor Model"
            ),
            "\(failing.output)")
    }

    @Test("every type of a line is seen")
    func typesOfOneLine() throws {
        var files = FloorsTests.sound
        files["Helios/Model/Name.swift"] = "struct Name {}; struct Title {}\n"
        files["Helios/Data/Loader.swift"]? += "let title = Title()\n"
        let result = try check(files)
        #expect(!result.passes && result.output.contains("Data must not use Title"), "\(result.output)")
    }

    @Test(
        "an import of a higher target, and of C above the bindings, fails, however it is written",
        arguments: [
            "import", "@testable import", "@_spi(Tests) public import", "private import", "fileprivate import",
            "import Foundation; import", "import /* all of */", "import struct",
        ])
    func imports(statement: String) throws {
        for (file, target) in [("Torch/Tensor.swift", "Helios"), ("Helios/Model/Name.swift", "CTorch")] {
            var files = FloorsTests.sound
            files[file]? += "\(statement) \(target)\(statement.hasSuffix("struct") ? ".Thing" : "")\n"
            let result = try check(files)
            #expect(!result.passes, "\(result.output)")
            #expect(result.output.contains("\(file):2: "), "\(result.output)")
            #expect(result.output.contains("must not import \(target)"), "\(result.output)")
        }
    }

    @Test("an option that does not exist is an error")
    func unknownOption() throws {
        let result = try check(FloorsTests.sound, ["--lsit"])
        #expect(!result.passes && result.output.contains("--lsit"), "\(result.output)")
        let list = try check(FloorsTests.sound, ["--list"])
        #expect(list.passes && list.output.contains("Model: Data"), "\(list.output)")
    }

    @Test("a folder or target without a place in the tables fails")
    func unknown() throws {
        for file in ["Helios/Attic/Box.swift", "Shed/Box.swift"] {
            var files = FloorsTests.sound
            files[file] = "struct Box {}\n"
            let result = try check(files)
            #expect(!result.passes && result.output.contains("say in scripts/check-floors"), "\(result.output)")
        }
    }
}
