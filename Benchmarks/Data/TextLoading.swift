import ArgumentParser
import Foundation
import Helios
import HeliosData

/// Random windows of a file of tokens that is mapped into memory.
struct TextLoading: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "text", abstract: "Loads windows of 1,024 tokens of a file of uint16 tokens.")

    private static let batch = 32
    /// The number of tokens in a window.
    private static let length = 1024
    private static let epochBatches = 4000

    @Option(help: "The file.")
    var tokens: String

    @OptionGroup var loading: LoadingOptions

    @Flag(help: "Copy windows in a plain loop, without a loader and without tensors: a limit.")
    var plain = false

    func run() throws {
        plain ? try runPlain() : try runLoader()
    }

    private func runLoader() throws {
        let (batch, length) = (Self.batch, Self.length)
        var measurement = Measurement(framework: "ours-text", workers: loading.workers, images: 0, batch: batch)
        try measurement.take(loading) {
            let sequence = try TokenSequence(tokens: URL(filePath: tokens))
            return try DataLoader(
                TokenWindows(random: sequence, length: length, count: Self.epochBatches * batch),
                LoaderOptions(batchSize: batch, workers: loading.workers)
            ).epochs
        } check: { (first: LabeledBatch) in
            guard first.inputs.shape == [batch, length], first.inputs.dtype == .int64 else {
                throw ValidationError("a batch is \(first.inputs.dtype)\(first.inputs.shape)")
            }
        }
        try measurement.print()
    }

    /// Writes the inputs and targets of each batch to the same memory.
    private func runPlain() throws {
        let (batch, length) = (Self.batch, Self.length)
        var measurement = Measurement(framework: "text-loop", workers: 0, images: 0, batch: batch)
        let output = UnsafeMutablePointer<Int64>.allocate(capacity: 2 * batch * length)
        defer { output.deallocate() }
        try measurement.take(loading) {
            let data = try Data(contentsOf: URL(filePath: tokens), options: .alwaysMapped)
            guard data.count > 2 * (length + 1) else { throw ValidationError("\(tokens) has too few tokens.") }
            return { epoch in
                var random = SampleRandom(seed: 1, epoch: epoch, index: 0)
                var count = 0
                return {
                    guard count < Self.epochBatches else { return nil }
                    count += 1
                    return data.withUnsafeBytes { bytes in
                        let tokens = bytes.bindMemory(to: UInt16.self)
                        for row in 0..<batch {
                            let start = Int.random(in: 0...(tokens.count - length - 1), using: &random)
                            for column in 0..<length {
                                output[row * length + column] = Int64(tokens[start + column])
                            }
                            for column in 0..<length {
                                output[(batch + row) * length + column] = Int64(tokens[start + column + 1])
                            }
                        }
                        return output[0]
                    }
                }
            }
        } check: { (_: Int64) in
        }
        try measurement.print()
    }
}
