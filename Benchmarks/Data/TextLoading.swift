import ArgumentParser
import Foundation
import Helios
import HeliosData

/// Random windows of a file of tokens that is mapped into memory.
struct TextLoading: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "text", abstract: "Loads windows of 1,024 tokens of a file of uint16 tokens.")

    @Option(help: "The file.")
    var tokens: String

    @OptionGroup var loading: LoadingOptions

    func run() throws {
        let (batch, length) = (32, 1024)
        var measurement = Measurement(framework: "ours-text", workers: loading.workers, images: 0, batch: batch)
        try measurement.take(loading) {
            let sequence = try TokenSequence(tokens: URL(filePath: tokens))
            return try DataLoader(
                TokenWindows(random: sequence, length: length, count: 4000 * batch),
                LoaderOptions(batchSize: batch, workers: loading.workers))
        } check: { (first: LabeledBatch) in
            guard first.inputs.shape == [batch, length], first.inputs.dtype == .int64 else {
                throw ValidationError("a batch is \(first.inputs.dtype)\(first.inputs.shape)")
            }
        }
        try measurement.print()
    }
}
