import OrderedCollections

/// What a run logged, read back from its files, in an amount of memory that does not depend on their size.
///
/// Long curves are reduced, see `ReducedCurve`. Of other values that come again and again, some are left out at equal
/// distances.
package struct LoggedHistory: Sendable {
    /// How much is kept. `problems` says what is beyond.
    package enum Limit {
        /// How many curves, and how many names of each other kind.
        package static let curves = 5000, names = 500
        /// How many bytes a name may have.
        package static let nameLength = 1000
        /// How many values of one name there are of each kind other than numbers.
        package static let values = 40
        /// How many texts there are, and how many characters each may have.
        package static let texts = 500, textLength = 20_000
        /// How many hyperparameters and how many numbers that a run is judged by.
        package static let hyperparameters = 1000
        /// How many modules of a network.
        package static let modules = 5000
        /// How many classes of a confusion matrix, and how many thresholds of a precision-recall curve.
        package static let classes = 1000, thresholds = 10_000
        /// How many names of images there are, and how many images of one name.
        package static let imageNames = 100, images = 10
        /// How many bytes an image may have, and all of them together.
        package static let imageSize = 4 << 20, imageBytes = 64 << 20
        /// How many pixels an image may have.
        package static let pixels = 1 << 25
    }

    /// A value with its step.
    package struct Entry<Value: Sendable>: Sendable {
        package let step: Int
        /// In seconds since 1970; NaN if that is not known.
        package let time: Double
        package let value: Value
    }

    /// A text and its name.
    package struct Text: Sendable {
        package let name: String
        package let text: String
    }

    /// How precision and recall depend on a threshold.
    package struct PrecisionRecall: Sendable {
        package let thresholds, precision, recall: [Double]

        /// `nil` if these are not the points of a curve: as many of each, and at least one.
        package init?(thresholds: [Double], precision: [Double], recall: [Double]) {
            guard (1...Limit.thresholds).contains(thresholds.count), precision.count == thresholds.count,
                recall.count == thresholds.count
            else { return nil }
            (self.thresholds, self.precision, self.recall) = (thresholds, precision, recall)
        }
    }

    /// How often samples of each class were taken for each class.
    package struct Confusion: Sendable {
        package let classes: [String]
        /// Row by row: a row for the true class, a column for the predicted one.
        package let counts: [Double]
    }

    /// A module of a network.
    package struct Module: Sendable {
        package let path, description: String
        package let parameterCount: Int
    }

    /// Values of one kind by their names.
    package typealias Entries<Value: Sendable> = OrderedDictionary<String, ThinnedList<Entry<Value>>>

    package private(set) var curves: OrderedDictionary<String, ReducedCurve> = [:]
    package private(set) var histograms: Entries<HistogramBins> = [:]
    package private(set) var precisionRecall: Entries<PrecisionRecall> = [:]
    package private(set) var confusions: Entries<Confusion> = [:]
    /// Each is the bytes of a PNG file.
    package private(set) var images: Entries<LoggedImage> = [:]
    package private(set) var texts = ThinnedList<Entry<Text>>(capacity: Limit.texts)
    package private(set) var hyperparameters: OrderedDictionary<String, String> = [:]
    package private(set) var metrics: OrderedDictionary<String, Double> = [:]
    package private(set) var modules: [Module] = []
    /// What was left out, and how often.
    private var omissions: OrderedDictionary<String, Int> = [:]
    /// How many bytes all images have, or more.
    private var imageBytes = 0

    package init() {}

    /// Whether nothing was logged.
    package var isEmpty: Bool {
        curves.isEmpty && histograms.isEmpty && precisionRecall.isEmpty && confusions.isEmpty && images.isEmpty
            && texts.count == 0 && hyperparameters.isEmpty && metrics.isEmpty && modules.isEmpty
    }

    /// What could not be read or was left out, in sentences.
    package var problems: [String] {
        omissions.map { what, count in count == 1 ? what : "\(what) (\(count) times)" }
    }

    /// Notes that something could not be read or was left out. The same sentence is counted.
    package mutating func omit(_ what: String) {
        guard omissions[what] != nil || omissions.count < 50 else { return }
        omissions[what, default: 0] += 1
    }

    // MARK: What is added

    /// Adds a point to the curve of a name.
    package mutating func add(_ value: Double, _ name: String, step: Int, time: Double) {
        if curves[name] == nil {
            guard accepts(name, curves.count, Limit.curves, "curves") else { return }
        }
        curves[name, default: ReducedCurve()].append(step: step, time: time, value: value)
    }

    package mutating func add(_ histogram: HistogramBins, _ name: String, step: Int, time: Double) {
        add(Entry(step: step, time: time, value: histogram), name, to: \.histograms, "histograms")
    }

    package mutating func add(_ curve: PrecisionRecall, _ name: String, step: Int, time: Double) {
        add(Entry(step: step, time: time, value: curve), name, to: \.precisionRecall, "precision-recall curves")
    }

    package mutating func add(_ confusion: Confusion, _ name: String, step: Int, time: Double) {
        add(Entry(step: step, time: time, value: confusion), name, to: \.confusions, "confusion matrices")
    }

    /// Adds an image that is a PNG file. If all have too many bytes, every second image goes of the name that has most.
    package mutating func add(_ image: LoggedImage, _ name: String, step: Int, time: Double) {
        guard image.byteCount <= Limit.imageSize, image.width * image.height <= Limit.pixels else {
            return omit(
                "an image was left out since it has more than \(Limit.imageSize >> 20) MiB, or more than "
                    + "\(Limit.pixels >> 20) million pixels")
        }
        if images[name] == nil {
            guard accepts(name, images.count, Limit.imageNames, "names of images") else { return }
        }
        images[name, default: ThinnedList(capacity: Limit.images)].append(Entry(step: step, time: time, value: image))
        imageBytes += image.byteCount
        if imageBytes > Limit.imageBytes { makeRoomForImages(name) }
    }

    private mutating func makeRoomForImages(_ added: String) {
        var sizes = images.mapValues { $0.elements.reduce(0) { $0 + $1.value.byteCount } }
        imageBytes = sizes.values.reduce(0, +)
        while imageBytes > Limit.imageBytes {
            let several = sizes.elements.filter { images[$0.key]?.elements.count ?? 0 > 1 }
            guard let largest = several.max(by: { $0.value < $1.value })?.key else {
                omit("images were left out that are beyond \(Limit.imageBytes >> 20) MiB in all")
                images[added] = nil
                return imageBytes -= sizes[added] ?? 0
            }
            images[largest]?.thin()
            let size = images[largest]?.elements.reduce(0) { $0 + $1.value.byteCount } ?? 0
            imageBytes += size - (sizes[largest] ?? 0)
            sizes[largest] = size
        }
    }

    /// Adds a text. Its end is left out if it is very long.
    package mutating func add(text: String, _ name: String, step: Int, time: Double) {
        guard name.utf8.count <= Limit.nameLength else { return omitName() }
        let isLong = text.utf8.count > Limit.textLength
        if isLong { omit("the end of a text that is longer than \(Limit.textLength) characters was left out") }
        let text = isLong ? "\(text.prefix(Limit.textLength))…" : text
        texts.append(Entry(step: step, time: time, value: Text(name: name, text: text)))
    }

    /// Sets hyperparameters, and numbers that the run is judged by. Later ones replace earlier ones of the same name.
    package mutating func add(hyperparameters values: [(String, String)], metrics numbers: [(String, Double)]) {
        for (name, value) in values {
            guard accepts(hyperparameters[name] == nil, name, hyperparameters.count) else { continue }
            hyperparameters[name] = value.utf8.count > Limit.nameLength ? "\(value.prefix(Limit.nameLength))…" : value
        }
        for (name, value) in numbers {
            guard accepts(metrics[name] == nil, name, metrics.count) else { continue }
            metrics[name] = value
        }
    }

    /// Sets the modules of the network.
    package mutating func set(modules: [Module]) {
        if modules.count > Limit.modules {
            omit("only the first \(Limit.modules) of \(modules.count) modules of the network are shown")
        }
        self.modules = Array(modules.prefix(Limit.modules))
    }

    private mutating func add<Value>(
        _ entry: Entry<Value>, _ name: String, to entries: WritableKeyPath<LoggedHistory, Entries<Value>>,
        _ kind: String
    ) {
        if self[keyPath: entries][name] == nil {
            guard accepts(name, self[keyPath: entries].count, Limit.names, kind) else { return }
        }
        self[keyPath: entries][name, default: ThinnedList(capacity: Limit.values)].append(entry)
    }

    private mutating func accepts(_ isNew: Bool, _ name: String, _ count: Int) -> Bool {
        !isNew || accepts(name, count, Limit.hyperparameters, "hyperparameters")
    }

    /// Whether there is room for another name.
    private mutating func accepts(_ name: String, _ count: Int, _ limit: Int, _ kind: String) -> Bool {
        guard name.utf8.count <= Limit.nameLength else {
            omitName()
            return false
        }
        guard count < limit else {
            omit("only the first \(limit) \(kind) are shown: a value of another name was left out")
            return false
        }
        return true
    }

    private mutating func omitName() {
        omit("a value was left out since its name is longer than \(Limit.nameLength) bytes")
    }
}
