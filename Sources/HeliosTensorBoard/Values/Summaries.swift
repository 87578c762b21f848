import Foundation
import Helios

// What each kind of value is in an events file. Numbers, images and histograms are in the messages that TensorBoard has
// had from the start, since other programs that read events files look there; all else is a tensor for a plugin.
extension TBSummary.Value {
    static func scalar(_ tag: String, _ value: Double) -> TBSummary.Value {
        with {
            $0.tag = tag
            $0.simpleValue = Float(value)
        }
    }

    /// - Parameter description: Markdown that stands beside the image; empty for none.
    static func image(_ tag: String, _ image: LoggedImage, description: String = "") throws -> TBSummary.Value {
        let png = image.pngData()
        return with {
            $0.tag = tag
            $0.image.height = Int32(image.height)
            $0.image.width = Int32(image.width)
            $0.image.colorspace = Int32(image.channels)
            $0.image.encodedImageString = png
            if !description.isEmpty { $0.metadata.summaryDescription = description }
        }
    }

    static func histogram(_ tag: String, _ histogram: Histogram) -> TBSummary.Value {
        with {
            $0.tag = tag
            $0.histo.min = histogram.range.lowerBound
            $0.histo.max = histogram.range.upperBound
            $0.histo.num = Double(histogram.count)
            $0.histo.sum = histogram.sum
            $0.histo.sumSquares = histogram.sumOfSquares
            $0.histo.bucketLimit = Array(histogram.edges.dropFirst())
            $0.histo.bucket = histogram.counts.map { Double($0) }
        }
    }

    static func text(_ tag: String, _ text: String) throws -> TBSummary.Value {
        try tensor(tag, plugin: "text", TBTextPluginData().serializedBytes()) {
            $0.dtype = .dtString
            $0.tensorShape = TBTensorShapeProto([1])
            $0.stringVal = [Data(text.utf8)]
        }
    }

    /// The curve as the plugin wants it, a row for each of: true positives, false positives, true negatives, false
    /// negatives, precision, recall.
    static func precisionRecall(_ tag: String, _ curve: PrecisionRecallCurve) throws -> TBSummary.Value {
        let rows = [
            curve.truePositives, curve.falsePositives, curve.trueNegatives, curve.falseNegatives, curve.precision,
            curve.recall,
        ]
        var data = TBPrCurvePluginData()
        data.numThresholds = UInt32(curve.thresholds.count)
        return try tensor(tag, plugin: "pr_curves", data.serializedBytes()) {
            $0.dtype = .dtFloat
            $0.tensorShape = TBTensorShapeProto([rows.count, curve.thresholds.count])
            $0.floatVal = rows.flatMap { $0.map { Float($0) } }
        }
    }

    /// A value that a plugin of TensorBoard shows.
    ///
    /// - Parameter content: the plugin's own message.
    static func tensor(
        _ tag: String, plugin: String, _ content: Data, _ fill: (inout TBTensorProto) -> Void
    ) -> TBSummary.Value {
        with {
            $0.tag = tag
            $0.metadata.pluginData.pluginName = plugin
            $0.metadata.pluginData.content = content
            fill(&$0.tensor)
        }
    }
}

extension TBTensorShapeProto {
    init(_ shape: [Int]) {
        self.init()
        dim = shape.map { size in .with { $0.size = Int64(size) } }
    }
}

extension TBEvent {
    /// The event of some values.
    init(step: Int, time: Double, _ values: [TBSummary.Value]) {
        self.init()
        wallTime = time
        self.step = Int64(step)
        summary.value = values
    }
}
