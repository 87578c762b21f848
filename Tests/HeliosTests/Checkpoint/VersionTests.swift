import Testing

@testable import Helios

@Suite struct VersionTests {
    @Test(
        "numbers are compared as numbers, and missing ones are 0",
        arguments: [
            ("1.10", "1.9", true), ("2", "1.99.99", true), ("1.0.1", "1", true), ("1.0", "1", false),
            ("1", "1.0.0", false),
            ("0.9", "1", false), ("2.0rc1", "2", false), ("2.0.1.post1", "2", true),
            ("99999999999999999999", "1", true), ("v1.2", "1.1", true),
        ])
    func order(_ left: String, _ right: String, isNewer: Bool) throws {
        #expect(try #require(Version(left)).isNewer(than: try #require(Version(right))) == isNewer)
    }

    @Test("other texts are not versions", arguments: ["", "banana", "1.", ".1", "1..2", "1 2", "-1", "1.x y", "v"])
    func noVersion(text: String) {
        #expect(Version(text) == nil)
    }

    @Test("a checkpoint whose version is none is refused, whichever library it looks like", arguments: [true, false])
    func refused(isPython: Bool) throws {
        for version: StateValue in [.string("banana"), .string(""), .int(2)] {
            var state: StateDict = [
                "version": version, "training_state": .dictionary([:]), "model": .dictionary([:]),
                "rng": .dictionary(["torch": .none]),
            ]
            if !isPython { state["rng"] = .dictionary(["seed": 1]) }
            let error = #expect(throws: StateDictError.self) { try CheckpointMigration.migrate(state) }
            #expect(error?.description.contains("which is not a version") == true, "\(error.map { "\($0)" } ?? "")")
        }
    }
}
