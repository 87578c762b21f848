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
        try RunningProgram(executable, arguments)
    }

    /// Runs a command of the shell to its end; in it, `"$0"` is the example.
    static func shell(_ command: String) throws -> Program {
        let arguments = ["-c", command] + (executable.map { [$0.path] } ?? [])
        return try RunningProgram(URL(filePath: "/bin/sh"), arguments).wait()
    }

    private static let executable = Bundle.main.executableURL?.deletingLastPathComponent().appending(path: "digits")
}

/// The example while it runs. It writes into files, since a pipe that nobody reads stops it.
final class RunningProgram {
    private let process = Process()
    private let folder: URL

    init(_ executable: URL?, _ arguments: [String]) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "helios-program-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        func file(_ name: String) throws -> FileHandle {
            let url = folder.appending(path: name)
            try Data().write(to: url)
            return try FileHandle(forWritingTo: url)
        }
        process.executableURL = executable
        process.arguments = arguments
        process.standardOutput = try file("output")
        process.standardError = try file("errors")
        try withUnblockedSignals { try process.run() }
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    var processIdentifier: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }

    func send(_ signal: Int32) {
        kill(process.processIdentifier, signal)
    }

    /// Waits until the condition holds, or the program has ended.
    func wait(until condition: () -> Bool) {
        while process.isRunning, !condition() { usleep(1000) }
    }

    func wait() throws -> Program {
        process.waitUntilExit()
        func text(_ name: String) throws -> String {
            try String(contentsOf: folder.appending(path: name), encoding: .utf8)
        }
        return Program(status: process.terminationStatus, output: try text("output"), errors: try text("errors"))
    }
}

/// Runs `body` so that a process that it starts gets every signal: it inherits what this thread blocks, and the threads
/// that tests run on block most.
private func withUnblockedSignals<Result>(_ body: () throws -> Result) rethrows -> Result {
    var none = sigset_t()
    var previous = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &previous)
    defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }
    return try body()
}
