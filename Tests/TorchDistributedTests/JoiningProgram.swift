import Foundation
import TestSupport
import Testing

/// A run of Tests/DistributedProgram that joins its world, and what became of it.
struct JoiningProgram {
    /// The exit status of the process that was started; the signal's number if a signal ended it.
    let status: Int32
    let output: String
    let errors: String
    /// When the last rank had joined; when the program was started, if none did.
    let start: Date
    let end: Date
    /// The processes of all ranks that joined.
    let processes: [Int: Int32]

    /// How long it ran after that, in seconds: how long the start takes depends on what else the machine does.
    var duration: Double { end.timeIntervalSince(start) }

    /// Starts it, and waits for its end without holding a thread of the tests' pool.
    ///
    /// - Parameters:
    ///   - processes: how many ranks it shall be; `nil` for as many as a launcher says.
    ///   - timeout: the timeout of the world, in seconds.
    ///   - event: what happens in the middle, as in `throw:1`.
    ///   - launcher: the program and the arguments that come before, with its environment.
    ///   - limit: after how many seconds it counts as one that hangs.
    ///   - count: how many ranks this run has, if no number of processes says it.
    ///   - disturb: called with the processes as soon as all ranks have joined.
    static func run(
        _ processes: Int?, timeout: Double = 20, _ event: String, environment: [String: String] = [:],
        launcher: [String] = [], limit: Double = 120, count: Int = 1,
        disturb: (([Int: Int32]) async throws -> Void)? = nil
    ) async throws -> JoiningProgram {
        try await withTemporaryFolder { folder in
            var command = launcher + [executable]
            command += ["join", String(processes ?? 0), String(timeout), folder.path, event]
            let start = Date()
            let program = try RunningProgram(
                URL(filePath: "/usr/bin/env"), command, environment)
            if let disturb {
                while ranks(in: folder).count < processes ?? count, program.isRunning {
                    try await Task.sleep(for: .milliseconds(5))
                }
                try await disturb(ranks(in: folder))
            }
            while program.isRunning, Date() < start + limit { try await Task.sleep(for: .milliseconds(5)) }
            let end = try program.end(within: .seconds(1))
            return JoiningProgram(
                status: end.status, output: String(decoding: end.output, as: UTF8.self),
                errors: String(decoding: end.errors, as: UTF8.self), start: joined(in: folder) ?? start,
                end: end.moment,
                processes: ranks(in: folder))
        }
    }

    static let executable =
        Bundle.main.executableURL?.deletingLastPathComponent().appending(path: "DistributedProgram").path ?? ""

    private static func joined(in folder: URL) -> Date? {
        ranks(in: folder).keys.compactMap { rank in
            let path = folder.appending(path: String(rank)).path
            return (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
        }.max()
    }

    private static func ranks(in folder: URL) -> [Int: Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        let pairs = names.compactMap { name -> (Int, Int32)? in
            let text = (try? String(contentsOf: folder.appending(path: name), encoding: .utf8)) ?? ""
            return Int(name).flatMap { rank in Int32(text).map { (rank, $0) } }
        }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    /// The ranks whose processes still run a moment later.
    func orphans() async throws -> [Int] {
        let end = ContinuousClock.now + .seconds(2)
        while true {
            let alive = processes.filter { isAlive($0.value) }.keys.sorted()
            if alive.isEmpty || ContinuousClock.now > end { return alive }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}

/// Whether a process runs. One that has ended may keep its number until its parent asks for its status, and an orphan's
/// new parent may not ask.
func isAlive(_ process: Int32) -> Bool {
    #if os(Linux)
        guard let line = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
        return line.split(separator: ")").last?.split(separator: " ").first != "Z"
    #else
        return kill(process, 0) == 0
    #endif
}

/// Expects that a run ended with an error in time, and left no process.
///
/// - Parameters:
///   - words: what it printed.
///   - limit: in seconds.
func expectEnd(
    of run: JoiningProgram, saying words: String, within limit: Double = 60,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    #expect(run.status == 1 && run.output.contains(words), "\(run)", sourceLocation: sourceLocation)
    #expect(run.duration < limit, "\(run)", sourceLocation: sourceLocation)
    #expect(try await run.orphans().isEmpty, "\(run)", sourceLocation: sourceLocation)
}
