import Foundation
import TestSupport
import Testing

/// The compiler of this machine, with the modules that were built beside the tests.
enum Compiler {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardizedFileURL

    /// Type-checks pages in one call of the compiler.
    ///
    /// - Returns: the errors, each with the page and the line.
    static func errors(in pages: [CheckedPage]) throws -> [String] {
        let build = try #require(Bundle.main.executableURL).deletingLastPathComponent().resolvingSymlinksInPath()
        let modules = build.appending(path: "Modules")
        try #require(
            FileManager.default.fileExists(atPath: modules.appending(path: "Helios.swiftmodule").path),
            "there is no Helios.swiftmodule in \(modules.path), where `swift build --build-tests` leaves it")
        return try withTemporaryFolder { folder in
            let files = try pages.enumerated().map { number, page in
                let file = folder.appending(path: "Page\(number).swift")
                try Data(page.source.utf8).write(to: file)
                return file.path
            }
            var arguments = ["swiftc", "-typecheck", "-whole-module-optimization", "-module-name", "Documentation"]
            arguments += ["-swift-version", "6", "-enable-upcoming-feature", "ExistentialAny", "-suppress-warnings"]
            // Not the build's cache: .build/debug is a link, and the modules in a cache know one path of it only.
            let cache = build.appending(path: "DocumentationModuleCache")
            arguments += ["-module-cache-path", cache.path, "-I", modules.path]
            arguments += try clangOptions(build)
            arguments += files
            let end = try RunningProgram(URL(filePath: "/usr/bin/env"), arguments).end(within: .seconds(600))
            let lines = String(decoding: end.errors, as: UTF8.self).split(separator: "\n").map(String.init)
            let errors = lines.filter { $0.contains(": error: ") || $0.hasPrefix("error: ") }
            // A compiler that fails without an error of its own has crashed, or could not be started.
            return end.status == 0 || !errors.isEmpty ? errors : ["swiftc failed: \(lines.suffix(20))"]
        }
    }

    /// Where the modules of C are, of this package and of those that it uses.
    private static func clangOptions(_ build: URL) throws -> [String] {
        let systemLibraries = try folders(in: root.appending(path: "Sources"))
        let ownTargets = try folders(in: build).filter { $0.pathExtension == "build" }
        var others: [URL] = []
        for package in try folders(in: root.appending(path: ".build/checkouts")) {
            let targets = (try? folders(in: package.appending(path: "Sources"))) ?? []
            others += targets.map { $0.appending(path: "include") }
        }
        var options: [String] = []
        for folder in ownTargets + systemLibraries + others {
            let map = folder.appending(path: "module.modulemap").path
            if FileManager.default.fileExists(atPath: map) { options += ["-Xcc", "-fmodule-map-file=\(map)"] }
        }
        for folder in systemLibraries.map({ $0.appending(path: "include") }) + others {
            if FileManager.default.fileExists(atPath: folder.path) { options += ["-Xcc", "-I\(folder.path)"] }
        }
        return options
    }

    private static func folders(in folder: URL) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map { folder.appending(path: $0) }
    }
}
