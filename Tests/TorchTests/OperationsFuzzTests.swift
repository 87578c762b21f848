import Foundation
import TestSupport
import Testing
import Torch

@Suite(.standardGenerator) struct OperationsFuzzTests {
    private static let isThorough = ProcessInfo.processInfo.environment["HELIOS_THOROUGH"] != nil

    @Test("an operation answers any arguments with a result or an error")
    func survives() {
        let rounds = OperationsFuzzTests.isThorough ? 1000 : 40
        var outcome = Outcome()
        for (number, operation) in fuzzedOperations.enumerated() {
            for round in 0..<rounds {
                outcome.record(operation.name) {
                    try operation.call(Fuzzer(seed: UInt64(number * 1_000_003 + round)))
                }
            }
        }
        // Arguments that no operation takes would prove little.
        #expect(outcome.successes > outcome.failures / 2, "\(outcome)")
    }

    @Test("every generated operation answers any arguments with a result or an error")
    func everyOperationSurvives() {
        let rounds = OperationsFuzzTests.isThorough ? 400 : 8
        var outcome = Outcome()
        for (number, name) in operationNames.enumerated() where !OperationsFuzzTests.writesFiles.contains(name) {
            for round in 0..<rounds {
                outcome.record(name) {
                    _ = try callOperation(number, FuzzedArguments(seed: UInt64(number * 1_000_003 + round)))
                }
            }
        }
        #expect(outcome.successes > outcome.failures / 4, "\(outcome)")
    }

    @Test("an operation that PyTorch takes answers with a result or an error if some arguments are replaced")
    func survivesSpoiltArguments() throws {
        let rounds = OperationsFuzzTests.isThorough ? 400 : 8
        let recorded = try fixture("generated-operations", as: RecordedCalls.self)
        let tensors = try recorded.tensors()
        let numbers = Dictionary(uniqueKeysWithValues: operationNames.enumerated().map { ($1, $0) })
        var outcome = Outcome()
        for call in recorded.calls where !OperationsFuzzTests.writesFiles.contains(call.operation) {
            let number = try #require(numbers[call.operation])
            for round in 0..<rounds {
                let arguments = SpoiltArguments(
                    good: RecordedArguments(call.arguments, tensors: tensors),
                    odd: FuzzedArguments(seed: UInt64(number * 1_000_003 + round)), share: round % 2 == 0 ? 15 : 40)
                outcome.record(call.operation) {
                    _ = try callOperation(number, arguments)
                }
            }
        }
        #expect(outcome.successes > outcome.failures / 4, "\(outcome)")
    }

    /// What would leave files behind.
    private static let writesFiles: Set<String> = ["from_file"]

    /// How many calls succeeded and failed.
    private struct Outcome: CustomStringConvertible {
        var successes = 0
        var failures = 0

        var description: String { "\(successes) calls succeeded, \(failures) failed" }

        mutating func record(_ name: String, _ call: () throws -> Void) {
            do {
                try call()
                successes += 1
            } catch let error as TorchError {
                failures += 1
                if error.message.isEmpty || error.message.contains("C++") || error.message.contains(".cpp") {
                    Issue.record("\(name): an error with the text \(error)")
                }
            } catch {
                Issue.record("\(name): \(error) is no TorchError")
            }
        }
    }
}
