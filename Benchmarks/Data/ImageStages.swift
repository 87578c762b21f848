import ArgumentParser
import Foundation
import Helios
import HeliosVision
import Workloads

/// What the parts of an image's way into a batch take, on one thread, as a Markdown table.
struct ImageStages: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stages", abstract: "Times the parts of loading the JPEG files of a folder.")

    @Option(help: "The folder; files below it whose names end in .jpg are taken.")
    var images: String

    func run() throws {
        let paths = try jpegFiles(in: images, atLeast: 32)
        guard
            let crop = Compose([
                RandomResizedCrop(224), RandomHorizontalFlip(), ToImageTensor(), Normalize.imageNet,
            ]).leadingCrop
        else { return }
        // The files' pages come from the disk before anything is timed.
        for path in paths { _ = try Data(contentsOf: URL(filePath: path)) }
        var total: [(name: String, time: Duration)] = [
            ("reading the file, and its header", .zero), ("decoding the region", .zero),
            ("resizing, mirroring and normalizing it", .zero), ("copying it into the batch", .zero),
            ("for comparison: decoding the whole image", .zero),
        ]
        func timed<Result>(_ stage: Int, _ body: () throws -> Result) rethrows -> Result {
            let start = ContinuousClock.now
            defer { total[stage].time += start.duration(to: .now) }
            return try body()
        }
        var samples: [LabeledImage] = []
        for (index, path) in paths.enumerated() {
            var random = SampleRandom(seed: 1, epoch: 0, index: index)
            let file = try timed(0) { try ImageFile(path: path, .rgb) }
            let region = try crop.region(of: file.size, random: &random)
            let decoded = try timed(1) { try file.decode(region: region, atLeast: crop.outputSize) }
            let finished = try timed(2) { try crop.finish(ImageSample(image: decoded), random: &random) }
            samples.append(LabeledImage(image: finished.image, label: 0))
            if samples.count == 32 {
                _ = try timed(3) { try LabeledImage.collate(samples) }
                samples.removeAll()
            }
            _ = try timed(4) { try file.decode() }
        }
        print("| | µs an image |\n|---|---|")
        for (name, time) in total {
            print(row([name, String(format: "%.0f", time / .microseconds(1) / Double(paths.count))]))
        }
    }
}

/// The paths of the files below a folder whose names end in .jpg, in alphabetical order.
func jpegFiles(in folder: String, atLeast least: Int) throws -> [String] {
    let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    let paths = names.filter { $0.hasSuffix(".jpg") }.sorted().map { "\(folder)/\($0)" }
    guard paths.count >= least else {
        throw ValidationError("--images must name a folder with at least \(least) JPEG files.")
    }
    return paths
}
