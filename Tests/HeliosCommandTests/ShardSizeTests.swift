import Testing

@testable import HeliosCommand

@Suite("ShardSize")
struct ShardSizeTests {
    @Test(
        "a size has a number and a unit of 1000 or of 1024",
        arguments: [
            ("1", 1), ("1000", 1000), ("2GB", 2_000_000_000), ("2gb", 2_000_000_000), ("1.5 kB", 1500), ("1KB", 1000),
            ("3MiB", 3_145_728), ("0.5GiB", 536_870_912), ("1TB", 1_000_000_000_000),
        ])
    func sizes(text: String, expected: Int) {
        #expect(ShardSize(argument: text)?.byteCount == expected)
    }

    @Test(
        "anything else is none",
        arguments: [
            "", "GB", "-1GB", "0", "0.1B", "1.GB", "1e3", "2XB", "1 GB x", "nan", "inf", "99999999999999999999TB",
            "9223372036854775808",
        ])
    func refused(text: String) {
        #expect(ShardSize(argument: text) == nil)
    }
}
