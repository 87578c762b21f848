import Foundation
import TestSupport
import Testing

@testable import HeliosOptuna

/// Studies in the real package.
@Suite(.serialized, .needsOptuna) struct StudyTests {
    @Test("suggestions and decisions are those of Optuna itself, also if the study is opened again in between")
    func sameAsOptuna() async throws {
        let searches = [("tpe", "median"), ("random", "halving"), ("multivariate", "median")]
        let output = try await Python.runAlone("optuna_search.py", ["16"] + searches.flatMap { [$0, $1] })
        let expected = String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
        try #require(expected.count == 16 * searches.count)
        for (index, (sampler, pruner)) in searches.enumerated() {
            let lines = try await Self.search(sampler, pruner)
            #expect(lines == Array(expected[16 * index..<16 * (index + 1)]), "\(sampler)")
            #expect(lines.contains { $0.contains("pruned") })
        }
    }

    /// The 16 trials of a search that is stopped once, as the script prints them.
    private static func search(_ sampler: String, _ pruner: String) async throws -> [String] {
        try await inBackground {
            try withTemporaryFolder { folder in
                let options = StudyOptions.test(
                    folder,
                    sampler: sampler == "random"
                        ? .random(seed: 1)
                        : sampler == "tpe" ? .tpe(seed: 1) : .named("TPESampler", ["seed": 1, "multivariate": true]),
                    pruner: pruner == "median" ? .median(startupTrials: 3) : .named("SuccessiveHalvingPruner"))
                let first = try open(options)
                #expect(try first.optimize(trials: 11, quadratic) == .completed)
                first.close()
                let study = try open(options)
                defer { study.close() }
                #expect(try study.optimize(trials: 16, quadratic) == .completed)
                return try study.trials().map { trial in
                    let parameters = trial.parameters
                    guard case .number(let x) = parameters["x"], case .integer(let n) = parameters["n"],
                        case .text(let kind) = parameters["kind"], let value = trial.value
                    else { return "no parameters" }
                    return
                        "[\(trial.number), \"\(trial.state)\", \(value), \(x), \(n), \"\(kind)\", \(trial.reports.count)]"
                }
            }
        }
    }

    @Test("a trial that was left has its number, its values, its decisions and the next suggestion of one that was not")
    func resumedTrial() async throws {
        try await inBackground {
            try withTemporaryFolder { folder in
                func search(_ folder: URL, leaving: Bool) throws -> [TrialSummary] {
                    let options = StudyOptions.test(folder, pruner: .median(startupTrials: 1))
                    var study = try open(options)
                    for index in 0..<4 {
                        var trial = try #require(try study.nextTrial())
                        // The first trials are left in one place each, the last in all.
                        func reopen(_ place: Int) throws {
                            guard leaving, index == place || index == 3 else { return }
                            study.close()
                            study = try open(options)
                            trial = try #require(try study.nextTrial())
                            #expect(trial.isResumed && trial.number == index)
                        }
                        try reopen(0)
                        let x = try trial.suggest("x", .float(0...1))
                        try reopen(1)
                        let y = try trial.suggest("y", .float(0...1))
                        let first = try trial.report(x + y, cycle: 0)
                        // A trial that is pruned reports nothing more.
                        let second = try first || trial.report(x, cycle: 1)
                        try reopen(2)
                        // A checkpoint may be older than the last report.
                        #expect(try trial.report(x + y, cycle: 0) == first)
                        if !first { #expect(try trial.report(x, cycle: 1) == second) }
                        #expect(try trial.suggest("x", .float(0...1)) == x)
                        try study.tell(trial, second ? .pruned : .completed(x + y))
                    }
                    defer { study.close() }
                    return try study.trials()
                }
                let whole = try search(folder.appending(path: "whole"), leaving: false)
                let parts = try search(folder.appending(path: "parts"), leaving: true)
                #expect(whole == parts && whole.count == 4)
            }
        }
    }

    @Test("a grid is tried once each, and then the search is over, also when it is opened again")
    func grid() async throws {
        try await inBackground {
            try withTemporaryFolder { folder in
                let options = StudyOptions.test(folder, sampler: .grid(["a": [1, 2], "b": ["x", "y"]]))
                func objective(_ trial: Trial) throws -> Double {
                    let a = try trial.suggest("a", .categorical([1, 2]))
                    return Double(a) + (try trial.suggest("b", .categorical(["x", "y"])) == "x" ? 0.5 : 0)
                }
                let study = try open(options)
                try study.optimize(trials: 2, objective)
                study.close()
                for _ in 0..<2 {
                    let study = try open(options)
                    #expect(try study.optimize(trials: 10, objective) == .exhausted)
                    let values = try study.trials().map(\.value)
                    #expect(Set(values) == [1, 1.5, 2, 2.5])
                    #expect(try study.bestTrial()?.parameters == ["a": 1, "b": "y"])
                    study.close()
                }
            }
        }
    }

    @Test("a study that starts from a trial of another one suggests what that one did, and leaves it as it is")
    func startingFromTrial() async throws {
        try await inBackground {
            try withTemporaryFolder { folder in
                let options = StudyOptions.test(folder)
                let study = try open(options)
                try study.optimize(trials: 14, quadratic)
                let trials = try study.trials()
                study.close()
                var other = options
                other.name = "again"
                let again = try createStudy(startingFromTrial: 11, of: "test", other)
                #expect(again.finishedCount == 11 && again.isNew)
                try again.optimize(trials: 14, quadratic)
                let repeated = try again.trials()
                again.close()
                #expect(repeated.map(\.parameters) == trials.map(\.parameters))
                #expect(repeated.map(\.value) == trials.map(\.value))
                #expect(try open(options).trials() == trials)
                #expect(
                    failure { _ = try createStudy(startingFromTrial: 2, of: "test", other) }
                        .contains("there is a study 'again' already"))
                other.name = "third"
                #expect(
                    failure { _ = try createStudy(startingFromTrial: 15, of: "test", other) }
                        .contains("'test' has 14 finished trials"))
                #expect(
                    failure { _ = try createStudy(startingFromTrial: 1, of: "tset", other) }
                        .contains("there is no study 'tset' to start from. There are: again, test"))
            }
        }
    }

    @Test("a study is copied when it is loaded, and the newest five copies stay")
    func backups() async throws {
        try await inBackground {
            try withTemporaryFolder { folder in
                let options = StudyOptions.test(folder)
                let first = try open(options)
                try first.optimize(trials: 6, quadratic)
                first.close()
                // As if it had been loaded five times before.
                for number in 1...5 {
                    let copy = folder.appending(path: "study.db.backup-\(number)")
                    try Data().write(to: copy)
                    try FileManager.default.createDirectory(
                        at: copy.appendingPathExtension("samplers"), withIntermediateDirectories: true)
                }
                let second = try open(options)
                try second.optimize(trials: 7, quadratic)
                let trials = try second.trials()
                second.close()
                let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
                #expect(
                    Set(names.filter { $0.hasPrefix("study.db.backup-") })
                        == Set((2...6).flatMap { ["study.db.backup-\($0)", "study.db.backup-\($0).samplers"] }))
                // The newest has all but the last trial.
                let restored = folder.appending(path: "restored")
                try FileManager.default.createDirectory(at: restored, withIntermediateDirectories: true)
                try FileManager.default.copyItem(
                    at: folder.appending(path: "study.db.backup-6"), to: restored.appending(path: "study.db"))
                try FileManager.default.createDirectory(
                    at: restored.appending(path: "study.db.samplers"), withIntermediateDirectories: true)
                try FileManager.default.copyItem(
                    at: folder.appending(path: "study.db.backup-6.samplers"),
                    to: restored.appending(path: "study.db.samplers/test"))
                let study = try open(.test(restored))
                #expect(study.finishedCount == 6)
                try study.optimize(trials: 7, quadratic)
                #expect(try study.trials() == trials)
            }
        }
    }

    @Test("a trial that fails ends the search and is resumed, or counts as failed")
    func failingTrials() async throws {
        struct Fault: Error {}
        try await inBackground {
            try withTemporaryFolder { folder in
                let warnings = Warnings()
                let study = try open(.test(folder), warnings)
                #expect(throws: Fault.self) { try study.optimize(trials: 2) { _ in throw Fault() } }
                study.close()
                let resumed = try open(.test(folder), warnings)
                try resumed.optimize(trials: 3, onError: .fail) { trial in
                    if trial.number == 1 { throw Fault() }
                    if trial.number == 2 { return .nan }
                    return 1
                }
                #expect(try resumed.trials().map(\.state) == [.complete, .fail, .fail])
                #expect(
                    warnings.all.count == 2 && warnings.all[1].contains("is not a number: the trial counts as failed"))
            }
        }
    }
}
