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
        process.standardOutput = pipe
        process.standardError = pipe
        try start(process)
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    /// Runs a program whose output goes to the standard error stream, and returns what it wrote to its standard output
    /// if `captures`.
    static func run(_ path: String, _ arguments: [String], captures: Bool = false) throws -> (
        status: Int32, text: String
    ) {
        let process = process(path, arguments)
        let pipe = Pipe()
        process.standardOutput = captures ? pipe : FileHandle.standardError
        try start(process)
        let text = captures ? String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) : ""
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
