// Reads what `JSONLinesLogger` writes.
extension LoggedHistory {
    /// How many bytes a line may have. A confusion matrix of 1,000 classes has about 4 MB.
    private static let longestLine = 8 << 20

    /// Adds the lines of a file of JSON objects. Lines that are broken are left out, and noted.
    ///
    /// - Throws: `FileAccessError` if the file cannot be read.
    package mutating func readJSONLines(_ path: String) throws {
        try LineReader(path, limit: LoggedHistory.longestLine).forEach { line in
            if line.isTooLong {
                omit("a line was left out since it is longer than \(LoggedHistory.longestLine >> 20) MiB")
            } else if !addNumber(line.bytes), !addObject(line.bytes), !line.bytes.allSatisfy({ $0 <= 0x20 }) {
                omit(
                    line.isEnded
                        ? "a line that is no record of a log was left out"
                        : "the last line is incomplete, and was left out: the run was stopped while it wrote it, or still "
                            + "writes")
            }
        }
    }

    /// Adds a line of a number as `JSONLinesLogger` writes it, which nearly all lines are.
    ///
    /// - Returns: whether it is one. If not, it may still be one in another form.
    private mutating func addNumber(_ line: ArraySlice<UInt8>) -> Bool {
        var scanner = ByteScanner(line)
        guard scanner.skip("{\"step\":"), let step = scanner.integer(), scanner.skip(",\"name\":\""),
            let name = scanner.plainText(), scanner.skip("\",\"value\":"), let value = scanner.number(),
            scanner.skip(",\"time\":"), let time = scanner.number(), scanner.skip("}"), scanner.isAtEnd
        else { return false }
        add(value, name, step: step, time: time)
        return true
    }

    /// Adds a line of any kind.
    ///
    /// - Returns: whether it is a record.
    private mutating func addObject(_ line: ArraySlice<UInt8>) -> Bool {
        guard let record = try? JSONReader.read(Array(line)), case .object(let members) = record,
            case .int(let step) = record["step"], case .string(let name) = record["name"]
        else { return false }
        let time = record["time"].flatMap(\.number) ?? .nan
        for member in members {
            switch member.key {
            case "step", "name", "time": continue
            case "value":
                guard let value = member.value.number else { return false }
                add(value, name, step: step, time: time)
            case "text":
                guard case .string(let text) = member.value else { return false }
                add(text: text, name, step: step, time: time)
            case "hyperparameters":
                let values = member.value["values"]?.members.map { ($0.key, $0.value.hyperparameter) }
                let metrics = member.value["metrics"]?.members.compactMap { metric in
                    metric.value.number.map { (metric.key, $0) }
                }
                add(hyperparameters: values ?? [], metrics: metrics ?? [])
            case "histogram":
                guard let bins = HistogramBins(member.value) else { return false }
                add(bins, name, step: step, time: time)
            case "precision_recall":
                guard let curve = PrecisionRecall(member.value) else { return false }
                add(curve, name, step: step, time: time)
            case "confusion":
                guard let confusion = Confusion(member.value) else { return false }
                add(confusion, name, step: step, time: time)
            case "graph":
                guard case .array(let modules) = member.value else { return false }
                set(modules: modules.compactMap(Module.init))
            default: omit("a record of a kind that this version does not know was left out")
            }
        }
        return true
    }
}

extension JSONValue {
    /// A number, which is a string if JSON has none for it.
    fileprivate var number: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        case .string("nan"): .nan
        case .string("inf"): .infinity
        case .string("-inf"): -.infinity
        default: nil
        }
    }

    /// The numbers of an array; `nil` if this is not an array, or holds anything but numbers.
    fileprivate var numbers: [Double]? {
        guard case .array(let elements) = self else { return nil }
        let numbers = elements.compactMap(\.number)
        return numbers.count == elements.count ? numbers : nil
    }

    fileprivate var members: [Member] {
        if case .object(let members) = self { members } else { [] }
    }

    /// A hyperparameter as it is shown.
    fileprivate var hyperparameter: String {
        switch self {
        case .string(let text): text
        case .bool(let value): "\(value)"
        case .int(let value): "\(value)"
        case .double(let value): HyperparameterValue.number(value).description
        case .null, .array, .object: line
        }
    }
}

extension HistogramBins {
    fileprivate init?(_ json: JSONValue) {
        guard let edges = json["edges"]?.numbers, let counts = json["counts"]?.numbers else { return nil }
        self.init(edges: edges, counts: counts)
    }
}

extension LoggedHistory.PrecisionRecall {
    fileprivate init?(_ json: JSONValue) {
        guard let thresholds = json["thresholds"]?.numbers, let precision = json["precision"]?.numbers,
            let recall = json["recall"]?.numbers
        else { return nil }
        self.init(thresholds: thresholds, precision: precision, recall: recall)
    }
}

extension LoggedHistory.Confusion {
    fileprivate init?(_ json: JSONValue) {
        guard let counts = json["counts"]?.numbers, case .array(let names) = json["classes"] else { return nil }
        let classes = names.compactMap { if case .string(let name) = $0 { name } else { nil } }
        guard (1...LoggedHistory.Limit.classes).contains(names.count), classes.count == names.count,
            counts.count == names.count * names.count, counts.allSatisfy({ $0.isFinite && $0 >= 0 })
        else { return nil }
        self.init(classes: classes, counts: counts)
    }
}

extension LoggedHistory.Module {
    fileprivate init?(_ json: JSONValue) {
        guard case .string(let path) = json["path"], case .string(let description) = json["module"],
            case .int(let count) = json["parameters"]
        else { return nil }
        self.init(path: path, description: description, parameterCount: count)
    }
}
