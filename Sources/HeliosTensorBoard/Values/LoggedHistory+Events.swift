import Foundation
import Helios

// Reads what `TensorBoardLogger` writes, and the same kinds of values that other programs write.
extension LoggedHistory {
    /// What is taken of an events file. If a run has the same in another file, that one has more digits.
    package enum EventContents: Sendable {
        case everything
        case allButNumbers
        case images
    }

    /// No event with a PNG file has fewer bytes: the smallest PNG files have 67.
    private static let smallestImageEvent = 80
    /// A page of images that `TensorBoardLogger` writes has a few megabytes.
    private static let greatestRecord = 64 << 20

    /// Adds the values of an events file: numbers, images, histograms, texts and precision-recall curves; of the file
    /// that `TensorBoardLogger` keeps for them, the hyperparameters.
    ///
    /// Values that are broken are left out, and noted. The graph of a network is not read.
    ///
    /// - Throws: `TensorBoardError` if the file cannot be read.
    package mutating func readEvents(_ path: String, _ contents: EventContents = .everything) throws {
        if path.hasSuffix("-hyperparameters"), contents != .images {
            let values = try SessionRecords(contentsOf: path).values.sorted { $0.key < $1.key }
            return add(hyperparameters: values.map { ($0.key, $0.value.description) }, metrics: [])
        }
        let reader = try RecordReader(path, recordLimit: LoggedHistory.greatestRecord)
        while let bytes = try reader.next() {
            if contents == .images, bytes.count < LoggedHistory.smallestImageEvent { continue }
            guard let event = try? TBEvent(serializedBytes: Array(bytes)) else {
                omit("a record that is no event was left out")
                continue
            }
            for value in event.summary.value {
                if case .image(let image) = value.value {
                    add(image, value.tag, step: Int(event.step), time: event.wallTime)
                } else if contents != .images, !add(value, event, contents) {
                    omit("a value that is broken was left out")
                }
            }
        }
        if reader.oversizedCount > 0 { omit("a record of more than 64 MiB was left out") }
        if reader.position < reader.byteCount {
            omit(
                "what follows byte \(reader.position) of the events file is no whole record, and was left out: the run was "
                    + "stopped while it wrote it, or still writes")
        }
    }

    private mutating func add(_ image: TBSummary.Image, _ name: String, step: Int, time: Double) {
        // A confusion matrix is in JSON lines, too, as numbers.
        guard confusions[name] == nil else { return }
        guard let image = try? LoggedImage(png: image.encodedImageString) else {
            return omit("an image that is no PNG file was left out")
        }
        add(image, name, step: step, time: time)
    }

    /// - Returns: whether the value is whole. Kinds of values that a report does not show are.
    private mutating func add(_ value: TBSummary.Value, _ event: TBEvent, _ contents: EventContents) -> Bool {
        let step = Int(event.step)
        switch value.value {
        case .simpleValue(let number):
            if contents == .everything { add(Double(number), value.tag, step: step, time: event.wallTime) }
        case .histo(let histogram):
            guard let bins = HistogramBins(histogram) else { return false }
            add(bins, value.tag, step: step, time: event.wallTime)
        case .tensor(let tensor):
            switch value.metadata.pluginData.pluginName {
            case "text":
                let text = tensor.stringVal.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
                add(text: text, value.tag, step: step, time: event.wallTime)
            case "pr_curves":
                guard let curve = PrecisionRecall(tensor) else { return false }
                add(curve, value.tag, step: step, time: event.wallTime)
            default: break
            }
        case .image, nil: break
        }
        return true
    }
}

extension HistogramBins {
    fileprivate init?(_ histogram: TBHistogramProto) {
        guard histogram.min.isFinite, histogram.max.isFinite, histogram.min <= histogram.max else { return nil }
        // The outermost bins of other programs reach to the greatest numbers there are.
        let limits = histogram.bucketLimit.dropLast().map { min(max($0, histogram.min), histogram.max) }
        guard limits.count + 1 == histogram.bucket.count else { return nil }
        self.init(edges: [histogram.min] + limits + [histogram.max], counts: histogram.bucket)
    }
}

extension LoggedHistory.PrecisionRecall {
    /// A tensor of six rows, of which the last two are precision and recall at equally distant thresholds from 0 to 1.
    fileprivate init?(_ tensor: TBTensorProto) {
        let count = tensor.floatVal.count / 6
        guard count > 0, tensor.floatVal.count == 6 * count else { return nil }
        let numbers = tensor.floatVal.map { Double($0) }
        self.init(
            thresholds: (0..<count).map { Double($0) / Double(max(count - 1, 1)) },
            precision: Array(numbers[4 * count..<5 * count]), recall: Array(numbers.suffix(count)))
    }
}
