import Foundation
import Helios
import Testing

/// A release changes the version in several places, which must agree.
@Suite struct ReleaseTests {
    private func text(of name: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardizedFileURL
        return try String(contentsOf: root.appending(path: name), encoding: .utf8)
    }

    @Test("the newest section of the changelog is this version's, and has a date")
    func changelog() throws {
        let headings = try text(of: "CHANGELOG.md").split(separator: "\n").filter { $0.hasPrefix("## ") }
        try #require(headings.count > 1)
        #expect(headings[0] == "## [Unreleased]")
        let newest = try #require(headings[1].wholeMatch(of: #/## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d/#))
        #expect(newest.1 == HeliosVersion.current)
    }

    @Test("the README depends on this version")
    func readme() throws {
        let version = try #require(try text(of: "README.md").firstMatch(of: #/github\.com/[^"]*", from: "([^"]*)"/#))
        #expect(version.1 == HeliosVersion.current)
    }
}
