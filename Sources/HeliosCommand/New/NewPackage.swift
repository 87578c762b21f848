import Foundation
import Helios

/// A package that is to be written.
struct NewPackage {
    let name: String
    let template: PackageTemplate
    /// How its manifest names Helios.
    let dependency: String

    /// Throws if a package cannot have a name.
    static func requireName(_ name: String) throws {
        guard name.wholeMatch(of: /[A-Za-z][A-Za-z0-9_-]{0,63}/) != nil else {
            throw CommandError(
                "'\(VisibleText.of(String(name.prefix(80))))' cannot be the name of a package: use letters, digits, "
                    + "- and _, 64 at most, beginning with a letter")
        }
        let module = module(name)
        if taken.contains(where: { $0.lowercased() == module.lowercased() }) {
            throw CommandError("'\(name)' is the name of something that the package uses: take another name")
        }
    }

    /// Modules that the package imports, and what the language or SwiftPM keeps for itself.
    private static let taken = [
        "Helios", "HeliosConfiguration", "HeliosProgram", "HeliosData", "HeliosVision", "Torch", "TorchNN",
        "TorchOptim",
        "Swift", "Foundation", "Testing", "XCTest", "ArgumentParser", "Yams", "CYaml", "Logging", "test", "class",
        "struct", "enum", "func", "var", "let", "import", "main", "self", "init", "default", "protocol", "extension",
        "release", "debug",
    ]

    /// The name of the program's module.
    private static func module(_ name: String) -> String { name.replacing("-", with: "_") }

    /// The files, by their paths in the package.
    var files: [(path: String, text: String)] {
        let texts = template.texts
        return [
            ("Package.swift", PackageResources.package_txt), (".gitignore", PackageResources.gitignore_txt),
            ("README.md", PackageResources.readme_txt), ("\(name).yaml", texts.configuration),
            ("Sources/\(name)/Program.swift", texts.program), ("Sources/\(name)/Model.swift", texts.model),
            ("Sources/\(name)/Data.swift", texts.data), ("Tests/\(name)Tests/ModelTests.swift", texts.test),
        ].map { path, bytes in
            let text = String(decoding: bytes, as: UTF8.self)
                .replacing("{{NAME}}", with: name).replacing("{{MODULE}}", with: Self.module(name))
                .replacing("{{PURPOSE}}", with: template.purpose).replacing("{{DEPENDENCY}}", with: dependency)
            return (path, text)
        }
    }

    /// Writes the package.
    ///
    /// - Throws: `CommandError` if there is something at the place already, or if a file cannot be written.
    func write(to folder: URL) throws {
        guard SystemPath.linkStatus(folder.path) == nil else {
            throw CommandError("\(name): there is something of this name already: take another name, or remove it")
        }
        do {
            for (path, text) in files {
                let file = folder.appending(path: path)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try TextFile.replace(file.path, with: text)
            }
        } catch let error as FileAccessError {
            throw CommandError("\(name): \(error.reason)")
        } catch {
            throw CommandError("\(name): \(error.localizedDescription)")
        }
    }
}

/// Where the Helios is that a new package uses.
enum HeliosPlace {
    /// How a manifest names it: by its folder, so that no network is needed, or else by this version.
    ///
    /// - Parameter folder: what the user says; `nil` for where this command was built, if that is still there.
    /// - Throws: `CommandError` if the user's folder is not one of Helios.
    static func dependency(_ folder: String?) throws -> String {
        if let folder {
            guard isHelios(URL(filePath: folder)) else {
                throw CommandError(
                    "\(VisibleText.of(folder)): it is no folder of Helios: it has no Package.swift of it")
            }
            return named(URL(filePath: folder))
        }
        let built = URL(filePath: #filePath).appending(path: "../../../..").standardizedFileURL
        return isHelios(built)
            ? named(built)
            : ".package(url: \"https://github.com/helios-swift/helios\", exact: \"\(HeliosVersion.current)\")"
    }

    private static func named(_ folder: URL) -> String {
        let path = folder.standardizedFileURL.path.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return ".package(name: \"helios\", path: \"\(path)\")"
    }

    private static func isHelios(_ folder: URL) -> Bool {
        SystemPath.isFolder(folder.appending(path: "Sources/HeliosProgram").path)
            && FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path)
    }
}
