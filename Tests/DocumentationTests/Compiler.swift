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
        let build = try #require(Bundle.main.executableURL).deletingLastPathComponent()
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
            let end = try RunningProgram(
                URL(filePath: "/usr/bin/env"),
                ["swiftc", "-typecheck", "-whole-module-optimization", "-module-name", "Documentation"]
                    + ["-swift-version", "6", "-enable-upcoming-feature", "ExistentialAny", "-suppress-warnings"]
                    + ["-module-cache-path", build.appending(path: "ModuleCache").path, "-I", modules.path]
                    + clangOptions(build) + files
            ).end(within: .seconds(600))
            let lines = String(decoding: end.errors, as: UTF8.self).split(separator: "\n").map(String.init)
            let errors = lines.filter { $0.contains(" error: ") || $0.hasPrefix("error: ") }
            // A compiler that fails without an error of its own has crashed, or could not be started.
            return end.status == 0 || !errors.isEmpty ? errors : ["swiftc failed: \(lines.suffix(20))"]
        }
    }

    /// Where the modules of C are, of this package and of those that it uses.
    private static func clangOptions(_ build: URL) throws -> [String] {
        let checkouts = root.appending(path: ".build/checkouts")
        let systemLibraries = try folders(in: root.appending(path: "Sources"))
        let ownTargets = try folders(in: build).filter { $0.pathExtension == "build" }
        let others = try folders(in: checkouts).flatMap { package in
            (try? folders(in: package.appending(path: "Sources")))?.map { $0.appending(path: "include") } ?? []
        }
        let maps = (ownTargets + systemLibraries + others).map { $0.appending(path: "module.modulemap") }
            .filter { FileManager.default.fileExists(atPath: $0.path) }
        let headers = systemLibraries.map { $0.appending(path: "include") } + others
        return maps.flatMap { ["-Xcc", "-fmodule-map-file=\($0.path)"] }
            + headers.filter { FileManager.default.fileExists(atPath: $0.path) }.flatMap { ["-Xcc", "-I\($0.path)"] }
    }

    private static func folders(in folder: URL) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map { folder.appending(path: $0) }
    }
}
