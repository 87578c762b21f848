import ArgumentParser
import Foundation
import Helios
import HeliosVision

/// Trains a ResNet-18 on a folder of classes.
@main
struct ImageFolderProgram: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image-folder",
        abstract: "Trains a ResNet-18 to tell classes of images apart.",
        discussion: """
            The folder has a folder of images for each class: flowers/rose/1.jpg, flowers/tulip/2.png. If it has the \
            folders train and val with the classes in them, the images of val validate; else a fraction of each class \
            does. Files that cannot be read are left out and named at the end: in the training, the next file takes the \
            place of one. Run it again to resume from the newest checkpoint.
            """)

    static func main() {
        // What `print` could not write shows at the end only: on a full disk, say.
        atexit {
            guard fflush(nil) != 0 else { return }
            perror("image-folder: the output cannot be written")
            _exit(1)
        }
        main(nil)
    }

    @Argument(help: "The folder of classes.", completion: .directory)
    var images: String

    @Option(help: "The folder of everything that is written.", completion: .directory)
    var folder = "runs/image-folder"

    @Option(help: "How many epochs to train in all.")
    var epochs = 10

    @Option(
        help:
            "A state dictionary of torchvision's resnet18 to begin with, as torch.save wrote it. If it is for another number of classes, its last layer is left out.",
        completion: .file())
    var weights: String?

    @Option(help: "How many images go into a step.")
    var batchSize = 32

    @Option(help: "The height and width that images are brought to, in pixels; at least 64.")
    var size = 224

    @Option(help: "The learning rate of AdamW.")
    var learningRate = 1e-3

    @Option(help: "The fraction of each class that validates, if there is no folder val. (default: 0.2)")
    var validationFraction: Double?

    @Option(help: "How many threads read images ahead of the training. (default: as many as there are processors)")
    var workers: Int?

    @Option(
        help: "Where to train: auto (a CUDA device if there is one), cpu, cuda or cuda:<number>. (default: auto)",
        transform: { $0 == "auto" ? .auto : try Device($0) })
    var device = Device.auto

    @Option(help: "What the network computes in: float32, bfloat16, or on a CUDA device float16.")
    var precision = Precision.float32

    @Option(help: "What the initial weights, the order and the augmentation of the images are drawn from.")
    var seed: UInt64 = 0

    @Flag(help: "Print the accuracy and nothing else.")
    var quiet = false

    func validate() throws {
        func require(_ condition: Bool, _ message: String) throws {
            guard condition else { throw ValidationError(message) }
        }
        try require(epochs > 0, "--epochs must be positive, not \(epochs).")
        try require(batchSize > 0, "--batch-size must be positive, not \(batchSize).")
        try require((64...4096).contains(size), "--size must be from 64 to 4096, not \(size).")
        try require(
            learningRate.isFinite && learningRate > 0, "--learning-rate must be positive, not \(learningRate).")
        if let validationFraction {
            try require(
                validationFraction > 0 && validationFraction < 1,
                "--validation-fraction must be between 0 and 1, not \(validationFraction).")
        }
        try require(workers ?? 0 >= 0, "--workers must not be negative, and is \(workers ?? 0).")
        try require(!images.isEmpty, "the folder of classes must be a path.")
        try require(!folder.isEmpty, "--folder must be a path.")
    }

    func run() throws {
        let folder = URL(filePath: folder)
        let split = try ImageSplit(URL(filePath: images), validationFraction: validationFraction, seed: seed)
        let data = try ImageFolderData(split, size: size, batchSize: batchSize, workers: workers)
        let model = ImageFolderModel(
            classes: split.classes, learningRate: learningRate, weights: weights.map { URL(filePath: $0) },
            precision: precision)

        let trainer = try Trainer(
            .epochs(epochs), validation: .every(1),
            checkpoints: .in(folder.appending(path: "checkpoints"), every: 1, keeping: .last(1)),
            logs: .in(folder.appending(path: "logs")), seed: seed, device: device, display: quiet ? .nothing : .all)
        try trainer.register(JSONLinesLogger())
        if case .interrupted(.signal(let number)) = try trainer.fit(model, data).outcome {
            // What a shell expects of a program that a signal ended.
            throw ExitCode(128 + number)
        }
        let network = folder.appending(path: "image-folder.pth")
        try TorchFile.save(model.trainedStateDict(), to: network)
        let counts = try model.confusion.compute()
        try report(data.brokenFiles)
        if !quiet {
            print("\n\(try ConfusionTable(counts, classes: split.classes))\n")
            print("checkpoint: \(trainer.lastCheckpoint?.path ?? "none")")
            print("trained network: \(network.path)")
            print("log: \(trainer.logFile?.path ?? "none")")
        }
        let accuracy = try counts.trace().item(Double.self) / counts.sum().item(Double.self)
        print("validation accuracy: \(String(format: "%.2f", 100 * accuracy)) %")
    }

    /// Says which files were left out, on the standard error.
    private func report(_ broken: [(path: String, reason: String)]) throws {
        guard !broken.isEmpty else { return }
        var lines = ["left out \(broken.count) broken file\(broken.count == 1 ? "" : "s"):"]
        lines += broken.prefix(20).map { "  \($0.reason.contains($0.path) ? "" : "\($0.path): ")\($0.reason)" }
        if broken.count > 20 { lines.append("  and \(broken.count - 20) more") }
        try FileHandle.standardError.write(contentsOf: Data((lines.joined(separator: "\n") + "\n").utf8))
    }
}

/// What a network computes in.
enum Precision: String, CaseIterable, ExpressibleByArgument {
    case float32, bfloat16, float16

    /// The type of mixed precision; `nil` for none.
    var dtype: DType? {
        switch self {
        case .float32: nil
        case .bfloat16: .bfloat16
        case .float16: .float16
        }
    }
}
