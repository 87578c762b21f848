import Foundation
import TestSupport
import Testing

/// Runs TrainingProgram, which starts its other ranks itself, and returns what rank 0 printed, line by line.
///
/// - Parameter limit: how long it may take, in seconds, before it counts as one that hangs.
func runRanks(
    _ arguments: [String], _ environment: [String: String] = [:], limit: Double = 120
) async throws -> (lines: [String], end: RunningProgram.End) {
    let executable = Bundle.main.executableURL?.deletingLastPathComponent().appending(path: "TrainingProgram")
    let program = try RunningProgram(executable, arguments, environment)
    // Without holding a thread of the tests' pool.
    let last = ContinuousClock.now + .seconds(limit)
    while program.isRunning, ContinuousClock.now < last { try await Task.sleep(for: .milliseconds(10)) }
    let end = try program.end(within: .seconds(1))
    let lines = String(decoding: end.output, as: UTF8.self).split(separator: "\n").map(String.init)
    return (lines, end)
}

/// What a program wrote, for the message of a test.
func describe(_ end: RunningProgram.End) -> String {
    "status \(end.status)\n\(String(decoding: end.output + end.errors, as: UTF8.self))"
}
