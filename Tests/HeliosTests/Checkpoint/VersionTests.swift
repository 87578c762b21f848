import Testing

@testable import Helios

@Suite struct VersionTests {
    @Test(
        "numbers are compared as numbers, and missing ones are 0",
        arguments: [
            ("1.10", "1.9", true), ("2", "1.99.99", true), ("1.0.1", "1", true), ("1.0", "1", false),
            ("1", "1.0.0", false),
            ("0.9", "1", false), ("", "0", false), ("1.x", "1", false), ("2.0rc1", "2", false),
            ("99999999999999999999", "1", false),
        ])
    func order(_ left: String, _ right: String, isNewer: Bool) {
        #expect(Version(left).isNewer(than: Version(right)) == isNewer)
    }
}
