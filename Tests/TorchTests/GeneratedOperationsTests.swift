import Foundation
import TestSupport
import Testing

/// Compares the generated operations with what generated_operations.py gets from PyTorch.
@Suite struct GeneratedOperationsTests {
    @Test("the operations give PyTorch's numbers, shapes and types, random ones too", .standardGenerator)
    func results() throws {
        #expect(try fixture("generated-operations", as: RecordedCalls.self).replay() > 1200)
    }

    @Test("every operation has a recorded call, or a reason to have none")
    func everyOperation() throws {
        let recorded = try fixture("generated-operations", as: RecordedCalls.self)
        let reasons = try #require(recorded.unrecorded)
        let calls = Set(recorded.calls.map(\.operation))
        #expect(Set(operationNames).subtracting(calls) == Set(reasons.keys))
        #expect(calls.isSubset(of: operationNames))
    }

    @Test(
        "random expressions come to the same in PyTorch, which runs beside", .needsPyTorch)
    func expressions() async throws {
        let seed = Int.random(in: 1..<1_000_000)
        let text = try await Python.run("generated_operations.py", ["\(seed)"]).joined()
        try await withStandardGenerator {
            let count = try JSONDecoder().decode(RecordedCalls.self, from: Data(text.utf8)).replay()
            #expect(count > 200, "of the calls with the seed \(seed)")
        }
    }
}
