import Foundation
import Synchronization
import Testing

/// A program while it runs. It writes into files, since a pipe that no one reads stops it.
public final class RunningProgram {
    /// What a program left when it ended.
    public struct End {
        /// The exit status; the signal's number if a signal ended it.
        public let status: Int32
        public let wasKilled: Bool
        public let output: Data
        public let errors: Data
        /// When it ended, which a test that waits for its turn learns later.
        public let moment: Date
    }

    private let process = Process()
    private let folder: URL
    private let ended = DispatchSemaphore(value: 0)
    private let moment = Moment()

    public init(_ executable: URL?, _ arguments: [String], _ environment: [String: String] = [:]) throws {
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
        process.terminationHandler = { [moment, ended] _ in
            moment.date.withLock { $0 = Date() }
            ended.signal()
        }
        try withUnblockedSignals { try process.run() }
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    public var processIdentifier: Int32 { process.processIdentifier }
    public var isRunning: Bool { process.isRunning }

    public func send(_ signal: Int32) {
        kill(process.processIdentifier, signal)
    }

    /// Waits until the condition holds, or the program has ended.
    public func wait(until condition: () -> Bool) {
        while process.isRunning, !condition() { usleep(500) }
    }

    /// Waits for the end of the program.
    ///
    /// - Parameter limit: how long it may take before it counts as one that hangs, which is killed and an issue; `nil`
    ///   waits as long as it takes.
    public func end(
        within limit: DispatchTimeInterval? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> End {
        if let limit, ended.wait(timeout: .now() + limit) == .timedOut {
            Issue.record("it hangs: \(process.arguments ?? [])", sourceLocation: sourceLocation)
            send(SIGKILL)
        }
        process.waitUntilExit()
        return End(
            status: process.terminationStatus, wasKilled: process.terminationReason == .uncaughtSignal,
            output: try Data(contentsOf: folder.appending(path: "output")),
            errors: try Data(contentsOf: folder.appending(path: "errors")),
            moment: moment.date.withLock { $0 } ?? Date())
    }
}

private final class Moment: Sendable {
    let date = Mutex<Date?>(nil)
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
