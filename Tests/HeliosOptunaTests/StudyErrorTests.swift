import Foundation
import TestSupport
import Testing

@testable import HeliosOptuna

/// What can be wrong with a study, or with the Python that has it.
@Suite(.serialized) struct StudyErrorTests {
    @Test("a Python or a package that is not there, or is too old, is said, with what to do")
    func missing() async throws {
        try await inBackground {
            try withTemporaryFolder { folder in
                var options = StudyOptions.test(folder)
                options.python = PythonCommand("no-such-python")
                #expect(failure { _ = try open(options) }.hasPrefix("there is no no-such-python: install Python 3 and"))
                options.python = PythonCommand(try script("exec python3 -I -S \"$@\"", in: folder))
                #expect(
                    failure { _ = try open(options) }.hasPrefix("Python has no package optuna: `pip install optuna`"))
                let old = folder.appending(path: "old")
                try FileManager.default.createDirectory(at: old, withIntermediateDirectories: true)
                try "__version__ = '3.6.1'".write(
                    to: old.appending(path: "optuna.py"), atomically: true, encoding: .utf8)
                options.python = PythonCommand(environment: ["PYTHONPATH": old.path])
                let text = failure { _ = try open(options) }
                #expect(text.hasPrefix("Python has optuna 3.6.1, and this needs 4.0 or later: `pip install --upgrade"))
            }
        }
    }

    @Test("a study of another direction, sampler, or with a class that is not there, is said", .needsOptuna)
    func otherStudies() async throws {
        try await inBackground {
            try withTemporaryFolder { folder in
                let options = StudyOptions.test(folder)
                let study = try open(options)
                try study.optimize(trials: 1, quadratic)
                study.close()
                #expect(
                    failure { _ = try open(.test(folder, direction: .maximize)) }
                        .hasPrefix("the study 'test' is there, and is to minimize its value, not to maximize it"))
                #expect(
                    failure { _ = try open(.test(folder, sampler: .tpe(seed: 2))) }
                        .hasPrefix("the search was begun with the sampler {"))
                #expect(
                    failure { _ = try open(.test(folder, sampler: .named("TPESample"))) }
                        .contains("has no sampler 'TPESample'. There are: BruteForceSampler, "))
                #expect(
                    failure { _ = try open(.test(folder, pruner: .named("MedianPruner", ["seed": 1]))) }
                        .hasPrefix("optuna cannot make the pruner MedianPruner: "))
                #expect(
                    failure { _ = try open(.test(folder, name: "../x")) }.hasPrefix("the name of a study must be able"))
                // The records stay when the storage is removed.
                try FileManager.default.removeItem(at: folder.appending(path: "study.db"))
                #expect(failure { _ = try open(options) }.hasPrefix("the study 'test' is not in its storage any more"))
            }
        }
    }

    @Test(
        "another program in the same study, and one that locks the database, are said, and nothing is lost",
        .needsOptuna)
    func otherPrograms() async throws {
        try await inBackground {
            try withTemporaryFolder { folder in
                let study = try open(.test(folder))
                let trial = try #require(try study.nextTrial())
                let number = ProcessInfo.processInfo.processIdentifier
                #expect(
                    failure { _ = try open(.test(folder)) }
                        .hasPrefix("another program is searching in the study 'test' (process \(number))"))
                let locked = folder.appending(path: "locked").path
                let program = try RunningProgram(
                    URL(filePath: "/usr/bin/env"),
                    [
                        "python3", "-c",
                        """
                        import sqlite3, sys, time
                        connection = sqlite3.connect(sys.argv[1], isolation_level=None)
                        connection.execute("BEGIN EXCLUSIVE")
                        open(sys.argv[2], "w").close()
                        time.sleep(600)
                        """, folder.appending(path: "study.db").path, locked,
                    ])
                program.wait { FileManager.default.fileExists(atPath: locked) }
                #expect(
                    failure { _ = try trial.suggest("x", .float(0...1)) }.hasPrefix("the database is locked: another"))
                program.send(SIGKILL)
                _ = try program.end(within: .seconds(10))
                // It works again, and suggests what it would have suggested.
                let x = try trial.suggest("x", .float(0...1))
                study.close()
                let undisturbed = try open(.test(folder.appending(path: "other")))
                #expect(try undisturbed.nextTrial()?.suggest("x", .float(0...1)) == x)
            }
        }
    }

    @Test("a full disk is said, and the search goes on from where it was", .needsOptuna)
    func fullDisk() async throws {
        try await inBackground {
            try withTemporaryFolder { folder in
                let study = try open(.test(folder))
                let whole = try open(.test(folder.appending(path: "whole")))
                try study.optimize(trials: 2, quadratic)
                try whole.optimize(trials: 8, quadratic)
                study.close()
                // No file may grow beyond what the database has. SQLite and Python call this a failing disk.
                let size = try FileManager.default.attributesOfItem(atPath: folder.appending(path: "study.db").path)[
                    .size]
                let blocks = (try #require(size as? Int)) / 512
                var full = StudyOptions.test(folder)
                full.python = PythonCommand(
                    try script("ulimit -f \(blocks); exec python3 \"$@\"", in: folder),
                    environment: Python.trackingEnvironment)
                let blocked = try createOrLoadStudy(full, backupStudy: false)
                let text = failure { try blocked.optimize(trials: 200, quadratic) }
                #expect(text.hasPrefix("the study cannot be written, since the disk is full or fails"))
                blocked.close()
                let count = try Study.count(folder)
                let resumed = try open(.test(folder))
                try resumed.optimize(trials: max(count, 8), quadratic)
                #expect(try resumed.trials().prefix(8).map(\.parameters) == whole.trials().map(\.parameters))
            }
        }
    }

    @Test("a damaged database, or one of another version of Optuna, is said, and stays as it is", .needsOptuna)
    func damagedDatabase() async throws {
        try await inBackground {
            try withTemporaryFolder { folder in
                let file = folder.appending(path: "study.db")
                try Data(String(repeating: "no database ", count: 500).utf8).write(to: file)
                #expect(failure { _ = try open(.test(folder)) }.hasPrefix("the file of the study is damaged"))
                #expect(try Data(contentsOf: file).count == 6000)
                try FileManager.default.removeItem(at: file)
                try open(.test(folder)).close()
                let program = try RunningProgram(
                    URL(filePath: "/usr/bin/env"),
                    [
                        "python3", "-c",
                        """
                        import sqlite3, sys
                        connection = sqlite3.connect(sys.argv[1])
                        connection.execute("UPDATE version_info SET schema_version = 99, library_version = '99.0'")
                        connection.execute("UPDATE alembic_version SET version_num = 'v99'")
                        connection.commit()
                        """, file.path,
                    ])
                #expect(try program.end(within: .seconds(10)).status == 0)
                let text = failure { _ = try open(.test(folder)) }
                #expect(text.contains("99.0") && text.contains("pip install"))
            }
        }
    }

    @Test("a folder may have any name, and what is no file of a study is said", .needsOptuna)
    func paths() async throws {
        try await inBackground {
            try withTemporaryFolder { folder in
                let odd = folder.appending(path: "a?b {c} %20#é", directoryHint: .isDirectory)
                let study = try open(.test(odd))
                try study.optimize(trials: 1, quadratic)
                study.close()
                #expect(odd.filesBelow.contains("study.db"))
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [odd.lastPathComponent])
                var options = StudyOptions.test(folder)
                options.storage = .sqlite(folder.appending(path: "a%b.db"))
                #expect(failure { _ = try open(options) }.hasSuffix("in its name, as 'a%b.db' has: rename it"))
                options.storage = .sqlite(odd)
                let text = failure { _ = try open(options) }
                #expect(text.hasSuffix("is a folder, and a study needs a file: name another"))
            }
        }
    }

    @Test("a record of the sampler that is damaged, or of another study, is said, with its path", .needsOptuna)
    func damagedRecord() async throws {
        try await inBackground {
            try withTemporaryFolder { folder in
                let study = try open(.test(folder))
                try study.optimize(trials: 1, quadratic)
                study.close()
                let record = folder.appending(path: "study.db.samplers/test/trial-0.json")
                let text = try String(contentsOf: record, encoding: .utf8)
                for damage in [
                    "{", "{\"format\": 2}", text.replacing("\"random\": [", with: "\"random\": [3, "),
                    text.replacing("\"format\": 1", with: "\"format\": \"x\""),
                ] {
                    try damage.write(to: record, atomically: true, encoding: .utf8)
                    let text = failure { _ = try open(.test(folder)) }
                    #expect(text.contains("trial-0.json") && text.count < 600)
                }
                try text.replacing(study.id, with: "x").write(to: record, atomically: true, encoding: .utf8)
                #expect(failure { _ = try open(.test(folder)) }.contains("trial-0.json belongs to another study"))
            }
        }
    }

    @Test("suggestions that cannot be made are said", .needsOptuna)
    func invalidSuggestions() async throws {
        try await inBackground {
            try withTemporaryFolder { folder in
                let study = try open(.test(folder))
                let trial = try #require(try study.nextTrial())
                _ = try trial.suggest("x", .float(0...1))
                _ = try trial.suggest("kind", .categorical(["a", "b"]))
                for text in [
                    failure { _ = try trial.suggest("x", .float(0...2)) },
                    failure { _ = try trial.suggest("x", .int(0...1)) },
                    failure { _ = try trial.suggest("x", .categorical([0.5])) },
                ] {
                    #expect(text.hasPrefix("'x' was suggested from FloatDistribution(high=1.0"))
                    #expect(text.hasSuffix("use another name, or what was there before"))
                }
                #expect(failure { _ = try trial.suggest("a", .float(0...1, log: true)) }.contains("positive numbers"))
                #expect(failure { _ = try trial.suggest("a", .float(1...2, step: 0.1, log: true)) }.contains("exclude"))
                #expect(failure { _ = try trial.suggest("a", .float(1...(.infinity))) }.contains("is not finite"))
                #expect(failure { _ = try trial.suggest("a", .float(1...2, step: 0)) }.contains("must be positive"))
                #expect(failure { _ = try trial.suggest("a", .int(1...2, step: 0)) }.contains("must be positive"))
                #expect(failure { _ = try trial.suggest("a", .int(.min ... .max)) }.contains("up to 2^53"))
                #expect(failure { _ = try trial.suggest("a", .categorical([String]())) }.contains("no values"))
                #expect(failure { _ = try trial.suggest("", .int(1...2)) }.contains("from 1 to 500 bytes"))
                #expect(failure { _ = try trial.report(1, cycle: -1) }.contains("the first cycle is 0"))
                #expect(failure { _ = try study.nextTrial() }.contains("trial 0 is not over"))
                try study.tell(trial, .completed(1))
                #expect(failure { try study.tell(trial, .completed(1)) } == "trial 0 is over")
                // In the next trial, a range may differ, but not the kind.
                let second = try #require(try study.nextTrial())
                let x = try second.suggest("x", .float(2...3))
                #expect((2...3).contains(x))
                #expect(
                    failure { _ = try second.suggest("kind", .categorical(["a", "c"])) }
                        .hasPrefix("'kind' cannot be suggested from CategoricalDistribution(choices=('a', 'c')): "))
            }
        }
    }

    /// A program of the shell that stands for Python.
    private func script(_ line: String, in folder: URL) throws -> String {
        let file = folder.appending(path: "python-\(UUID().uuidString)")
        try "#!/bin/sh\n\(line)\n".write(to: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        return file.path
    }
}

extension Study {
    /// How many trials of the study in a folder are over.
    fileprivate static func count(_ folder: URL) throws -> Int {
        let study = try open(.test(folder))
        defer { study.close() }
        return study.finishedCount
    }
}
