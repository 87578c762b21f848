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

    static func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Program {
        try start(executable, arguments, environment).wait()
    }

    /// Runs a command of the shell to its end; in it, `"$0"` is `helios`.
    static func shell(_ command: String, _ arguments: String...) throws -> Program {
        try start(URL(filePath: "/bin/sh"), ["-c", command, executable.path] + arguments).wait()
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

/// The command while it runs. It writes into files, since a pipe that nobody reads stops it.
final class RunningProgram {
    private let process = Process()
    private let folder: URL
    private let ended = DispatchSemaphore(value: 0)

    /// How long a program may take before it counts as one that hangs. The machine may be busy.
    private static let greatestTime = DispatchTimeInterval.seconds(120)

    init(_ executable: URL, _ arguments: [String], _ environment: [String: String]) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "helios-program-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        func file(_ name: String) throws -> FileHandle {
            let url = folder.appending(path: name)
            try Data().write(to: url)
            return try FileHandle(forWritingTo: url)
        }
        process.executableURL = executable
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = try file("output")
        process.standardError = try file("errors")
        process.terminationHandler = { [ended] _ in ended.signal() }
        try withUnblockedSignals { try process.run() }
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    func send(_ signal: Int32) {
        kill(process.processIdentifier, signal)
    }

    /// Waits until the condition holds, or the program has ended.
    func wait(until condition: () -> Bool) {
        while process.isRunning, !condition() { usleep(500) }
    }

    func wait(sourceLocation: SourceLocation = #_sourceLocation) throws -> Program {
        if ended.wait(timeout: .now() + RunningProgram.greatestTime) == .timedOut {
            Issue.record("it hangs: \(process.arguments ?? [])", sourceLocation: sourceLocation)
            send(SIGKILL)
            ended.wait()
        }
        func text(_ name: String) throws -> String {
            String(decoding: try Data(contentsOf: folder.appending(path: name)), as: UTF8.self)
        }
        return Program(
            status: process.terminationStatus, output: try text("output"), errors: try text("errors"),
            wasKilled: process.terminationReason == .uncaughtSignal)
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

/// A file that PyTorch wrote: Tests/Fixtures/torch_files.py makes it.
func fixtureFile(_ name: String) -> String { fixturePath("torch-files/\(name).pth") }

/// A file of PyTorch's that holds more than data, or data of an unusual shape: Tests/Fixtures/unusual_files.py makes it.
func unusualFile(_ name: String) -> String { fixturePath("unusual-files/\(name)") }

private func fixturePath(_ path: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/\(path)").standardizedFileURL.path
}
