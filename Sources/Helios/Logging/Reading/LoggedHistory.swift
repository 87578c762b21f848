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
    package private(set) var texts = ThinnedList<Entry<Text>>(capacity: Limit.texts)
    package private(set) var hyperparameters: OrderedDictionary<String, String> = [:]
    package private(set) var metrics: OrderedDictionary<String, Double> = [:]
    package private(set) var modules: [Module] = []
    /// What was left out, and how often.
    private var omissions: OrderedDictionary<String, Int> = [:]

    package init() {}

    /// Whether nothing was logged.
    package var isEmpty: Bool {
        curves.isEmpty && histograms.isEmpty && precisionRecall.isEmpty && confusions.isEmpty && texts.count == 0
            && hyperparameters.isEmpty && metrics.isEmpty && modules.isEmpty
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
