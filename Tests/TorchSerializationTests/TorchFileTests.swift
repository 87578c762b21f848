import Foundation
import TestSupport
import Testing
import Torch

@testable import TorchSerialization

@Suite("Files of torch.save")
struct TorchFileTests {
    @Test("what is saved is loaded again, in order")
    func roundTripOfPlainData() throws {
        let state: StateDict = [
            "none": nil, "true": true, "false": false, "text": "hé\n\u{0}😀", "empty": "",
            7: 1, -1: .dictionary(["a": .list([])]), "": .dictionary([:]),
            "list": .list([1, .tuple([]), .tuple([1]), .tuple([1, 2]), .tuple([1, 2, 3]), .tuple([1, 2, 3, 4])]),
            "nested": .dictionary(["list": .list([.list([.list([])])])]),
        ]
        #expect(try roundTrip(.dictionary(state)).text == StateValue.dictionary(state).text)
    }

    @Test(
        "integers of every size",
        arguments: [
            0, 1, 255, 256, 65535, 65536, -1, -128, -129, 1 << 31 - 1, 1 << 31, -(1 << 31), -(1 << 31) - 1, .max, .min,
        ])
    func integers(number: Int) throws {
        #expect(try roundTrip(.int(number)).text == "\(number)")
    }

    @Test("real numbers of every kind, bit by bit")
    func reals() throws {
        let numbers: [Double] = [0, -0.0, 1.5, .pi, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
        guard case .list(let loaded) = try roundTrip(.list(numbers.map { .double($0) })) else {
            Issue.record("no list")
            return
        }
        let bits = loaded.map { if case .double(let value) = $0 { value.bitPattern } else { UInt64(1) } }
        #expect(bits == numbers.map(\.bitPattern))
    }

    @Test("strings that Swift takes for equal stay as they are")
    func canonicallyEquivalentStrings() throws {
        let value = StateValue.list(["\u{E9}", "e\u{301}", "\u{E9}"])
        guard case .list(let loaded) = try roundTrip(value) else { return }
        let lengths = loaded.map { if case .string(let text) = $0 { text.utf8.count } else { 0 } }
        #expect(lengths == [2, 3, 2])
    }
}
