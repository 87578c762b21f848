import ArgumentParser
import Foundation
import Helios
import HeliosConfiguration

/// `predict`
struct PredictCommand<Program: TrainingCommand>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "predict", abstract: "Writes what the model predicts for the prediction data.",
            discussion: """
                The file's name says how: .jsonl has a line of JSON for each sample, .csv a row, .safetensors one \
                tensor 'predictions'. Each batch goes to the disk as it comes; the file gets its name when it is \
                complete.
                """)
    }

    @OptionGroup var options: RunOptions<Program>
    @OptionGroup var weights: WeightOptions

    @Option(
        name: [.short, .long], help: "The file to write.",
        completion: .file(extensions: ["jsonl", "csv", "safetensors"]))
    var output: String

    func validate() throws {
        _ = try PredictionFormat(of: output)
    }

    func run() throws {
        try Program.register()
        let format = try PredictionFormat(of: output)
        let run = try ProgramRun(options, readsRun: true)
        let trainer = try run.trainer(hasLogs: false)
        let count = try format.write(output) { write in
            try trainer.predict(run.model, run.data, checkpoint: weights.choice) { prediction in
                if run.model.rank == 0 { try write(prediction) }
            }
            return run.model.rank == 0
        }
        if let count, !run.isQuiet { print("predictions: \(output), \(count) sample\(count == 1 ? "" : "s")") }
    }
}
