import Foundation
import Helios

/// Other programs, run to their end.
enum Subprogram {
    /// Runs a program and returns what it printed, errors included.
    static func output(
        _ path: String, _ arguments: [String], without variables: [String] = []
    ) throws -> (status: Int32, text: String) {
        let process = process(path, arguments)
        var environment = ProcessInfo.processInfo.environment
        for variable in variables { environment[variable] = nil }
        process.environment = environment
        let pipe = Pipe()
        process.standardError = pipe
        return try read(pipe, from: process)
    }

    /// Runs a program whose errors go to the standard error stream. Its output goes there too, or is returned if
    /// `captures`.
    static func run(_ path: String, _ arguments: [String], captures: Bool = false) throws -> (
        status: Int32, text: String
    ) {
        let process = process(path, arguments)
        if captures { return try read(Pipe(), from: process) }
        process.standardOutput = FileHandle.standardError
        try start(process)
        process.waitUntilExit()
        return (process.terminationStatus, "")
    }

    private static func read(_ pipe: Pipe, from process: Process) throws -> (status: Int32, text: String) {
        process.standardOutput = pipe
        try start(process)
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    private static func process(_ path: String, _ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        return process
    }

    private static func start(_ process: Process) throws {
        do {
            try process.run()
        } catch {
            throw CommandError(
                "\(process.executableURL?.path ?? "a program") cannot be started: \(error.localizedDescription)")
        }
    }
}
