import ArgumentParser
import Foundation
import Helios
import HeliosVision

/// Photographs to batches: a random part resized to 224 by 224, mirrored every other time, normalized.
struct ImageLoading: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "images", abstract: "Loads the JPEG files of a folder.")

    @Option(help: "The folder; files below it whose names end in .jpg are taken.")
    var images: String

    @Flag(help: "Decode at a half, a quarter or an eighth where the part is reduced anyway: other pixels, and faster.")
    var reduced = false

    @OptionGroup var loading: LoadingOptions

    func run() throws {
        let batch = 32
        let paths = try jpegFiles(in: images, atLeast: batch)
        var options = DecodingOptions.rgb
        options.scale = reduced ? .reduced : .exact
        var measurement = Measurement(
            framework: reduced ? "ours-reduced" : "ours", workers: loading.workers, images: paths.count, batch: batch)
        try measurement.take(loading) {
            let transform = Compose([
                RandomResizedCrop(224), RandomHorizontalFlip(), ToImageTensor(), Normalize.imageNet,
            ])
            let list = try ImageList(
                files: paths, labels: [Int](repeating: 0, count: paths.count), transforms: [transform],
                options: options)
            return try DataLoader(
                list, LoaderOptions(batchSize: batch, shuffle: true, dropLast: true, workers: loading.workers)
            )
            .epochs
        } check: { (first: LabeledBatch) in
            let (least, greatest): (Double, Double) = (
                try first.inputs.min().item(), try first.inputs.max().item()
            )
            guard first.inputs.shape == [batch, 3, 224, 224], first.inputs.dtype == .float32,
                (-2.2 ... -0.5).contains(least), (0.5...2.7).contains(greatest)
            else {
                throw ValidationError(
                    "a batch is \(first.inputs.dtype)\(first.inputs.shape) from \(least) to \(greatest)")
            }
        }
        try measurement.print()
    }
}
