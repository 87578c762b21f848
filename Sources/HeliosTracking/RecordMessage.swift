import Foundation
import Helios
import TorchSerialization

extension LogRecord {
    /// The record as the scripts read it.
    ///
    /// - Parameter number: which record of the training it is, from 0; `nil` for one of a test.
    func message(number: Int? = nil) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("do", .string("log")), .init("name", .string(name)), .init("step", .int(step)),
            .init("time", .double(time)),
        ]
        if let number { members.append(.init("number", .int(number))) }
        if !points.isEmpty {
            members.append(.init("points", .array(points.map { .array([.string($0.name), .double($0.value)]) })))
        }
        if let contents { members.append(contents) }
        return .object(members)
    }

    /// The points of curves that the record has: those of several numbers are curves of their own.
    var points: [(name: String, value: Double)] {
        switch value {
        case .scalar(let number): [(name, number)]
        case .scalars(let numbers):
            numbers.sorted { $0.key < $1.key }.map { ("\(name)/\($0.key)", $0.value) }
        case .hyperparameters(_, let metrics): metrics.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        default: []
        }
    }

    /// What else it has.
    private var contents: JSONValue.Member? {
        switch value {
        case .scalar, .scalars, .graph: nil
        case .images(let images): .init("images", .array(images.map(Self.encoded)))
        case .text(let text): .init("text", .string(text))
        case .hyperparameters(let values, _): .init("hyperparameters", .settings(values))
        case .histogram(let histogram):
            .init(
                "histogram",
                ["edges": .numbers(histogram.edges), "counts": .array(histogram.counts.map { .int($0) })])
        case .precisionRecall(let curve):
            .init(
                "precision_recall",
                [
                    "thresholds": .numbers(curve.thresholds), "precision": .numbers(curve.precision),
                    "recall": .numbers(curve.recall),
                ])
        case .confusion(let confusion):
            .init(
                "confusion",
                [
                    "classes": .array(confusion.classes.map { .string($0) }), "counts": .numbers(confusion.counts),
                ])
        case .embedding(let embedding): .init("embedding", Self.message(embedding))
        }
    }

    private static func message(_ embedding: LoggedEmbedding) -> JSONValue {
        let points = (0..<embedding.count).map { index -> JSONValue in
            let start = index * embedding.dimensions
            return .numbers(embedding.values[start..<start + embedding.dimensions].map { Double($0) })
        }
        return [
            "points": .array(points), "labels": .array(embedding.labels.map { .string($0) }),
            "images": .array(embedding.images.map(encoded)),
        ]
    }

    private static func encoded(_ image: LoggedImage) -> JSONValue {
        .string(image.pngData().base64EncodedString())
    }
}

extension JSONValue {
    static func numbers(_ values: [Double]) -> JSONValue { .array(values.map { .double($0) }) }

    /// Settings in the order of their names. Whole numbers are written as such.
    static func settings(_ values: [String: HyperparameterValue]) -> JSONValue {
        HyperparameterValue.json(
            of: values.mapValues { value in
                guard case .number(let number) = value, let integer = Int(exactly: number) else { return value }
                return .integer(integer)
            })
    }
}
