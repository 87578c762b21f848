import Foundation
import Helios
import TestSupport
import Testing
import TorchSerialization

@testable import HeliosTracking

/// What can go wrong with the Python of a logger. The training must neither end nor wait.
@Suite(.serialized) struct PythonChildTests {
    @Test("a Python that is not there is said, with what to do, when records come")
    func missingPython() async throws {
        try await withTemporaryFolder { folder in
            for logger in [
                WandbLogger(project: "p", mode: .offline, python: PythonCommand("no-such-python")),
                MLflowLogger(experiment: "e", python: PythonCommand(folder.appending(path: "no-python").path)),
            ] as [any RunLogger] {
                try logger.open(.test(folder))
                let failure = try await failure { try logger.write(points("a", [1])) }
                #expect(failure.contains("there is no ") && failure.contains("pip install \(logger.id)"))
                // The run may be resumed with one.
                #expect(try logger.stateDict()["run_id"] != nil || logger.stateDict()["run"] != nil)
                #expect(throws: TrackingError.self) { try logger.close() }
            }
        }
    }

    @Test("a package that is not there is said, with what to do", arguments: ["wandb", "mlflow"])
    func missingPackage(name: String) async throws {
        try await withTemporaryFolder { folder in
            // A Python without the packages of the machine.
            let python = folder.appending(path: "python")
            try "#!/bin/sh\nexec python3 -I -S \"$@\"\n".write(to: python, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: python.path)
            let command = PythonCommand(python.path)
            let logger: any RunLogger =
                name == "wandb"
                ? WandbLogger(project: "p", mode: .offline, python: command)
                : MLflowLogger(experiment: "e", python: command)
            try logger.open(.test(folder))
            let failure = try await failure { try logger.write(points("a", [1])) }
            #expect(failure.contains("Python has no package \(name): `pip install \(name)`"))
        }
    }

    @Test("what the Python says before it ends with an error is said")
    func endingPython() async throws {
        let child = try makeChild("import sys; print('who are you?', file=sys.stderr); sys.exit(3)")
        let failure = try await failure { try child.send(["do": .string("open")]) }
        #expect(failure.hasPrefix("python3 ended with status 3: who are you?"))
    }

    @Test("a Python that is killed loses what waits, and no signal ends this program")
    func killedPython() async throws {
        let child = try makeChild("import os, sys; sys.stdin.readline(); os.kill(os.getpid(), 9)")
        let failure = try await failure { try child.send(["text": .string(String(repeating: "x", count: 10_000))]) }
        #expect(failure.hasPrefix("python3 was ended by signal 9"))
        #expect(throws: TrackingError.self) { try child.finish(within: 10) }
    }

    @Test("a Python that never reads costs the training its patience once, and then nothing")
    func deafPython() async throws {
        let child = try makeChild("import time; time.sleep(600)", .init(waitingByteCount: 1 << 20, patience: 0.3))
        let message = JSONValue.object([.init("text", .string(String(repeating: "x", count: 100_000)))])
        let clock = ContinuousClock()
        let start = clock.now
        var lost = 0
        for _ in 0..<200 { do { try child.send(message) } catch { lost += 1 } }
        // To wait each time would take a minute.
        #expect(clock.now - start < .seconds(20))
        #expect((185...190).contains(lost))
        // It does not take the last message either, and is ended.
        let failure = try await failure { try child.finish(within: 0.2) }
        #expect(failure.contains("did not take all records within 0.2 s"))
    }

    @Test("a slow Python gets everything, though less fits at once")
    func slowPython() async throws {
        let script = """
            import sys, time
            for number, line in enumerate(sys.stdin):
                if "close" in line: print('{"warning": "%d lines"}\\n{"closed": true}' % number, flush=True); break
                if number % 10 == 0: time.sleep(0.01)
            """
        let warnings = Warnings()
        let child = try makeChild(script, .init(waitingByteCount: 200_000, patience: 10), warnings)
        try await inBackground {
            for _ in 0..<200 { try child.send(["text": .string(String(repeating: "x", count: 10_000))]) }
            try child.finish(within: 10)
        }
        #expect(warnings.all == ["200 lines"])
    }

    @Test(
        "answers that are none end it",
        arguments: ["print('Hello')", "print('[1]')", "print('{')", "print('x' * 10_000_000)"])
    func garbage(statement: String) async throws {
        let child = try makeChild("import time; \(statement); import sys; sys.stdout.flush(); time.sleep(600)")
        let failure = try await failure { try child.send(["do": .string("log")]) }
        #expect(failure.contains("answers something else than this logger's script: ") && failure.count < 1200)
    }

    @Test("an answer that it failed is said, and warnings once each, without what acts on a terminal")
    func failedAnswer() async throws {
        let script = """
            for _ in range(3): print('{"warning": "careful\\\\u001b[2J"}', flush=True)
            print('{"unknown": [1]}\\\\n{"failed": "the disk is full"}', flush=True)
            """.replacing("\\\\n", with: "\\n").replacing("\\\\u", with: "\\\\u")
        let warnings = Warnings()
        let child = try makeChild(script, .init(), warnings)
        let failure = try await failure { try child.send(["do": .string("log")]) }
        #expect(failure.hasPrefix("the disk is full"))
        #expect(warnings.all == ["careful\\u{1B}[2J"])
    }

    @Test("a Python that is still uploading is left alone, and one that does not answer is ended")
    func longEnd() async throws {
        let uploading = try makeChild(
            "import time; print('{\"closing\": true}\\n{\"opened\": \"a\"}', flush=True); time.sleep(3)")
        while uploading.runID == nil { try await Task.sleep(for: .milliseconds(10)) }
        #expect(try await failure { try uploading.finish(within: 0.5) }.contains("is still uploading after 0.5 s"))
        let silent = try makeChild("import sys, time; sys.stdin.readline(); time.sleep(600)")
        #expect(try await failure { try silent.finish(within: 0.2) }.contains("did not take all records within 0.2 s"))
    }

    @Test("whoever logs a run waits for those that began before, in their order")
    func turns() async throws {
        let script =
            String(decoding: PythonChild.commonScript, as: UTF8.self)
                + """

                class Run:
                    def __init__(self, options):
                        self.id, self.path = options["name"], options["path"]
                        wait_for_turn(**options["turn"])
                        with open(self.path, "a") as file: file.write(self.id + " begins\\n")

                    def log(self, record): time.sleep(0.1)
                    def write(self): pass
                    def close(self, is_whole):
                        with open(self.path, "a") as file: file.write(self.id + " ends\\n")

                converse(Run)
                """
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "order")
            var children: [PythonChild] = []
            for name in ["a", "b", "c"] {
                let turn = try RunTurn(in: folder, .test(folder))
                let child = PythonChild(PythonCommand(), script: Array(script.utf8), package: "none", turn: turn) {
                    Issue.record("\($0)")
                }
                try child.send([
                    "do": .string("open"), "name": .string(name), "path": .string(path.path), "turn": turn.message,
                ])
                try child.send(["do": .string("log"), "name": .string("x")])
                children.append(child)
            }
            try await withThrowingTaskGroup { group in
                for child in children.reversed() {
                    group.addTask { try await inBackground { try child.finish(within: 20) } }
                }
                try await group.waitForAll()
            }
            let order = ["a", "b", "c"].flatMap { ["\($0) begins", "\($0) ends"] }.joined(separator: "\n")
            #expect(try String(contentsOf: path, encoding: .utf8) == order + "\n")
            // Of the files, only the last stays.
            #expect(folder.filesBelow == [".run.3.lock", "order"])
        }
    }

    private func makeChild(
        _ script: String, _ limits: PythonChild.Limits = .init(), _ warnings: Warnings = Warnings()
    ) throws -> PythonChild {
        let folder = FileManager.default.temporaryDirectory
        let turn = try RunTurn(in: folder, .test(folder, name: "python-\(UUID().uuidString)"))
        return PythonChild(PythonCommand(), script: Array(script.utf8), package: "wandb", turn: turn, limits: limits) {
            warnings.add($0)
        }
    }

    /// The first error of something that is tried again until it fails.
    private func failure(_ body: () throws -> Void) async throws -> String {
        for _ in 0..<1000 {
            do {
                try body()
            } catch let error as TrackingError where error == PythonChild.unexplainedEnd {
                // The reason comes later on a busy machine.
            } catch {
                return "\(error)"
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("it does not fail")
        return ""
    }
}
