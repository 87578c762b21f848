import Foundation
import Helios
import HeliosConfiguration

/// The handwritten digits: the first 1,437 to train with, the last 360, which other people wrote, to validate and test.
final class DigitsData: DataModule<LabeledBatch> {
    static let trainCount = 1437
    static let pixelCount = 64

    private let loader: LoaderSettings
    private let fold: DataFold?

    /// - Parameter fold: which of the first 1,437 to train with, and which to validate with; `nil` for the usual parts.
    init(loader: LoaderSettings, fold: DataFold? = nil) {
        self.loader = loader
        self.fold = fold
    }

    override func setup() throws {
        let (images, labels) = try DigitsData.load()
        let train = 0..<DigitsData.trainCount
        let rest = DigitsData.trainCount...
        let trainSet = try TensorDataset(inputs: images[train], targets: labels[train])
        let testSet = try TensorDataset(inputs: images[rest], targets: labels[rest])
        if let fold {
            try addTrainPhase(trainSet.subset(fold.train), loader.options)
            try setValidation(trainSet.subset(fold.valid), LoaderOptions(batchSize: 360))
        } else {
            try addTrainPhase(trainSet, loader.options)
            // Nothing is chosen by the validation, so it may see the digits of the test.
            try setValidation(testSet, LoaderOptions(batchSize: 360))
        }
        try setTest(testSet, LoaderOptions(batchSize: 360))
        try setPrediction(testSet, LoaderOptions(batchSize: 90))
    }

    // MARK: The file

    /// Images `float32[1797, 1, 8, 8]` with values from 0 to 1, and labels `int64[1797]`.
    static func load(_ file: URL = dataFile) throws -> (images: Tensor, labels: Tensor) {
        let text: String
        do {
            // To read anything else, a FIFO for instance, could take for ever.
            guard try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else {
                throw DataError("the digits cannot be read from \(file.path): it is not a regular file")
            }
            text = try String(contentsOf: file, encoding: .utf8)
        } catch let error as DataError {
            throw error
        } catch {
            throw DataError("the digits cannot be read from \(file.path): \(error.localizedDescription)")
        }
        var pixels: [Float] = []
        var labels: [Int] = []
        for (number, line) in text.split(separator: "\n").enumerated() {
            let values = line.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
            guard values.count == pixelCount + 1, let label = values.last ?? nil, (0...9).contains(label),
                values.dropLast().allSatisfy({ $0.map((0...16).contains) ?? false })
            else {
                throw DataError("line \(number + 1) of \(file.path) is not 64 pixels of 0 to 16 and a label of 0 to 9")
            }
            pixels += values.dropLast().map { Float($0 ?? 0) / 16 }
            labels.append(label)
        }
        guard labels.count > trainCount else {
            throw DataError("\(file.path) has \(labels.count) digits, and more than \(trainCount) are needed")
        }
        return (try Tensor(pixels, shape: [labels.count, 1, 8, 8]), try Tensor(labels))
    }

    /// Where the build puts the file: beside the program.
    private static var dataFile: URL {
        let program = Bundle.main.executableURL ?? URL(filePath: CommandLine.arguments.first ?? "")
        return program.deletingLastPathComponent().appending(path: "helios_Digits.resources/digits.csv")
    }
}
