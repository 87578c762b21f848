import ArgumentParser
import Foundation

/// Loads data as a training would, without a training, and prints what it took as a line of JSON.
@main
struct DataBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "DataBenchmark", abstract: "Measures how fast data is loaded: a part of scripts/bench data.",
        subcommands: [ImageLoading.self, ImageStages.self, TensorLoading.self, TextLoading.self])
}

/// What all kinds of data have.
struct LoadingOptions: ParsableArguments {
    @Option(help: "How many threads make batches ahead.")
    var workers = 0

    @Option(help: "How many epochs; the last one is timed, and memory is that of those before.")
    var epochs = 2

    func validate() throws {
        guard workers >= 0, epochs >= 2 else {
            throw ValidationError("--workers must not be negative, and --epochs must be at least 2.")
        }
    }
}

/// A line of the benchmark, with the fields of Benchmarks/Peers/data.py.
struct Measurement: Encodable {
    let framework: String
    let workers: Int
    let images: Int
    let batch: Int
    /// From the start of the process to the start of the benchmark: what the import of modules is to a peer.
    var importSeconds: Double?
    /// From the making of the loader to its first batch.
    var firstBatchSeconds: Double?
    var imagesPerSecond: Double?
    var batchesPerSecond: Double?
    var pssMib: Double?
    var rssMib: Double?
    let cpus = ProcessInfo.processInfo.activeProcessorCount

    func print() throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = .sortedKeys
        Swift.print(String(decoding: try encoder.encode(self), as: UTF8.self))
    }
}
