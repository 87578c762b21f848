import Foundation

/// A single value that a run logs, with its name, step, and time.
public struct LogRecord: Sendable {
    /// The name under which a logger shows the value. A slash creates a group, as in `train/loss`.
    public let name: String
    /// The step to which the value belongs, usually the iteration.
    public let step: Int
    /// The time at which the value was logged, in seconds since 1970.
    public let time: Double
    /// The value.
    public let value: LoggedValue

    /// Creates a record with the current time.
    public init(name: String, step: Int, value: LoggedValue) {
        self.init(name: name, step: step, time: LogRecord.now, value: value)
    }

    /// Creates a record with a given time.
    ///
    /// - Parameter time: the time in seconds since 1970.
    public init(name: String, step: Int, time: Double, value: LoggedValue) {
        self.name = name
        self.step = step
        self.time = time
        self.value = value
    }

    /// The time in seconds since 1970. Not `Date`, since ten of these are made in a step of 200 µs: where there is a
    /// clock that is a few milliseconds behind at most and takes a fifth of the time, it is good enough.
    private static var now: Double {
        var time = timespec()
        #if os(Linux)
            clock_gettime(CLOCK_REALTIME_COARSE, &time)
        #else
            clock_gettime(CLOCK_REALTIME, &time)
        #endif
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

/// A value that a run can log.
///
/// Values from tensors are copies, so training may change the tensors immediately.
///
/// Large values are stored indirectly (`indirect`), because nearly all records of a run are numbers, and there are many
/// of them.
public enum LoggedValue: Sendable {
    /// A number. It may be infinite or not a number, because a curve that explodes is worth seeing.
    case scalar(Double)
    /// Numbers that belong in one chart, by name.
    case scalars([String: Double])
    /// Images to be shown side by side.
    case images([LoggedImage])
    /// The distribution of many numbers.
    indirect case histogram(Histogram)
    /// Text. Loggers that support Markdown show it as Markdown.
    case text(String)
    /// The configuration of the run, and the numbers by which it is judged.
    case hyperparameters([String: HyperparameterValue], metrics: [String: Double])
    /// The modules of a network, and which is in which.
    indirect case graph(NetworkGraph)
    /// How precision and recall depend on a threshold.
    indirect case precisionRecall(PrecisionRecallCurve)
    /// Points in many dimensions, to be looked at in a few.
    indirect case embedding(LoggedEmbedding)
    /// How often samples of each class were predicted as each class.
    case confusion(LoggedConfusion)

    /// The kind of the value. Loggers declare which kinds they support.
    public var kind: LoggedKind {
        switch self {
        case .scalar: .scalar
        case .scalars: .scalars
        case .images: .images
        case .histogram: .histogram
        case .text: .text
        case .hyperparameters: .hyperparameters
        case .graph: .graph
        case .precisionRecall: .precisionRecall
        case .embedding: .embedding
        case .confusion: .confusion
        }
    }

    /// About how many bytes the value holds in memory, by which the queue of a run's records is bounded.
    var byteCount: Int {
        switch self {
        case .scalar: 64
        case .scalars(let values): 64 + 64 * values.count
        case .images(let images): images.reduce(64) { $0 + $1.byteCount }
        case .histogram(let histogram): 64 + 16 * histogram.counts.count
        case .text(let text): 64 + text.utf8.count
        case .hyperparameters(let values, let metrics): 128 * (1 + values.count + metrics.count)
        case .graph(let graph): 64 + 256 * graph.nodes.count
        case .precisionRecall(let curve): 64 + 48 * curve.thresholds.count
        case .embedding(let embedding): 64 + 4 * embedding.values.count + 64 * embedding.labels.count
        case .confusion(let confusion): 64 + 8 * confusion.counts.count
        }
    }
}

extension LoggedValue: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    /// A number, as in `log("temperature", 0.7)`.
    public init(floatLiteral value: Double) {
        self = .scalar(value)
    }

    /// A number, as in `log("level", 3)`.
    public init(integerLiteral value: Int) {
        self = .scalar(Double(value))
    }
}

/// The kinds of values that a run can log.
public enum LoggedKind: String, Sendable, CaseIterable {
    case scalar, scalars, images, histogram, text, hyperparameters, graph, embedding
    case precisionRecall = "precision-recall curve"
    case confusion = "confusion matrix"
}
