import Foundation
import TestSupport
import Testing

@testable import HeliosOptuna

/// A whole program that searches, and is killed.
@Suite(.serialized, .needsOptuna) struct KilledSearchTests {
    private static let isThorough = ProcessInfo.processInfo.environment["HELIOS_THOROUGH"] != nil

    @Test("a search on the digits that is killed twice, anywhere, ends as one that was not")
    func killedTwice() async throws {
        let count = Self.isThorough ? 20 : 5
        try await withTemporaryFolder { folder in
            let whole = try await run(folder.appending(path: "whole"), trials: count)
            #expect(whole.count == count)
            #expect(Set(whole.compactMap { $0.split(separator: " ").dropFirst().first }).contains("pruned"))

            let parts = folder.appending(path: "parts")
            for trial in [count / 4, count * 3 / 5] {
                let delay = Int.random(in: 0..<1_000_000)
                let program = try start(parts, trials: count)
                let record = parts.appending(path: "study.db.samplers/digits/trial-\(trial).json").path
                while program.isRunning, !FileManager.default.fileExists(atPath: record) {
                    try await Task.sleep(for: .milliseconds(5))
                }
                try await Task.sleep(for: .microseconds(delay))
                program.send(SIGKILL)
                let end = try program.end(within: .seconds(60))
                #expect(
                    end.wasKilled || end.status == 0,
                    "killed \(delay) µs after trial \(trial) began: \(String(decoding: end.errors, as: UTF8.self))")
            }
            #expect(try await run(parts, trials: count) == whole)
        }
    }

    @Test("a search that is killed again and again ends as one that was not", .enabled(if: isThorough))
    func killedOften() async throws {
        try await withTemporaryFolder { folder in
            let whole = try await run(folder.appending(path: "whole"), trials: 12)
            let parts = folder.appending(path: "parts")
            for kill in 0..<12 {
                let delay = Int.random(in: 1_500_000..<3_500_000)
                let program = try start(parts, trials: 12)
                try await Task.sleep(for: .microseconds(delay))
                program.send(SIGKILL)
                let end = try program.end(within: .seconds(10))
                #expect(end.wasKilled || end.status == 0, "kill \(kill) after \(delay) µs")
            }
            #expect(try await run(parts, trials: 12) == whole)
        }
    }

    @Test("all ranks get the same suggestions, and end a trial that is pruned together")
    func ranks() async throws {
        try await withTemporaryFolder { folder in
            let lines = try await run(folder, trials: 2, ranks: 2, pruner: "all")
            #expect(lines.count == 2)
            for line in lines {
                #expect(line.contains(" pruned ") && line.contains("\"1: ") && !line.contains("\"2: "))
            }
        }
    }

    private func start(
        _ folder: URL, trials: Int, ranks: Int = 1, pruner: String = "median"
    ) throws -> RunningProgram {
        let executable = Bundle.main.executableURL?.deletingLastPathComponent().appending(path: "SearchProgram")
        let digits = URL(filePath: #filePath).appending(path: "../../../Examples/Digits/Data/digits.csv").standardized
        return try RunningProgram(executable, [folder.path, digits.path, "\(trials)", "\(ranks)", pruner])
    }

    /// The trials that a program prints that runs to its end.
    private func run(_ folder: URL, trials: Int, ranks: Int = 1, pruner: String = "median") async throws -> [String] {
        let program = try start(folder, trials: trials, ranks: ranks, pruner: pruner)
        let last = ContinuousClock.now + .seconds(300)
        while program.isRunning, ContinuousClock.now < last { try await Task.sleep(for: .milliseconds(10)) }
        let end = try program.end(within: .seconds(1))
        let text = String(decoding: end.output, as: UTF8.self)
        #expect(end.status == 0, "\(text)\(String(decoding: end.errors, as: UTF8.self))")
        return text.split(separator: "\n").map(String.init)
    }
}
