import Foundation
import Helios

/// What the page of a report shows, as the JSON document that its script reads.
struct ReportData {
    /// How many points all curves have together, and how many one has at most and at least: a page of a few megabytes.
    static let points = 60_000, mostPoints = 2000, fewestPoints = 50
    /// How many curves a page has.
    static let curves = 4000
    /// How many bytes all images of a page have. If there are more, only the last of each name is shown.
    static let imageBytes = 24 << 20

    let json: JSONValue

    init(_ runs: [ReportedRun]) {
        let count = runs.reduce(0) { $0 + $1.history.curves.count }
        let limit = min(
            max(ReportData.points / max(min(count, ReportData.curves), 1), ReportData.fewestPoints),
            ReportData.mostPoints)
        let imageBytes = runs.reduce(0) { $0 + ReportData.imageBytes(of: $1) }
        let curvesPerRun = max(ReportData.curves / max(runs.count, 1), 1)
        json = [
            "version": .string(HeliosVersion.current),
            "runs": .array(
                runs.map {
                    ReportData.run(
                        $0, curves: curvesPerRun, points: limit, hasAllImages: imageBytes <= ReportData.imageBytes)
                }),
        ]
    }

    private static func imageBytes(of run: ReportedRun) -> Int {
        run.history.images.values.reduce(0) { sum, list in
            sum + list.elements.reduce(0) { $0 + ($1.value.png?.count ?? 0) }
        }
    }

    private static func run(_ run: ReportedRun, curves: Int, points: Int, hasAllImages: Bool) -> JSONValue {
        let history = run.history
        // Times count from the first point, so that they need few digits.
        let start = history.curves.values.compactMap { $0.first?.time }.filter(\.isFinite).min()
        var problems = run.problems
        if history.curves.count > curves {
            problems.append("only the first \(curves) of \(history.curves.count) curves are shown")
        }
        if !hasAllImages, history.images.values.contains(where: { $0.count > 1 }) {
            problems.append("only the last image of each name is shown, since all together are too large for a page")
        }
        return [
            "label": .string(run.label), "path": .path(run.path), "start": .double(start ?? .nan),
            "problems": .array(problems.map { .string($0) }),
            "remarks": .array(remarks(history).map { .string($0) }),
            "environment": pairs(run.environment),
            "hyperparameters": pairs(history.hyperparameters.map { (name: $0.key, value: $0.value) }),
            "metrics": .array(history.metrics.map { .array([.string($0.key), .rounded($0.value)]) }),
            "curves": .array(
                history.curves.prefix(curves).map { name, curve in
                    ReportData.curve(name, curve, start: start ?? 0, points: points)
                }),
            "histograms": entries(history.histograms) { bins in
                ["edges": .numbers(bins.edges), "counts": .numbers(bins.counts)]
            },
            "precisionRecall": entries(history.precisionRecall) { curve in
                ["precision": .numbers(curve.precision), "recall": .numbers(curve.recall)]
            },
            "confusions": entries(history.confusions, last: true, ReportData.confusion),
            "images": entries(history.images, last: !hasAllImages) { image in
                [
                    "width": .int(image.width), "height": .int(image.height),
                    "png": .string(image.png?.base64EncodedString() ?? ""),
                ]
            },
            "texts": .array(
                history.texts.elements.map { entry in
                    [
                        "step": .int(entry.step), "time": .double(entry.time), "name": .string(entry.value.name),
                        "text": .string(entry.value.text),
                    ]
                }),
            "modules": .array(
                history.modules.map { module in
                    .array([.string(module.path), .string(module.description), .int(module.parameterCount)])
                }),
        ]
    }

    /// What is unusual in a run's records, of which nothing is missing: steps may go back, but if a program did not
    /// mean them to, the curve looks odd.
    private static func remarks(_ history: LoggedHistory) -> [String] {
        let back = history.curves.filter { $0.value.stepsBack > 0 }
        let most = 20
        let remarks = back.prefix(most).map { name, curve in
            "the steps of \(name) go back \(Quantity.count(curve.stepsBack, "time"))"
        }
        return remarks + (back.count > most ? ["so do those of \(back.count - most) more"] : [])
    }

    private static func pairs(_ pairs: [(name: String, value: String)]) -> JSONValue {
        .array(pairs.map { .array([.string($0.name), .string($0.value)]) })
    }

    private static func curve(_ name: String, _ curve: ReducedCurve, start: Double, points: Int) -> JSONValue {
        let buckets = curve.buckets(atMost: points)
        let isReduced = buckets.contains { $0.count > 1 }
        var members: [JSONValue.Member] = [
            .init("name", .string(name)), .init("count", .int(curve.count)),
            .init("steps", .array(buckets.map { .int($0.step) })),
            .init("times", .array(buckets.map { .milliseconds($0.time - start) })),
            .init("values", .numbers(buckets.map(\.mean))),
            .init("last", .point(curve.last)), .init("least", .point(curve.least)),
            .init("greatest", .point(curve.greatest)),
        ]
        if isReduced {
            members.append(.init("low", .numbers(buckets.map(\.least))))
            members.append(.init("high", .numbers(buckets.map(\.greatest))))
        }
        let special = buckets.enumerated().filter { !$0.element.special.isEmpty }
        if !special.isEmpty {
            members.append(
                .init("special", .array(special.map { .array([.int($0.offset), .int($0.element.special.rawValue)]) })))
        }
        return .object(members)
    }

    private static func entries<Value>(
        _ entries: LoggedHistory.Entries<Value>, last: Bool = false, _ json: (Value) -> JSONValue
    ) -> JSONValue {
        .array(
            entries.map { name, list in
                let elements = last ? Array(list.elements.suffix(1)) : list.elements
                return [
                    "name": .string(name),
                    "entries": .array(elements.map { ["step": .int($0.step), "value": json($0.value)] }),
                ]
            })
    }

    /// A large matrix has too many fields to be looked at: of these only the greatest besides the diagonal are shown.
    private static func confusion(_ confusion: LoggedHistory.Confusion) -> JSONValue {
        let size = confusion.classes.count
        let right = (0..<size).reduce(0) { $0 + confusion.counts[$1 * size + $1] }
        let all = confusion.counts.reduce(0, +)
        var members: [JSONValue.Member] = [
            .init("size", .int(size)), .init("accuracy", .rounded(all > 0 ? right / all : .nan)),
        ]
        if size <= 40 {
            members.append(.init("classes", .array(confusion.classes.map { .string($0) })))
            members.append(.init("counts", .numbers(confusion.counts)))
        }
        let wrong = confusion.counts.indices.filter { $0 / size != $0 % size && confusion.counts[$0] > 0 }
            .sorted { confusion.counts[$0] > confusion.counts[$1] }.prefix(20)
        members.append(
            .init(
                "pairs",
                .array(
                    wrong.map { index in
                        .array([
                            .string(confusion.classes[index / size]), .string(confusion.classes[index % size]),
                            .rounded(confusion.counts[index]),
                        ])
                    })))
        return .object(members)
    }
}

extension JSONValue {
    /// A number with the seven digits that a picture can show; what is not finite has no place in it.
    fileprivate static func rounded(_ value: Double) -> JSONValue {
        guard value.isFinite else { return .null }
        if let integer = Int(exactly: value), abs(integer) < 1 << 50 { return .int(integer) }
        return .double(Double(String(format: "%.6e", value)) ?? value)
    }

    fileprivate static func numbers(_ values: [Double]) -> JSONValue {
        .array(values.map { .rounded($0) })
    }

    fileprivate static func milliseconds(_ seconds: Double) -> JSONValue {
        seconds.isFinite ? .double((seconds * 1000).rounded() / 1000) : .null
    }

    /// A point with all of its digits: its step and its value.
    fileprivate static func point(_ point: ReducedCurve.Point?) -> JSONValue {
        point.map { .array([.int($0.step), .double($0.value)]) } ?? .null
    }
}
