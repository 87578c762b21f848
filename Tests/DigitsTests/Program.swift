import Foundation
import TestSupport
import Testing

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

    static func start(_ arguments: [String], _ environment: [String: String] = [:]) throws -> RunningProgram {
        try RunningProgram(executable, arguments, environment)
    }

    /// Runs a command of the shell to its end; in it, `"$0"` is the example.
    static func shell(_ command: String) throws -> Program {
        let arguments = ["-c", command] + (executable.map { [$0.path] } ?? [])
        return try RunningProgram(URL(filePath: "/bin/sh"), arguments).wait()
    }

    static var path: String { executable?.path ?? "" }

    private static let executable = Bundle.main.executableURL?.deletingLastPathComponent().appending(path: "digits")
}

extension RunningProgram {
    /// Waits for the end, however long it takes.
    func wait() throws -> Program {
        let end = try end()
        return Program(
            status: end.status, output: try #require(String(data: end.output, encoding: .utf8)),
            errors: try #require(String(data: end.errors, encoding: .utf8)))
    }
}
