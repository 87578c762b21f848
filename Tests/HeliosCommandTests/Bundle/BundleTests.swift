import Foundation
import TestSupport
import Testing

@Suite("helios bundle")
struct BundleTests {
    /// The folder of what is built, with the programs that are bundled here.
    private let products = Bundle.main.executableURL?.deletingLastPathComponent() ?? URL(filePath: ".")
    private static let canChangeRoot =
        geteuid() == 0 && ["/usr/bin/unshare", "/usr/sbin/chroot"].allSatisfy(FileManager.default.isExecutableFile)
    private static let isThorough = ProcessInfo.processInfo.environment["HELIOS_THOROUGH"] != nil

    #if os(Linux)
        @Test(
            "a bundle trains where there is nothing but the C library",
            .enabled(if: canChangeRoot, "it takes root, unshare and chroot"))
        func alone() throws {
            try withTemporaryFolder { folder in
                let bundle = folder.appending(path: "bundle")
                let made = try Program.run(
                    "bundle", "--program", products.appending(path: "digits").path, "-o", bundle.path)
                #expect(made.status == 0 && made.errors.isEmpty)
                #expect(made.lines.contains("\(bundle.path)/helios_Digits.resources"))
                #expect(made.lines.contains("\(bundle.path)/libtorch_cpu.so"))
                #expect(!made.output.contains("libstdc++") && !made.output.contains("/libc.so"))

                let run = try Self.runAlone(bundle)
                #expect(run.status == 0)
                #expect(run.output.contains("test accuracy"), "\(run.errors)")
            }
        }

        @Test(
            "a package's program is built with the Swift runtime in it, and trains alone",
            .enabled(if: isThorough && canChangeRoot, "it takes HELIOS_THOROUGH and root"))
        func built() throws {
            try withTemporaryFolder { folder in
                let package = URL(filePath: #filePath).appending(path: "../../../..").standardizedFileURL.path
                let bundle = folder.appending(path: "bundle")
                let made = try Program.run(
                    ["bundle", "digits", "--package-path", package, "--scratch-path", folder.path + "/build"]
                        + ["-o", bundle.path], within: .seconds(3000))
                #expect(made.status == 0, "\(made.errors)")
                #expect(!made.output.contains("libswift") && !made.output.contains("libFoundation"))
                #expect(try Self.runAlone(bundle).output.contains("test accuracy"))
            }
        }

        private static func runAlone(_ bundle: URL) throws -> Program {
            let script = URL(filePath: #filePath).appending(path: "../../../Fixtures/run_in_chroot.sh")
            return try Program.other(
                script.standardizedFileURL.path, bundle.path, "digits", "--folder", "/tmp/run", "--epochs", "1")
        }

        @Test("no library is taken from elsewhere, and no folder of this machine is named")
        func folders() throws {
            try withTemporaryFolder { folder in
                let bundle = folder.appending(path: "bundle")
                let made = try Program.run(
                    "bundle", "--program", products.appending(path: "helios").path, "-o", bundle.path)
                #expect(made.status == 0, "\(made.errors)")
                let moved = folder.appending(path: "moved")
                try FileManager.default.moveItem(at: bundle, to: moved)
                let libraries = try Program.other("/usr/bin/env", "ldd", moved.appending(path: "helios").path)
                let lines = libraries.lines.filter { $0.contains("libtorch") || $0.contains("libswift") }
                #expect(!lines.isEmpty && lines.allSatisfy { $0.contains(" => \(moved.path)/") })
                #expect(try Program.other(moved.appending(path: "helios").path, "--version").status == 0)
            }
        }

        @Test("wrong arguments are errors that say what to do, and leave nothing behind")
        func errors() throws {
            try withTemporaryFolder { folder in
                try Data("no program".utf8).write(to: folder.appending(path: "text"))
                try FileManager.default.setAttributes(
                    [.posixPermissions: 0o755], ofItemAtPath: folder.appending(path: "text").path)
                for name in ["one", "two"] {
                    let sources = folder.appending(path: "package/Sources/\(name)")
                    try FileManager.default.createDirectory(at: sources, withIntermediateDirectories: true)
                    try Data("print(1)".utf8).write(to: sources.appending(path: "main.swift"))
                }
                try Data(
                    """
                    // swift-tools-version: 6.0
                    import PackageDescription
                    let package = Package(
                        name: "some", targets: [.executableTarget(name: "one"), .executableTarget(name: "two")])
                    """.utf8
                ).write(to: folder.appending(path: "package/Package.swift"))
                func error(_ arguments: String...) throws -> String {
                    let run = try Program.run(["bundle"] + arguments)
                    #expect(run.status == 2 && run.output.isEmpty)
                    return run.errors
                }
                let new = folder.appending(path: "new").path
                let package = folder.appending(path: "package").path
                #expect(
                    try error("--program", folder.path, "-o", new)
                        == "helios: \(folder.path): there is no such program\n")
                #expect(try error("--program", folder.path + "/text", "-o", new).contains("which libraries it needs"))
                #expect(try error("-o", package).hasPrefix("helios: \(package): it is there already"))
                #expect(try error("-o", folder.path + "/text/new").contains("cannot be created"))
                #expect(try error("--package-path", folder.path, "-o", new).contains("there is no Package.swift"))
                #expect(
                    try error("--package-path", package, "-o", new).hasSuffix(
                        "name one of the programs of the package: one, two\n"))
                #expect(
                    try error("three", "--package-path", package, "-o", new).hasSuffix(
                        "the package has no program named three, but one, two\n"))
                #expect(try error("one", "--program", "two", "-o", new).contains("and not both"))
                #expect(folder.filesBelow.filter { $0.hasPrefix("new") }.isEmpty)
            }
        }
    #endif
}
