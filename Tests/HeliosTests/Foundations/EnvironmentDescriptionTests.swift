import Foundation
import TestSupport
import Testing

@testable import Helios

@Suite struct EnvironmentDescriptionTests {
    @Test("it names the versions and the machine, and survives a checkpoint")
    func contents() throws {
        let environment = EnvironmentDescription.current
        #expect(environment["helios"] == HeliosVersion.current && environment["libtorch"] == LibTorch.version)
        for name in ["swift", "system", "processor", "memory", "threads", "cuda"] {
            #expect(environment[name]?.isEmpty == false, "\(name)")
        }
        #expect(environment["coffee"] == nil)
        #expect(try EnvironmentDescription(environment.stateDict()) == environment)
    }

    @Test("it names the commit, and whether files were changed since")
    func commit() throws {
        try withTemporaryFolder { folder in
            #expect(GitCommit(in: folder.path) == nil)
            func git(_ arguments: String...) throws {
                let process = Process()
                process.executableURL = URL(filePath: "/usr/bin/env")
                process.arguments =
                    ["git", "-C", folder.path, "-c", "user.name=n", "-c", "user.email=e", "-c", "commit.gpgsign=false"]
                    + arguments
                process.standardOutput = FileHandle.nullDevice
                process.standardError = FileHandle.nullDevice
                try process.run()
                process.waitUntilExit()
                #expect(process.terminationStatus == 0, "\(arguments)")
            }
            try git("init", "-q")
            let file = folder.appending(path: "a")
            try Data("1".utf8).write(to: file)
            try git("add", "a")
            try git("commit", "-q", "-m", "a")
            let below = folder.appending(path: "below")
            try FileManager.default.createDirectory(at: below, withIntermediateDirectories: true)
            let clean = try #require(GitCommit(in: below.path))
            #expect(clean.hash.count == 40 && !clean.isDirty && clean.description == clean.hash)
            try Data("2".utf8).write(to: file)
            let dirty = try #require(GitCommit(in: folder.path))
            #expect(dirty.hash == clean.hash && dirty.isDirty && dirty.description == "\(clean.hash), with changes")
        }
    }
}
