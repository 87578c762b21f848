import Foundation
import HeliosPython
import Synchronization
import TestSupport
import Testing

@testable import HeliosOptuna

/// The warnings of a study.
final class Warnings: Sendable {
    private let texts = Mutex<[String]>([])

    var all: [String] { texts.withLock { $0 } }

    func add(_ text: String) { texts.withLock { $0.append(text) } }
}

/// Runs what blocks on a thread that is not one of those that tests share.
func inBackground<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(with: Swift.Result { try body() }) }
    }
}

extension StudyOptions {
    /// A study in a folder, with the real package.
    static func test(
        _ folder: URL, name: String = "test", direction: Direction = .minimize,
        sampler: SamplerOptions = .tpe(seed: 1), pruner: PrunerOptions = .none
    ) -> StudyOptions {
        var options = StudyOptions(
            name: name, storage: .sqlite(folder.appending(path: "study.db")), direction: direction, sampler: sampler,
            pruner: pruner, python: PythonCommand(environment: Python.trackingEnvironment))
        options.lockPatience = 0.3
        options.databasePatience = 0.3
        return options
    }
}

/// Opens a study; a warning is an issue unless the test looks at them.
func open(_ options: StudyOptions, _ warnings: Warnings? = nil) throws -> Study {
    try createOrLoadStudy(options) { text in
        if let warnings { warnings.add(text) } else { Issue.record("\(text)") }
    }
}

/// What `body` throws, as text.
func failure(_ body: () throws -> Void) -> String {
    do {
        try body()
        return "nothing"
    } catch {
        return "\(error)"
    }
}

/// A value for what is suggested, with a course over cycles.
func quadratic(_ trial: Trial) throws -> Double {
    let x = try trial.suggest("x", .float(-5...5))
    let n = try trial.suggest("n", .int(1...64, log: true))
    let kind = try trial.suggest("kind", .categorical(["a", "b"]))
    let value = x * x + Double(n) / 10 + (kind == "a" ? 1 : 0)
    for cycle in 0..<4 {
        if try trial.report(value + Double(4 - cycle), cycle: cycle) { throw TrialPruned(number: trial.number) }
    }
    return value
}
