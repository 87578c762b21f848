import Foundation
import TestSupport
import Testing

@testable import Helios

@Suite struct CheckpointJobTests {
    @Test("the files are written in order, then the obsolete ones go")
    func success() throws {
        try withTemporaryFolder { folder in
            let (a, b, old) = (folder.appending(path: "a"), folder.appending(path: "b"), folder.appending(path: "old"))
            try Data().write(to: old)
            let outcome = CheckpointJob(
                state: ["x": 1], files: [a, b], obsolete: [old, folder.appending(path: "gone")]
            ).run()
            #expect(outcome.written == [a, b])
            #expect(outcome.failure == nil && outcome.warnings.isEmpty)
            #expect(folder.filesBelow == ["a", "b"])
        }
    }

    @Test("after a failure nothing more is written, and nothing goes")
    func failure() throws {
        try withTemporaryFolder { folder in
            let (a, b, old) = (folder.appending(path: "a"), folder.appending(path: "b"), folder.appending(path: "old"))
            let missing = folder.appending(path: "missing/c")
            try Data().write(to: old)
            let outcome = CheckpointJob(state: ["x": 1], files: [a, missing, b], obsolete: [old]).run()
            #expect(outcome.written == [a])
            #expect(
                outcome.failure
                    == CheckpointError(
                        path: missing.path, reason: "cannot be written in its folder: No such file or directory"))
            #expect(folder.filesBelow == ["a", "old"])
        }
    }

    @Test("an obsolete file that cannot go is a warning that names it")
    func stubborn() throws {
        try withTemporaryFolder { folder in
            let inner = folder.appending(path: "inner")
            try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
            let outcome = CheckpointJob(state: [:], files: [folder.appending(path: "a")], obsolete: [inner]).run()
            #expect(outcome.failure == nil)
            #expect(outcome.warnings.count == 1)
            #expect(outcome.warnings.first?.hasPrefix("the checkpoint \(inner.path) cannot be removed: ") == true)
        }
    }
}
