import Foundation
import TestSupport
import Testing
import Torch

@Suite(.standardGenerator) struct OperationsFuzzTests {
    @Test("an operation answers any arguments with a result or an error")
    func survives() throws {
        let rounds = ProcessInfo.processInfo.environment["HELIOS_THOROUGH"] == nil ? 40 : 1000
        var successes = 0
        var failures = 0
        for (number, operation) in fuzzedOperations.enumerated() {
            for round in 0..<rounds {
                do {
                    try operation.call(Fuzzer(seed: UInt64(number * 1_000_003 + round)))
                    successes += 1
                } catch let error as TorchError {
                    failures += 1
                    if error.message.isEmpty || error.message.contains("C++") || error.message.contains(".cpp") {
                        Issue.record("\(operation.name): an error with the text \(error)")
                    }
                } catch {
                    Issue.record("\(operation.name): \(error) is no TorchError")
                }
            }
        }
        // Arguments that no operation takes would prove little.
        #expect(successes > failures / 2, "\(successes) calls succeeded, \(failures) failed")
    }
}
