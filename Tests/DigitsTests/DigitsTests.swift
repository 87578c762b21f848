import Foundation
import Helios
import TestSupport
import Testing

/// The program from outside, as it is run from a shell.
@Suite(.serialized) struct DigitsTests {
    @Test("it reaches 95 % with each seed", arguments: 0..<5)
    func accuracy(seed: Int) throws {
        try withTemporaryFolder { folder in
            let run = try Program.run("--seed", "\(seed)", "--folder", folder.path, "--quiet")
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.lines.count == 1)
            let log = try String(contentsOf: folder.appending(path: "logs/digits.log"), encoding: .utf8)
            #expect(log.contains("info epoch 20/20: loss "))
            #expect(try #require(run.accuracy) >= 95)
        }
    }

    @Test("it says how each epoch went, what was confused, where everything is, and last the accuracy")
    func output() throws {
        try withTemporaryFolder { folder in
            let run = try Program.run("--epochs", "2", "--folder", folder.path)
            #expect(run.status == 0, "\(run.errors)")
            // Without a terminal, the first and the last epoch have a line in any case.
            for epoch in 1...2 {
                #expect(
                    run.lines.contains {
                        $0.contains(/^epoch \d\/2: loss [\d.]+, accuracy 0\.\d+/) && $0.hasPrefix("epoch \(epoch)")
                    })
            }
            #expect(run.output.contains("confusion matrix"))
            for file in ["checkpoints/digits/digits_epoch_2_iter_90.pth", "digits.pth", "logs/digits.log"] {
                #expect(run.output.contains(": \(folder.path)/\(file)\n"))
            }
            #expect(run.accuracy != nil)
            #expect(
                folder.filesBelow == [
                    "checkpoints/digits/digits_epoch_1_iter_45.pth", "checkpoints/digits/digits_epoch_2_iter_90.pth",
                    "config.yaml", "digits.pth", "logs/digits.log",
                ])
        }
    }

    @Test("the logs have the accuracy of the test and what was confused, and so has a report")
    func loggedTest() throws {
        try withTemporaryFolder { folder in
            // A test that is repeated is there once.
            for _ in 0..<2 {
                let run = try Program.run("--epochs", "1", "--quiet", "--log", "jsonl", "--folder", folder.path)
                #expect(run.status == 0, "\(run.errors)")
            }
            let log = try String(contentsOf: folder.appending(path: "logs/digits.log"), encoding: .utf8)
            #expect(log.matches(of: /info test: accuracy 0\.\d+\n/).count == 1)
            #expect(log.matches(of: #/info confusion matrix /#).count == 1)
            var history = LoggedHistory()
            try history.readJSONLines(folder.appending(path: "logs/digits.jsonl").path)
            let matrix = try #require(history.confusions["test/confusion"]?.elements)
            #expect(matrix.count == 1 && matrix[0].value.counts.reduce(0, +) == 360 && matrix[0].step == 45)
            let settings = Dictionary(uniqueKeysWithValues: history.hyperparameters.map { ($0.key, $0.value) })
            #expect(settings["batch_size"] == "32" && settings["optimizer.lr"] == "0.001")
            let lines = try String(contentsOf: folder.appending(path: "logs/digits.jsonl"), encoding: .utf8)
            #expect(lines.contains("\"batch_size\":32,"))
        }
    }

    @Test("run again it only tests, and asked for more epochs it trains those, to the bits of an uninterrupted run")
    func goingOn() throws {
        try withTemporaryFolder { folder in
            let parts = folder.appending(path: "parts").path
            let first = try Program.run("--epochs", "2", "--folder", parts)
            let again = try Program.run("--epochs", "2", "--folder", parts)
            #expect(again.accuracy == first.accuracy)
            #expect(!again.output.contains("epoch 2/2"))
            #expect(again.output.contains("resuming from \(parts)/checkpoints/digits/digits_epoch_2_iter_90.pth"))

            let more = try Program.run("--epochs", "3", "--folder", parts, "--workers", "2")
            #expect(more.lines.filter { $0.hasPrefix("epoch ") }.map { $0.prefix(9) } == ["epoch 3/3"])
            let whole = folder.appending(path: "whole").path
            #expect(try Program.run("--epochs", "3", "--folder", whole).accuracy == more.accuracy)
            try expectSameNetworks("\(parts)/digits.pth", "\(whole)/digits.pth")
        }
    }

    @Test("another learning rate than the checkpoint's is warned of, and used if that is asked for")
    func otherLearningRate() throws {
        try withTemporaryFolder { folder in
            _ = try Program.run("--epochs", "1", "--quiet", "--folder", folder.path)
            let kept = try Program.run(
                "resume", "--epochs", "2", "--learning-rate", "0.5", "--quiet", "--folder", folder.path)
            #expect(
                kept.errors.contains("optimizer.lr (0.001 in the checkpoint, 0.5 in the program)"), "\(kept.errors)")
            #expect(kept.lines.count == 1)
            let used = try Program.run(
                "--epochs", "3", "--learning-rate", "0.002", "--on-resume", "override", "--folder", folder.path)
            #expect(used.output.contains("optimizer.lr (0.001 in the checkpoint, 0.002 in the program)"))
            #expect(!used.errors.contains("warning"))
        }
    }

    @Test("training by iteration resumes in the middle of an epoch, to the bits of an uninterrupted run")
    func goingOnInsideAnEpoch() throws {
        try withTemporaryFolder { folder in
            let parts = folder.appending(path: "parts")
            let iteration = ["--unit", "iteration", "--checkpoint-frequency", "20", "--quiet", "--folder"]
            _ = try Program.start(["--epochs", "2"] + iteration + [parts.path]).wait()
            // As if it had been stopped after iteration 60, the fifteenth of the second epoch.
            try FileManager.default.removeItem(
                at: parts.appending(path: "checkpoints/digits/digits_epoch_2_iter_80.pth"))
            _ = try Program.start(["--epochs", "3"] + iteration + [parts.path]).wait()

            let whole = folder.appending(path: "whole")
            _ = try Program.start(["--epochs", "3"] + iteration + [whole.path]).wait()
            try expectSameNetworks("\(parts.path)/digits.pth", "\(whole.path)/digits.pth")
        }
    }

    @Test("a broken checkpoint is passed over with a warning that names it")
    func brokenCheckpoint() throws {
        try withTemporaryFolder { folder in
            _ = try Program.run("--epochs", "2", "--folder", folder.path, "--quiet")
            let newest = folder.appending(path: "checkpoints/digits/digits_epoch_2_iter_90.pth")
            try Data(contentsOf: newest).prefix(1000).write(to: newest)
            let run = try Program.run("--epochs", "2", "--folder", folder.path)
            #expect(run.status == 0)
            #expect(run.errors.contains("warning: passed over: checkpoint \(newest.path)"))
            #expect(run.output.contains("resuming from") && run.output.contains("digits_epoch_1_iter_45.pth"))
            #expect(run.accuracy != nil)
        }
    }

    @Test("with nothing but broken checkpoints it stops, and leaves them as they are")
    func onlyBrokenCheckpoints() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "checkpoints/digits/digits_epoch_1_iter_45.pth")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data("no checkpoint".utf8).write(to: file)
            let run = try Program.run("--epochs", "1", "--folder", folder.path)
            #expect(run.status == 1)
            #expect(run.errors.contains("none of its 1 checkpoints can be read"))
            #expect(try Data(contentsOf: file) == Data("no checkpoint".utf8))
        }
    }

    @Test(
        "what makes no sense is said in a sentence and an exit code",
        arguments: [
            (["--epochs", "0"], "--epochs must be positive"),
            (["--epochs", "many"], "--epochs"),
            (["--batch-size", "0"], "--batch-size must be positive"),
            (["--batch-size", "1438"], "larger than the 1437 digits"),
            (["--learning-rate", "0"], "--learning-rate must be positive"),
            (["--learning-rate", "nan"], "--learning-rate must be positive"),
            (["--seed", "-1"], "--seed"),
            (["--device", "tpu"], "unknown device 'tpu'"),
            (["--device", "cuda:x"], "unknown device 'cuda:x'"),
            (["--workers", "-1"], "--workers"),
            (["--unit", "hour"], "--unit"),
            (["--checkpoint-frequency", "0"], "--checkpoint-frequency must be positive"),
            (["--folder", "/dev/null/below"], "/dev/null/below"),
            (["--color"], "--color"),
        ])
    func badOptions(_ arguments: [String], _ message: String) throws {
        try withTemporaryFolder { folder in
            let inFolder = arguments.contains("--folder") ? [] : ["--folder", folder.path]
            let run = try Program.start(arguments + inFolder).wait()
            #expect(run.status != 0)
            #expect(run.errors.contains(message), "\(run.errors)")
            #expect(folder.filesBelow.isEmpty)
        }
    }

    @Test("a CUDA device that is not there is said in a sentence", .enabled(if: !CUDA.isAvailable))
    func missingDevice() throws {
        let run = try Program.run("--device", "cuda", "--folder", "/dev/null/below")
        #expect(run.status == 1)
        #expect(run.errors.contains("CUDA is not available"), "\(run.errors)")
    }

    @Test("a loss that is not a number ends training with the step, and no checkpoint of it is saved")
    func divergence() throws {
        try withTemporaryFolder { folder in
            let run = try Program.run("--epochs", "2", "--learning-rate", "1e38", "--folder", folder.path)
            #expect(run.status == 1)
            #expect(
                run.errors.contains(/the loss 'loss' is -?(nan|inf) in iteration \d+ \(epoch 1, batch \d+\)/),
                "\(run.errors)")
            #expect(folder.filesBelow == ["config.yaml", "logs/digits.log"])
            let log = try String(contentsOf: folder.appending(path: "logs/digits.log"), encoding: .utf8)
            #expect(log.contains("error training failed in onTrainingBatchEnd, epoch 1, iteration 2, batch 2"))
        }
    }

    @Test(
        "if no one reads its output, or it has none, it trains to its end",
        arguments: ["| head -n 1", ">&- 2>&- <&-", "> /dev/full 2> /dev/full"])
    func noReader(redirection: String) throws {
        try withTemporaryFolder { folder in
            let command = "\"$0\" --epochs 3 --folder '\(folder.path)' \(redirection)"
            _ = try Program.shell(command)
            #expect(
                folder.filesBelow == (1...3).map { "checkpoints/digits/digits_epoch_\($0)_iter_\(45 * $0).pth" } + [
                    "config.yaml", "digits.pth", "logs/digits.log",
                ])
            #expect(try TorchFile.loadDictionary(folder.appending(path: "digits.pth")).names.contains("fc.weight"))
            // Every line of the log is one of the log.
            let log = try String(contentsOf: folder.appending(path: "logs/digits.log"), encoding: .utf8)
            let other = log.split(separator: "\n").filter { !$0.hasPrefix("    ") && !$0.contains(/^\d{4}-\S+ info/) }
            #expect(other.isEmpty)
        }
    }

    @Test("--help lists every option")
    func help() throws {
        let run = try Program.run("train", "--help")
        #expect(run.status == 0)
        let options = [
            "epochs", "batch-size", "learning-rate", "seed", "device", "workers", "unit", "checkpoint-frequency",
            "folder",
            "quiet", "help",
        ]
        for option in options { #expect(run.output.contains("--\(option)")) }
    }

    private func expectSameNetworks(_ left: String, _ right: String) throws {
        let (state, expected) = (
            try TorchFile.loadDictionary(URL(filePath: left)), try TorchFile.loadDictionary(URL(filePath: right))
        )
        #expect(state.keys == expected.keys && !state.isEmpty)
        for name in expected.names {
            try expectSameBits(state.tensor(.string(name)), expected.tensor(.string(name)), name)
        }
    }
}
