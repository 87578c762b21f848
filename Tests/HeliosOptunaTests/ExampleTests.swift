import Foundation
import TestSupport
import Testing

/// The example of docs/optuna.md.
@Suite(.serialized, .needsOptuna) struct ExampleTests {
    private let root = URL(filePath: #filePath).appending(path: "../../..").standardized

    @Test("the example of the documentation is the file that is tested")
    func text() throws {
        let example = try String(contentsOf: root.appending(path: "Tests/SearchProgram/Example.swift"), encoding: .utf8)
        let page = try String(contentsOf: root.appending(path: "docs/optuna.md"), encoding: .utf8)
        #expect(page.contains("```swift\n\(example)```\n"))
    }

    @Test("the example finds good values, and finds the same when it is run again")
    func run() async throws {
        try await withTemporaryFolder { folder in
            let executable = Bundle.main.executableURL?.deletingLastPathComponent().appending(path: "SearchProgram")
            var outputs: [String] = []
            for _ in 0..<2 {
                let program = try RunningProgram(executable, ["example", folder.path])
                let last = ContinuousClock.now + .seconds(120)
                while program.isRunning, ContinuousClock.now < last { try await Task.sleep(for: .milliseconds(10)) }
                let end = try program.end(within: .seconds(1))
                #expect(end.status == 0, "\(String(decoding: end.errors, as: UTF8.self))")
                outputs.append(String(decoding: end.output, as: UTF8.self))
            }
            // A dictionary is printed in another order each time.
            let results = outputs.map { $0.prefix { $0 != "[" } }
            #expect(results[0] == results[1])
            let accuracy = outputs[0].split(separator: " ").dropFirst(2).first.flatMap { Double($0) }
            #expect(try #require(accuracy) > 0.9, "\(outputs[0])")
        }
    }
}
