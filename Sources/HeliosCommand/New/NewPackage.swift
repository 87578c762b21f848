import Foundation
import Helios

/// A package that is to be written.
struct NewPackage {
    let name: String
    let template: PackageTemplate
    /// The Helios that it uses.
    let helios: HeliosPlace

    /// Throws if a package cannot have a name.
    static func requireName(_ name: String) throws {
        guard name.wholeMatch(of: /[A-Za-z][A-Za-z0-9_-]{0,63}/) != nil else {
            throw CommandError(
                "'\(VisibleText.of(String(name.prefix(80))))' cannot be the name of a package: use letters, digits, "
                    + "- and _, 64 at most, beginning with a letter")
        }
        let module = module(name)
        if (modules + keywords).contains(where: { $0.lowercased() == module.lowercased() }) {
            throw CommandError("'\(name)' is the name of something that the package uses: take another name")
        }
    }

    /// Modules that are a part of the program.
    private static let modules = [
        "CImages", "CJPEG", "CPNG", "CWebP", "Digits", "FuzzTargets", "HeliosCommand", "ImageFolderExample",
        "LanguageModel", "RingGAN", "Subprocess", "SwiftProtobuf",
        "Helios", "HeliosConfiguration", "HeliosData", "HeliosONNX", "HeliosOptuna", "HeliosProgram",
        "HeliosPython", "HeliosTensorBoard", "HeliosTracking", "HeliosVision", "Torch", "TorchDistributed",
        "TorchDistributions", "TorchNN", "TorchOptim", "TorchScript", "TorchSerialization", "CLibTorch",
        "CTorch", "ArgumentParser", "ArgumentParserToolInfo", "BitCollections", "Collections", "CSystem",
        "CYaml", "DequeModule", "HashTreeCollections", "HeapModule", "Logging", "OrderedCollections",
        "SystemPackage", "Yams", "Darwin", "Dispatch", "Foundation", "FoundationEssentials", "Glibc", "Musl",
        "Observation", "RegexBuilder", "Swift", "Synchronization", "Testing", "XCTest",
    ]

    /// What the language or SwiftPM keeps for itself.
    private static let keywords = [
        "any", "as", "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer",
        "deinit", "do", "else", "enum", "extension", "fallthrough", "false", "fileprivate", "for", "func",
        "guard", "if", "import", "in", "init", "inout", "internal", "is", "let", "nil", "operator",
        "precedencegroup", "private", "protocol", "public", "repeat", "rethrows", "return", "self", "static",
        "struct", "subscript", "super", "switch", "throw", "throws", "true", "try", "typealias", "var",
        "where", "while", "debug", "main", "release", "test",
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
                .replacing("{{PURPOSE}}", with: template.purpose).replacing("{{DEPENDENCY}}", with: helios.dependency)
            return (path, text)
        }
    }

    /// Writes the package: into a folder beside its place, which gets its name when all is there.
    ///
    /// - Throws: `CommandError` if there is something at the place already, or if a file cannot be written.
    func write(to folder: URL) throws {
        guard SystemPath.linkStatus(folder.path) == nil else {
            throw CommandError("\(name): there is something of this name already: take another name, or remove it")
        }
        let half = folder.deletingLastPathComponent()
            .appending(path: ".\(name)-\(ProcessInfo.processInfo.processIdentifier)")
        do {
            for (path, text) in files {
                let file = half.appending(path: path)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try TextFile.replace(file.path, with: text)
            }
            if let versions = helios.versions {
                try TextFile.replace(half.appending(path: "Package.resolved").path, with: versions)
            }
            guard rename(half.path, folder.path) == 0 else {
                throw CommandError("\(name): it cannot be created: \(String(cString: strerror(errno)))")
            }
        } catch {
            try? FileManager.default.removeItem(at: half)
            throw error as? CommandError
                ?? CommandError(
                    "\(name): it cannot be written: \((error as? FileAccessError)?.reason ?? error.localizedDescription)"
                )
        }
    }
}

/// Where the Helios is that a new package uses.
struct HeliosPlace {
    /// How a manifest names it: by its folder, so that no network is needed, or else by this version.
    let dependency: String
    /// The versions of other packages that this Helios was built with; `nil` if they are not known.
    let versions: String?

    /// - Parameter folder: what the user says; `nil` for where this command was built, if that is still there.
    /// - Throws: `CommandError` if the user's folder is not one of Helios.
    init(_ folder: String?) throws {
        let place: URL
        if let folder {
            guard Self.isHelios(URL(filePath: folder)) else {
                throw CommandError(
                    "\(VisibleText.of(folder)): it is no folder of Helios: it has no Package.swift of it")
            }
            place = URL(filePath: folder).standardizedFileURL
        } else {
            place = URL(filePath: #filePath).appending(path: "../../../..").standardizedFileURL
        }
        guard Self.isHelios(place) else {
            let address = "https://github.com/helios-swift/helios"
            dependency = ".package(url: \"\(address)\", exact: \"\(HeliosVersion.current)\")"
            versions = nil
            return
        }
        let path = place.path.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        dependency = ".package(name: \"helios\", path: \"\(path)\")"
        versions = try? String(contentsOf: place.appending(path: "Package.resolved"), encoding: .utf8)
    }

    private static func isHelios(_ folder: URL) -> Bool {
        SystemPath.isFolder(folder.appending(path: "Sources/HeliosProgram").path)
            && FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path)
    }
}
