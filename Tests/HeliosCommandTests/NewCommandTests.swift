import Foundation
import TestSupport
import Testing

/// `helios new`
@Suite struct NewCommandTests {
    private static let isThorough = ProcessInfo.processInfo.environment["HELIOS_THOROUGH"] != nil

    @Test("each template has its files, without placeholders", arguments: ["classifier", "gan", "language-model"])
    func files(_ template: String) throws {
        try withTemporaryFolder { folder in
            let run = try Program.shell("cd \"$1\" && \"$0\" new my-net --template \(template)", folder.path)
            #expect(run.status == 0, "\(run.errors)")
            let package = folder.appending(path: "my-net")
            #expect(
                package.filesBelow == [
                    ".gitignore", "Package.swift", "README.md", "Sources/my-net/Data.swift",
                    "Sources/my-net/Model.swift", "Sources/my-net/Program.swift",
                    "Tests/my-netTests/ModelTests.swift", "my-net.yaml",
                ])
            for file in package.filesBelow {
                let text = try String(contentsOf: package.appending(path: file), encoding: .utf8)
                #expect(!text.isEmpty && !text.contains("{{") && !text.contains("}}"), "\(file)")
            }
            let test = try String(
                contentsOf: package.appending(path: "Tests/my-netTests/ModelTests.swift"), encoding: .utf8)
            #expect(test.contains("@testable import my_net"))
            let check = try Program.run("config", "check", package.appending(path: "my-net.yaml").path)
            #expect(check.status == 0, "\(check.errors)")
        }
    }

    @Test("what is there stays as it is")
    func existing() throws {
        try withTemporaryFolder { folder in
            try FileManager.default.createDirectory(
                at: folder.appending(path: "demo"), withIntermediateDirectories: true)
            let run = try Program.shell("cd \"$1\" && \"$0\" new demo", folder.path)
            #expect(run.status == 2)
            #expect(run.errors.contains("demo: there is something of this name already"))
            #expect(folder.appending(path: "demo").filesBelow.isEmpty)
        }
    }

    @Test(
        "names and templates that cannot be",
        arguments: [
            (["new", "my net"], "'my net' cannot be the name of a package"),
            (["new", "../up"], "cannot be the name of a package"),
            (["new", "1st"], "cannot be the name of a package"),
            (["new", "torch"], "'torch' is the name of something that the package uses"),
            (
                ["new", "demo", "--template", "classifer"],
                "there is no template 'classifer'; did you mean 'classifier'?"
            ),
            (["new", "demo", "--helios", "/nowhere"], "/nowhere: it is no folder of Helios"),
        ])
    func wrong(_ arguments: [String], _ message: String) throws {
        let run = try Program.run(arguments)
        #expect(run.status == 2)
        #expect(run.errors.contains(message), "\(run.errors)")
        #expect(!FileManager.default.fileExists(atPath: "demo"))
    }

    @Test(
        "each package trains and tests", .enabled(if: isThorough), arguments: ["classifier", "gan", "language-model"])
    func building(_ template: String) throws {
        try withTemporaryFolder { folder in
            let command = """
                cd "$1" && "$0" new demo --template \(template) && cd demo && \
                swift run demo --set trainer.epochs=1 && swift run demo resume --set trainer.epochs=2 && swift test
                """
            let run = try Program.shell(command, folder.path)
            #expect(run.status == 0, "\(run.output)\(run.errors)")
            #expect(folder.appending(path: "demo/runs/demo").filesBelow.contains("config.yaml"))
        }
    }
}
