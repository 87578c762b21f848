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
                    ".gitignore", "Package.resolved", "Package.swift", "README.md", "Sources/my-net/Data.swift",
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

    @Test("a package that cannot be written leaves nothing behind")
    func fullDisk() throws {
        try withTemporaryFolder { folder in
            // The limit is on each file: the README is longer than a block of 512 bytes.
            let run = try Program.shell("cd \"$1\" && trap '' XFSZ && ulimit -f 1 && \"$0\" new demo", folder.path)
            #expect(run.status == 2)
            #expect(run.errors.hasPrefix("helios: demo: it cannot be written: "), "\(run.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
    }

    @Test(
        "names and templates that cannot be",
        arguments: [
            (["new", "my net"], "'my net' cannot be the name of a package"),
            (["new", "../up"], "cannot be the name of a package"),
            (["new", "1st"], "cannot be the name of a package"),
            (["new", "torch"], "'torch' is the name of something that the package uses"),
            (["new", "collections"], "'collections' is the name of something that the package uses"),
            (["new", "switch"], "'switch' is the name of something that the package uses"),
            (["new", ""], "'' cannot be the name of a package"),
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

    /// All in one test, so that Helios is built once, and elsewhere than in a folder that `swift test` holds.
    @Test("each package trains, resumes and tests", .enabled(if: isThorough))
    func building() throws {
        try withTemporaryFolder { folder in
            for template in ["classifier", "gan", "language-model"] {
                let command = """
                    cd "$1" && rm -rf demo && "$0" new demo --template \(template) && cd demo && \
                    swift run --scratch-path ../build demo --config demo.yaml --set trainer.epochs=1 && \
                    swift run --scratch-path ../build demo resume --set trainer.epochs=2 && \
                    swift test --scratch-path ../build
                    """
                let run = try Program.shell(command, folder.path, within: .seconds(3000))
                #expect(run.status == 0, "\(run.output)\(run.errors)")
                #expect(run.output.contains("test "), "\(run.output)")
                #expect(folder.appending(path: "demo/runs/demo").filesBelow.contains("config.yaml"))
                #expect(!run.errors.contains("warning:"), "\(run.errors)")
            }
        }
    }
}
