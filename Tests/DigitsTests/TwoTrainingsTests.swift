import Foundation
import Helios
import TestSupport
import Testing

/// The program twice in one folder.
@Suite struct TwoTrainingsTests {
    @Test("the second is refused with the number of the first; when that was killed, the next one resumes")
    func twice() throws {
        try withTemporaryFolder { folder in
            let options = ["--quiet", "--log", "csv", "--folder", folder.path]
            let lock = folder.appending(path: "checkpoints/digits/.helios-lock")
            let first = try Program.start(["--epochs", "500"] + options)
            first.wait { !folder.appending(path: "checkpoints").filesBelow.filter { $0.hasSuffix(".pth") }.isEmpty }

            let second = try Program.start(["--epochs", "500"] + options).wait()
            #expect(second.status == 1)
            #expect(
                second.errors.contains("process \(first.processIdentifier) on ")
                    && second.errors.contains("is training in this folder"), "\(second.errors)")
            #expect(first.isRunning && FileManager.default.fileExists(atPath: lock.path))

            // Nor does the second leave anything in the logs of the first, or take anything away.
            let logs = folder.appending(path: "logs")
            #expect(logs.filesBelow == ["digits.csv", "digits.log"])
            let log = try String(contentsOf: logs.appending(path: "digits.log"), encoding: .utf8)
            #expect(log.contains("epoch 1 starts") && !log.contains("is training in this folder"))

            first.send(SIGKILL)
            _ = try first.wait()
            #expect(FileManager.default.fileExists(atPath: lock.path))
            let third = try Program.start(["--epochs", "1"] + options).wait()
            #expect(third.status == 0, "\(third.errors)")
            #expect(!FileManager.default.fileExists(atPath: lock.path))
        }
    }
}
