import TestSupport
import Testing

@testable import HeliosData

@Suite("NumberParser")
struct NumberParserTests {
    private func real(_ text: String) -> Double? {
        Array(text.utf8).withUnsafeBytes { NumberParser.real($0, 0, $0.count) }
    }

    private func integer(_ text: String) -> Int? {
        Array(text.utf8).withUnsafeBytes { NumberParser.integer($0, 0, $0.count) }
    }

    @Test("real numbers have Python's bits")
    func reals() throws {
        for number in try DataFiles.read().numbers {
            let value = try #require(real(number.text), "\(number.text)")
            if value.isNaN { continue }
            #expect(value.magnitude.bitPattern == number.bits, "\(number.text)")
            #expect((value.sign == .minus) == number.isNegative, "\(number.text)")
        }
    }

    @Test(
        "what is no number is none",
        arguments: [
            "", "+", "-", ".", "e5", "1e", "1e+", "1.2.3", "0x10", "1_000", "1 2", "abc", "nano", "infinit", "1e999",
            "--1", "1f",
        ])
    func none(text: String) {
        #expect(real(text) == nil)
    }

    @Test("integers of 64 bits, and nothing else")
    func integers() {
        #expect(integer("9223372036854775807") == .max)
        #expect(integer("-9223372036854775808") == .min)
        #expect(integer("+007") == 7)
        for text in ["9223372036854775808", "-9223372036854775809", "1.0", "", "-", "1e3", "x"] {
            #expect(integer(text) == nil, "\(text)")
        }
    }
}
