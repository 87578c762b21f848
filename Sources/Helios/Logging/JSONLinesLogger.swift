import Foundation

/// Writes the records of a run to `<name>.jsonl` in the log folder, with a JSON object in each line.
///
/// ```
/// {"step":10,"name":"train/loss","value":0.6931471805599453,"time":1764389472.118}
/// {"step":10,"name":"note","text":"the learning rate was halved","time":1764389472.119}
/// ```
/// Each object has `step`, `name`, `time` in seconds since 1970, and the value: `value` for a number, which is the
/// string `"nan"`, `"inf"`, or `"-inf"` if JSON has no number for it; `text`; `hyperparameters` with `metrics`;
/// `histogram` with `edges` and `counts`; `precision_recall` with `thresholds`, `precision`, and `recall`; `confusion`
/// with `classes` and `counts`, row by row; `graph` with the modules. Images and embeddings are skipped.
public final class JSONLinesLogger: RunLogger, HyperparameterKeeper {
    public let id = "jsonl"
    public let supportedKinds: Set<LoggedKind> = [
        .scalar, .scalars, .text, .hyperparameters, .histogram, .precisionRecall, .confusion, .graph,
    ]

    private var file: ResumableFile?
    private var buffer: [UInt8] = []
    /// What a name is in JSON. There are few, and each comes up in every step.
    private var names: [String: [UInt8]] = [:]

    /// Creates a logger that writes `<name>.jsonl` in the run's log folder.
    public init() {}

    public func open(_ run: LoggedRun) throws {
        let file = try ResumableFile(run.folder.appending(path: "\(run.name).jsonl"), run)
        try file.truncateToWholeLine()
        self.file = file
    }

    package var lacksHyperparameters: Bool {
        guard let file else { return false }
        let key = Array("\"hyperparameters\":{".utf8)
        do {
            try LineReader(file.url.path, limit: 1 << 20).forEach { line in
                // They are in one of the first lines, so the rest is not read.
                if line.bytes.firstRange(of: key) != nil { throw Found() }
            }
            return true
        } catch {
            // A file that cannot be read may have them, and they should not be there twice.
            return false
        }
    }

    private struct Found: Error {}

    public func write(_ records: [LogRecord]) throws {
        buffer.removeAll(keepingCapacity: true)
        for record in records {
            switch record.value {
            case .scalar(let value): append(record, record.name) { append(number: value) }
            case .scalars(let values):
                for (name, value) in values.sorted(by: { $0.key < $1.key }) {
                    append(record, "\(record.name)/\(name)") { append(number: value) }
                }
            default:
                guard let (key, value) = JSONLinesLogger.json(record.value) else { continue }
                append(record, record.name, key) { buffer.append(contentsOf: JSONWriter.write(value)) }
            }
        }
        try file?.append(buffer)
    }

    public func flush() throws {}

    public func stateDict() throws -> StateDict { file?.stateDict() ?? [:] }

    public func close() throws { file = nil }

    private func append(_ record: LogRecord, _ name: String, _ key: String = "value", _ value: () -> Void) {
        buffer.append(contentsOf: "{\"step\":".utf8)
        buffer.append(decimal: record.step)
        buffer.append(contentsOf: ",\"name\":".utf8)
        buffer.append(contentsOf: quoted(name))
        buffer.append(contentsOf: ",\"".utf8)
        buffer.append(contentsOf: key.utf8)
        buffer.append(contentsOf: "\":".utf8)
        value()
        buffer.append(contentsOf: ",\"time\":".utf8)
        buffer.append(seconds: record.time)
        buffer.append(contentsOf: "}\n".utf8)
    }

    private func append(number: Double) {
        buffer.append(contentsOf: number.isFinite ? Array("\(number)".utf8) : JSONWriter.write(.double(number)))
    }

    private func quoted(_ name: String) -> [UInt8] {
        if let known = names[name] { return known }
        let quoted = JSONWriter.write(.string(name))
        // Names that are made of numbers would fill the memory.
        if names.count >= 10_000 { names.removeAll() }
        names[name] = quoted
        return quoted
    }

    /// The key and the contents of a value that is not a number.
    private static func json(_ value: LoggedValue) -> (String, JSONValue)? {
        switch value {
        case .text(let text): ("text", .string(text))
        case .hyperparameters(let values, let metrics):
            (
                "hyperparameters",
                [
                    "values": HyperparameterValue.json(of: values),
                    "metrics": .object(metrics.sorted { $0.key < $1.key }.map { .init($0.key, .double($0.value)) }),
                ]
            )
        case .histogram(let histogram):
            (
                "histogram",
                [
                    "edges": .array(histogram.edges.map { .double($0) }),
                    "counts": .array(histogram.counts.map { .int($0) }),
                ]
            )
        case .precisionRecall(let curve):
            (
                "precision_recall",
                [
                    "thresholds": .array(curve.thresholds.map { .double($0) }),
                    "precision": .array(curve.precision.map { .double($0) }),
                    "recall": .array(curve.recall.map { .double($0) }),
                ]
            )
        case .confusion(let confusion):
            (
                "confusion",
                [
                    "classes": .array(confusion.classes.map { .string($0) }),
                    "counts": .array(confusion.counts.map { .double($0) }),
                ]
            )
        case .graph(let graph):
            (
                "graph",
                .array(
                    graph.nodes.map {
                        [
                            "path": .string($0.path), "module": .string($0.description),
                            "parameters": .int($0.parameterCount),
                        ]
                    })
            )
        case .scalar, .scalars, .images, .embedding: nil
        }
    }
}
