import Foundation
import TestSupport
import Testing

/// `digits cross-validate`.
@Suite struct CrossValidationTests {
    private func crossValidate(_ folder: URL, _ more: String...) throws -> Program {
        let arguments = [
            "cross-validate", "--folds", "3", "--stratified", "--epochs", "1", "--set", "trainer.data.train=4",
            "--folder", folder.path,
        ]
        return try Program.start(arguments + more).wait()
    }

    @Test("it trains each fold in a folder of its own, and skips those that are over")
    func folds() throws {
        try withTemporaryFolder { folder in
            let first = try crossValidate(folder, "--quiet")
            #expect(first.status == 0, "\(first.errors)")
            #expect(first.lines.first?.contains("accuracy") == true && first.lines.count == 6, "\(first.output)")
            // 1,437 digits in three parts.
            #expect(first.lines[1].contains("958") && first.lines[1].contains("479"), "\(first.output)")
            #expect(first.lines[4].hasPrefix("mean") && first.lines[5].hasPrefix("deviation"))
            let second = try crossValidate(folder)
            #expect(second.status == 0 && second.lines.count { $0.contains("is over already") } == 3)
            #expect(Array(second.lines.suffix(6)) == first.lines)
            let test = try Program.run("test", "--folder", folder.appending(path: "fold-2").path, "--quiet")
            #expect(test.status == 0 && test.accuracy != nil, "\(test.errors)")

            let changed = try crossValidate(folder, "--set", "optimizer.lr=0.5")
            #expect(changed.status == 1 && changed.errors.contains("'optimizer.lr' was"), "\(changed.errors)")
            #expect(changed.errors.contains("fold-1/config.yaml: this fold was trained with another configuration"))

            let other = try crossValidate(folder, "--fold-seed", "5")
            #expect(other.status == 1 && other.errors.contains("Use the same ones, or another folder"))
        }
    }

    @Test(
        "options that make no sense are errors",
        arguments: [["--folds", "1"], ["--grouped"], ["--stratified", "--grouped"]])
    func errors(arguments: [String]) throws {
        try withTemporaryFolder { folder in
            let run = try Program.start(["cross-validate", "--folder", folder.path] + arguments).wait()
            #expect(run.status != 0 && !run.errors.isEmpty)
        }
    }
}
