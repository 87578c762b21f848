import Foundation
import TestSupport
import Testing
import TorchSerialization

@testable import HeliosOptuna

/// What can go wrong with the Python of a study: each question ends, with what to do.
@Suite(.serialized) struct StudyProcessTests {
    @Test("a Python that does not answer is ended")
    func hanging() async throws {
        let text = try await ask("import time; time.sleep(600)", within: .milliseconds(300))
        #expect(text.hasPrefix("Optuna has not answered for 0.3 s, and its Python was ended"))
    }

    @Test("a Python that ends says why, now and whenever it is asked again")
    func ending() async throws {
        let script = "import sys; sys.stdin.readline(); print('out of memory', file=sys.stderr); sys.exit(3)"
        let text = try await ask(script, times: 3)
        #expect(text.hasPrefix("python3 ended with status 3: out of memory. What the study has got is in its storage"))
        let killed = try await ask("import os, sys; sys.stdin.readline(); os.kill(os.getpid(), 9)")
        #expect(killed.hasPrefix("python3 was ended by signal 9. What the study has got is in its storage"))
    }

    @Test("answers that are none end it", arguments: ["print('Hello')", "print('[1]')", "print('{')"])
    func garbage(statement: String) async throws {
        let text = try await ask("import sys, time; \(statement); sys.stdout.flush(); time.sleep(600)")
        #expect(text.hasPrefix("Python answers something else than the script of a study: "))
    }

    @Test("an error is of one question only, a failure of all")
    func errors() async throws {
        let script = #"""
            import sys
            for line in sys.stdin:
                if "1" in line: print('{"error": "no\\u001b[2J"}', flush=True)
                elif "2" in line: print('{"warning": "careful"}\n{"answer": {"a": 1}}', flush=True)
                else: print('{"failed": "all is lost"}', flush=True)
            """#
        try await inBackground {
            let warnings = Warnings()
            let process = try StudyProcess(PythonCommand(), script: Array(script.utf8), warn: warnings.add)
            func answer(_ number: Int) -> String {
                failure {
                    let answer = try process.ask(["do": .int(number)], within: .seconds(20))
                    #expect(answer == ["a": .int(1)])
                }
            }
            #expect(answer(2) == "nothing" && warnings.all == ["careful"])
            #expect(answer(1) == "no\\u{1B}[2J")
            #expect(answer(2) == "nothing")
            #expect(answer(3) == "all is lost")
            #expect(answer(2) == "all is lost")
        }
    }

    /// The error of the last of some questions.
    private func ask(_ script: String, within limit: Duration = .seconds(20), times: Int = 1) async throws -> String {
        try await inBackground {
            let process = try StudyProcess(PythonCommand(), script: Array(script.utf8)) { Issue.record("\($0)") }
            var text = ""
            for _ in 0..<times {
                text = failure { _ = try process.ask(["do": .string("next")], within: limit) }
            }
            return text
        }
    }
}
