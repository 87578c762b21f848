import Foundation

/// The built example, run as a user runs it.
struct Program {
    let status: Int32
    let output: String
    let errors: String

    var lines: [String] { output.split(separator: "\n").map(String.init) }

    /// What the last line says the test accuracy is, in percent.
    var accuracy: Double? {
        lines.last?.wholeMatch(of: /test accuracy: (\d+\.\d\d) %/).flatMap { Double($0.1) }
    }

    /// Runs the example to its end.
    static func run(_ arguments: String...) throws -> Program {
        try start(arguments).wait()
    }

    static func start(_ arguments: [String]) throws -> RunningProgram {
        try RunningProgram(arguments)
    }
}

/// The example while it runs. It writes into files, since a pipe that nobody reads stops it.
final class RunningProgram {
    private let process = Process()
    private let folder: URL

    init(_ arguments: [String]) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "helios-program-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        func file(_ name: String) throws -> FileHandle {
            let url = folder.appending(path: name)
            try Data().write(to: url)
            return try FileHandle(forWritingTo: url)
        }
        process.executableURL = Bundle.main.executableURL?.deletingLastPathComponent().appending(path: "digits")
        process.arguments = arguments
        process.standardOutput = try file("output")
        process.standardError = try file("errors")
        try process.run()
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    var processIdentifier: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }

    func wait() throws -> Program {
        process.waitUntilExit()
        func text(_ name: String) throws -> String {
            try String(contentsOf: folder.appending(path: name), encoding: .utf8)
        }
        return Program(status: process.terminationStatus, output: try text("output"), errors: try text("errors"))
    }
}
