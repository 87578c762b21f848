import Foundation
import TestSupport
import Testing

/// The built command, run as a user runs it.
struct Program {
    let status: Int32
    let output: String
    let errors: String
    /// Whether a signal ended it, whose number `status` is then.
    var wasKilled = false

    var lines: [String] { output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }

    /// Runs `helios` to its end. One that hangs is killed, and an issue.
    static func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Program {
        try run(arguments, environment: environment)
    }

    static func run(
        _ arguments: [String], environment: [String: String] = [:], within limit: DispatchTimeInterval = .seconds(120)
    ) throws -> Program {
        try start(executable, arguments, environment).wait(within: limit)
    }

    /// Runs a command of the shell to its end; in it, `"$0"` is `helios`.
    static func shell(
        _ command: String, _ arguments: String..., within limit: DispatchTimeInterval = .seconds(120)
    ) throws -> Program {
        try start(URL(filePath: "/bin/sh"), ["-c", command, executable.path] + arguments).wait(within: limit)
    }

    /// Runs another program to its end.
    static func other(_ path: String, _ arguments: String...) throws -> Program {
        try start(URL(filePath: path), arguments).wait()
    }

    /// Starts `helios`.
    static func start(_ arguments: [String]) throws -> RunningProgram {
        try start(executable, arguments)
    }

    private static func start(
        _ executable: URL, _ arguments: [String], _ environment: [String: String] = [:]
    ) throws -> RunningProgram {
        try RunningProgram(executable, arguments, environment)
    }

    private static let executable: URL =
        Bundle.main.executableURL?.deletingLastPathComponent().appending(path: "helios") ?? URL(filePath: "helios")

    /// What it printed with `--json`.
    func json() throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
    }
}

extension RunningProgram {
    /// Waits for the end. A program that takes too long for a busy machine counts as one that hangs.
    func wait(
        within limit: DispatchTimeInterval = .seconds(120), sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Program {
        let end = try end(within: limit, sourceLocation: sourceLocation)
        return Program(
            status: end.status, output: String(decoding: end.output, as: UTF8.self),
            errors: String(decoding: end.errors, as: UTF8.self), wasKilled: end.wasKilled)
    }
}

/// A file that PyTorch wrote: Tests/Fixtures/torch_files.py makes it.
func fixtureFile(_ name: String) -> String { fixturePath("torch-files/\(name).pth") }

/// A file of PyTorch's that holds more than data, or data of an unusual shape: Tests/Fixtures/unusual_files.py makes
/// it.
func unusualFile(_ name: String) -> String { fixturePath("unusual-files/\(name)") }

private func fixturePath(_ path: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/\(path)").standardizedFileURL.path
}
