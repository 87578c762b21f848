import Foundation
import Helios
import TestSupport
import Testing

/// The commands of the program besides `train`.
@Suite struct CommandTests {
    @Test("a configuration and overrides train, and the run and the checkpoint have all of it")
    func configured() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "a.yaml")
            try Data("trainer: {epochs: 1}\nloader: {batchSize: 64}\n".utf8).write(to: file)
            let run = folder.appending(path: "run")
            let first = try Program.run(
                "train", "--config", file.path, "--set", "optimizer.learningRate=0.002", "--folder", run.path)
            #expect(first.status == 0 && first.accuracy != nil, "\(first.errors)")
            let checkpoint = run.appending(path: "checkpoints/digits/digits_epoch_1_iter_23.pth")
            let state = try TorchFile.loadDictionary(checkpoint)
            let configuration = try state.dictionary("configuration")
            #expect(try configuration.dictionary("optimizer").double("lr") == 0.002)
            #expect(try configuration.dictionary("loader").int("batchSize") == 64)
            let text = try String(contentsOf: run.appending(path: "config.yaml"), encoding: .utf8)
            #expect(text.contains("  lr: 0.002\n") && text.contains("  batchSize: 64\n"), "\(text)")

            // It goes on with that, and not with the defaults.
            let more = try Program.run("resume", "--set", "trainer.epochs=2", "--folder", run.path)
            #expect(more.status == 0 && more.output.contains("resuming from \(checkpoint.path)"), "\(more.errors)")
            #expect(run.newestIteration(of: "digits") == 46)
            #expect(!more.errors.contains("warning"), "\(more.errors)")
        }
    }

    @Test("train does not resume what was configured differently, and leaves it as it is; resume does if it is told to")
    func otherConfiguration() throws {
        try withTemporaryFolder { folder in
            let run = folder.appending(path: "run")
            let first = try Program.run("--epochs", "1", "--quiet", "--folder", run.path)
            #expect(first.status == 0)
            let files = run.filesBelow
            let configuration = run.appending(path: "config.yaml")
            let text = try String(contentsOf: configuration, encoding: .utf8)

            let refused = try Program.run(
                "train", "--epochs", "2", "--batch-size", "64", "--set", "optimizer.weight_decay=0.1", "--folder",
                run.path)
            #expect(refused.status == 1)
            #expect(
                refused.errors.contains(
                    "digits_epoch_1_iter_45.pth was trained with another configuration: 'optimizer.weight_decay' was 0.01 "
                        + "and is 0.1, 'loader.batchSize' was 32 and is 64. For a new training, name another --folder; to "
                        + "continue this one, run `digits resume`"), "\(refused.errors)")
            #expect(run.filesBelow == files)
            #expect(try String(contentsOf: configuration, encoding: .utf8) == text)

            let resumed = try Program.run(
                "resume", "--epochs", "2", "--batch-size", "64", "--folder", run.path)
            #expect(resumed.status == 0, "\(resumed.errors)")
            #expect(
                resumed.output.contains(
                    "the configuration has changed since the checkpoint: 'loader.batchSize' was 32 and is 64"))
            #expect(try String(contentsOf: configuration, encoding: .utf8).contains("  batchSize: 64\n"))
        }
    }

    @Test("what the environment says in a text is neither in the run nor in its checkpoints, and is needed to resume")
    func secrets() throws {
        try withTemporaryFolder { folder in
            let run = folder.appending(path: "run")
            let arguments = [
                "--set", "trainer.logs.name=${env:NAME_OF_LOG}", "--set", "trainer.seed=${env:SEED_OF_RUN}", "--quiet",
                "--folder", run.path,
            ]
            let environment = ["NAME_OF_LOG": "s3cret", "SEED_OF_RUN": "12"]
            let first = try Program.start(["--epochs", "1"] + arguments, environment).wait()
            #expect(first.status == 0, "\(first.errors)")
            #expect(run.filesBelow.contains("logs/s3cret.log"))
            let text = try String(contentsOf: run.appending(path: "config.yaml"), encoding: .utf8)
            #expect(text.contains("    name: \"${env:NAME_OF_LOG}\"\n") && text.contains("  seed: 12\n"), "\(text)")
            let checkpoint = run.appending(path: "checkpoints/digits/digits_epoch_1_iter_45.pth")
            #expect(try Data(contentsOf: checkpoint).range(of: Data("${env:NAME_OF_LOG}".utf8)) != nil)

            let lacking = try Program.start(["resume", "--epochs", "2", "--folder", run.path]).wait()
            #expect(lacking.status == 1)
            #expect(
                lacking.errors.contains(/config\.yaml:\d+:\d+: the environment has no variable 'NAME_OF_LOG': set it/),
                "\(lacking.errors)")
            let resumed = try Program.start(["resume", "--epochs", "2", "--folder", run.path], environment).wait()
            #expect(resumed.status == 0 && resumed.accuracy != nil, "\(resumed.errors)")
        }
    }

    @Test("tests, validates, predicts and exports what was trained")
    func afterwards() throws {
        try withTemporaryFolder { folder in
            let run = folder.appending(path: "run").path
            let trained = try Program.run("train", "--epochs", "2", "--folder", run)
            #expect(trained.status == 0)
            let test = try Program.run("test", "--folder", run)
            #expect(test.accuracy == trained.accuracy && test.accuracy != nil, "\(test.errors)")
            let validation = try Program.run("validate", "--quiet", "--folder", run)
            #expect(validation.status == 0, "\(validation.errors)")
            let accuracy = try #require(
                validation.lines.last?.wholeMatch(of: /validation accuracy: (0\.\d+)/).flatMap { Double($0.1) })
            #expect(abs(100 * accuracy - (test.accuracy ?? 0)) < 0.01)

            var predictions: [[Double]] = []
            for name in ["p.jsonl", "p.csv", "p.safetensors"] {
                let path = folder.appending(path: name)
                let made = try Program.run("predict", "--output", path.path, "--folder", run)
                #expect(made.status == 0 && made.lines.last?.hasSuffix("360 samples") == true, "\(made.errors)")
                switch path.pathExtension {
                case "safetensors":
                    let tensor = try SafetensorsFile.load(path).tensor("predictions")
                    #expect(tensor.shape == [360, 10])
                    predictions.append(try tensor.reshape([-1]).to(.float64).array(Double.self))
                case "csv":
                    let rows = try String(contentsOf: path, encoding: .utf8).split(separator: "\n")
                    #expect(rows.count == 361 && rows[0].hasPrefix("output_0,output_1,"))
                    predictions.append(rows.dropFirst().flatMap { $0.split(separator: ",").compactMap { Double($0) } })
                default:
                    let rows = try String(contentsOf: path, encoding: .utf8).split(separator: "\n")
                    predictions.append(
                        try rows.flatMap { row in
                            try JSONDecoder().decode([String: [Double]].self, from: Data(row.utf8))["prediction"] ?? []
                        })
                }
            }
            #expect(predictions[0].count == 3600 && predictions[0] == predictions[1])
            #expect(zip(predictions[0], predictions[2]).allSatisfy { abs($0 - $1) < 1e-5 })

            let weights = folder.appending(path: "w.safetensors")
            #expect(try Program.run("export", "--safetensors", weights.path, "--folder", run).status == 0)
            #expect(try SafetensorsFile.load(weights).names.contains("fc.weight"))
            // No part of a file is left behind.
            #expect(!folder.filesBelow.contains { $0.hasSuffix(".part") })
        }
    }

    @Test("finders suggest, and write nothing")
    func finders() throws {
        try withTemporaryFolder { folder in
            let rate = try Program.run("find-lr", "--steps", "30", "--quiet", "--folder", folder.path)
            #expect(rate.status == 0 && rate.lines.last.flatMap { Double($0) } != nil, "\(rate.output)\(rate.errors)")
            let size = try Program.run(
                "find-batch-size", "--up-to", "8", "--steps", "1", "--quiet", "--folder", folder.path)
            #expect(size.status == 0 && size.lines.last == "8", "\(size.output)\(size.errors)")
            #expect(folder.filesBelow.isEmpty)
        }
    }

    @Test("configurations are checked and shown, with a schema")
    func configurations() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "a.yaml")
            try Data("unit: iteration\nchekpointFrequency: 3\n".utf8).write(to: file)
            let wrong = try Program.run("config", "check", file.path)
            #expect(wrong.status == 1)
            #expect(
                wrong.errors.contains(
                    "a.yaml:2:1: there is no option 'chekpointFrequency'; did you mean 'checkpointFrequency'?"),
                "\(wrong.errors)")
            try Data("unit: iteration\n".utf8).write(to: file)
            #expect(try Program.run("config", "check", file.path).status == 0)
            let shown = try Program.run("config", "show", "--config", file.path, "--set", "trainer.epochs=7")
            #expect(shown.output.contains("unit: iteration\n") && shown.output.contains("  epochs: 7\n"))
            let schema = try Program.run("config", "schema")
            #expect(schema.output.contains("\"checkpointFrequency\""))
        }
    }

    @Test(
        "what makes no sense is said in a sentence",
        arguments: [
            (["train", "--set", "optimizer.larningRate=1"], "no option 'larningRate'; did you mean 'lr'?"),
            (["train", "--set", "trainer.epochs=many"], "--set trainer.epochs=many: 'trainer.epochs' must be a whole"),
            (["train", "--set", "optimizer"], "it needs a key and a value, as in optimizer.lr=0.01"),
            (["train", "--config", "/nowhere.yaml"], "/nowhere.yaml: No such file or directory"),
            (["train", "--log", "cvs"], "--log has no 'cvs': choose among csv, jsonl, mlflow, tensorboard, wandb."),
            (["train", "--set", "trainer.logs.loggers=[cvs]"], "'trainer.logs.loggers' has no 'cvs'; did you mean"),
            (["train", "--set", "loader.batchSize=1438"], "larger than the 1437 digits"),
            (["resume"], "it has no config.yaml; begin it with train"),
            (["test"], "the checkpoint folder does not exist"),
            (["predict", "--output", "p.txt"], "--output must end with .jsonl, .csv or .safetensors, not 'p.txt'."),
            (["export"], "name a file: --onnx, --torchscript, --safetensors or --pth."),
            (["export", "--pth", "a.pth", "--fixed-shapes"], "--fixed-shapes and --validate are for --onnx"),
            (["export", "--pth", "a", "--safetensors", "./a"], "each format needs a file of its own"),
            (["trian"], "trian"),
        ])
    func wrong(_ arguments: [String], _ message: String) throws {
        try withTemporaryFolder { folder in
            let inFolder = arguments == ["trian"] ? [] : ["--folder", folder.path]
            let run = try Program.start(arguments + inFolder).wait()
            #expect(run.status != 0)
            #expect(run.errors.replacing("\n", with: " ").contains(message), "\(run.errors)")
            #expect(!folder.filesBelow.contains { !$0.hasPrefix("logs/") }, "\(folder.filesBelow)")
        }
    }

    @Test(
        "what needs a run makes no folder if there is none",
        arguments: ["test", "validate", "predict --output p.csv", "export --pth p.pth", "resume"])
    func missingRun(_ command: String) throws {
        try withTemporaryFolder { folder in
            let run = try Program.shell("cd '\(folder.path)' && \"$0\" \(command) --folder none")
            #expect(run.status == 1)
            #expect(run.errors.contains("there is no run in none: "), "\(run.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
    }

    @Test("it writes completion scripts", arguments: ["bash", "zsh", "fish"])
    func completion(_ shell: String) throws {
        let run = try Program.run("--generate-completion-script", shell)
        #expect(run.status == 0 && run.output.contains("find-batch-size"))
    }
}
