import Foundation
import Helios

/// A folder with a program and all that it needs beside the C library, which can be carried to another machine.
struct ProgramBundle {
    /// The names of the files in the folder, the program first.
    private(set) var files: [String] = []
    /// How many bytes they take.
    private(set) var byteCount = 0
    private let name: String

    /// Puts a program into a new folder, with the libraries and the resources that it needs.
    ///
    /// The folder is made beside its place and gets its name when all is there.
    /// - Throws: `CommandError` if a library is missing, or the folder exists or cannot be written.
    init(_ program: String, to folder: String) throws {
        name = SystemPath.name(of: program)
        let libraries = try NeededLibraries(of: program)
        let parent = SystemPath.folder(of: folder)
        let half =
            (parent.isEmpty ? "." : parent)
            + "/.\(SystemPath.name(of: folder))-\(ProcessInfo.processInfo.processIdentifier)"
        do {
            try FileManager.default.createDirectory(atPath: half, withIntermediateDirectories: true)
            try copy(program, as: name, to: half, isProgram: true)
            for (name, path) in libraries.paths.sorted(by: { $0.key < $1.key }) {
                try copy(path, as: name, to: half, isProgram: false)
            }
            try copyResources(of: program, to: half)
            try copyLicenses(of: libraries, to: half)
            try check(half)
            guard rename(half, folder) == 0 else {
                throw CommandError("\(folder): it cannot be created: \(String(cString: strerror(errno)))")
            }
        } catch {
            try? FileManager.default.removeItem(atPath: half)
            throw error as? CommandError
                ?? CommandError("\(folder): it cannot be written: \(error.localizedDescription)")
        }
    }

    /// The folder of the bundle, if nothing is there yet.
    static func requireFree(_ folder: String) throws {
        guard SystemPath.linkStatus(folder) == nil else {
            throw CommandError("\(folder): it is there already; remove it, or name another folder with --output")
        }
        if let obstacle = SystemPath.obstacle(to: SystemPath.folder(of: folder)) {
            throw CommandError("\(folder): it cannot be created: \(obstacle)")
        }
    }

    /// Copies a file, and lets it look for libraries in its own folder only.
    private mutating func copy(_ path: String, as name: String, to folder: String, isProgram: Bool) throws {
        // Links lead to files with other names; what is needed is the contents, under this name.
        let source = URL(filePath: path).resolvingSymlinksInPath()
        let target = URL(filePath: "\(folder)/\(name)")
        try FileManager.default.copyItem(at: source, to: target)
        files.append(name)
        byteCount += (try FileManager.default.attributesOfItem(atPath: target.path)[.size] as? Int) ?? 0

        do {
            guard let runPath = try RunPath(Data(contentsOf: target, options: .alwaysMapped)) else {
                guard !isProgram else {
                    throw CommandError("it names no folder to look for libraries in: link it with -rpath '$ORIGIN'")
                }
                // A library without folders of its own looks in those of the program.
                return
            }
            guard runPath.folders != "$ORIGIN" || isProgram else { return }
            guard let replacement = runPath.replacement(with: "$ORIGIN") else {
                throw CommandError("'$ORIGIN' does not fit into the place of the folder '\(runPath.folders)'")
            }
            try write(replacement, to: target)
        } catch let error as CommandError {
            throw CommandError("\(path): \(error.description)")
        }
    }

    private func write(_ pieces: [(place: Int, bytes: [UInt8])], to file: URL) throws {
        // The original may be read-only.
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        let handle = try FileHandle(forWritingTo: file)
        for (place, bytes) in pieces {
            try handle.seek(toOffset: UInt64(place))
            try handle.write(contentsOf: bytes)
        }
        try handle.close()
    }

    /// SwiftPM puts a target's resources into a folder beside the program.
    private mutating func copyResources(of program: String, to folder: String) throws {
        let origin = SystemPath.folder(of: program).isEmpty ? "." : SystemPath.folder(of: program)
        for name in try FileManager.default.contentsOfDirectory(atPath: origin).sorted()
        where try name.hasSuffix(".resources") && Self.mentions(name, in: program) {
            try FileManager.default.copyItem(atPath: "\(origin)/\(name)", toPath: "\(folder)/\(name)")
            files.append(name)
        }
    }

    /// Whether a program has the name of a folder of resources in it: that of another target it has not.
    private static func mentions(_ name: String, in program: String) throws -> Bool {
        try Data(contentsOf: URL(filePath: program), options: .alwaysMapped).range(of: Data(name.utf8)) != nil
    }

    /// Whoever passes libtorch on has to pass its licenses on: the wheel has them in a folder beside it.
    private mutating func copyLicenses(of libraries: NeededLibraries, to folder: String) throws {
        guard let path = libraries.paths["libtorch_cpu.so"] else { return }
        let lib = URL(filePath: path).resolvingSymlinksInPath().deletingLastPathComponent()
        let wheel = lib.appending(path: "../..").standardizedFileURL.path
        for name in (try? FileManager.default.contentsOfDirectory(atPath: wheel)) ?? []
        where name.hasPrefix("torch-") && name.hasSuffix(".dist-info") {
            let licenses = "\(wheel)/\(name)/licenses"
            guard SystemPath.isFolder(licenses) else { continue }
            try FileManager.default.copyItem(atPath: licenses, toPath: "\(folder)/libtorch-licenses")
            files.append("libtorch-licenses")
            return
        }
    }

    /// Throws if the copy would take a library from elsewhere.
    private func check(_ folder: String) throws {
        let place = URL(filePath: folder).resolvingSymlinksInPath().path
        for (name, path) in try NeededLibraries(of: "\(folder)/\(self.name)").paths
        where URL(filePath: path).deletingLastPathComponent().resolvingSymlinksInPath().path != place {
            throw CommandError("\(self.name): it would take the library \(name) from \(path)")
        }
    }
}
