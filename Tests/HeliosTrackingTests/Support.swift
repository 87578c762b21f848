import Foundation
import Helios
import Synchronization
import TestSupport
import Testing
import Torch

/// The warnings of a run.
final class Warnings: Sendable {
    private let texts = Mutex<[String]>([])

    var all: [String] { texts.withLock { $0 } }

    func add(_ text: String) { texts.withLock { $0.append(text) } }
}

extension LoggedRun {
    static func test(
        _ folder: URL, _ start: Start = .new, _ warnings: Warnings? = nil, name: String = "run"
    ) -> LoggedRun {
        LoggedRun(name: name, folder: folder, start: start, environment: .current) { text in
            if let warnings { warnings.add(text) } else { Issue.record("\(text)") }
        }
    }
}

/// Logs a whole run.
///
/// - Parameters:
///   - records: those before the checkpoint.
///   - later: those after it.
/// - Returns: the state in the checkpoint.
@discardableResult
func log(
    _ logger: any RunLogger, _ run: LoggedRun, _ records: [LogRecord], later: [LogRecord] = []
) async throws -> StateDict {
    let use = Use(logger: logger)
    return try await inBackground {
        try use.logger.open(run)
        try use.logger.write(records)
        let state = try use.logger.stateDict()
        try use.logger.write(later)
        try use.logger.close()
        return state
    }
}

/// A logger that one thread at a time uses.
private struct Use: @unchecked Sendable {
    let logger: any RunLogger
}

/// Runs what blocks on a thread that is not one of those that tests share.
func inBackground<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(with: Swift.Result { try body() }) }
    }
}

/// A number in JSON that may be infinite or not a number, which is a text there: as Swift writes it.
struct JSONNumber: Decodable {
    let text: String

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let number = try? value.decode(Double.self) {
            text = "\(number)"
        } else {
            text = try value.decode(String.self)
        }
    }
}

/// Points of the same curve at the steps 10, 20…: their step as the value.
func points(_ name: String, _ steps: [Int]) -> [LogRecord] {
    steps.map { LogRecord(name: name, step: $0, time: Double($0), value: .scalar(Double($0))) }
}

let unusualNames = ["train/loss", "näme with spaces 🙂", "/a//b/", String(repeating: "n", count: 300), "42", "a.b"]
let unusualValues: [Double] = [0.5, -1e30, .infinity, -.infinity, .nan, 1e300, .leastNonzeroMagnitude, 1.0 / 3]

/// The unusual values under each of the unusual names, the last of them at a step that goes backwards.
func unusualRecords() -> [LogRecord] {
    unusualValues.enumerated().flatMap { index, value in
        unusualNames.map { name in
            LogRecord(
                name: name, step: index == unusualValues.count - 1 ? -7 : index * 1_000_000_000_000,
                time: 1_764_389_472.5, value: .scalar(value))
        }
    }
}

/// A record of each kind that is no curve.
func otherRecords() throws -> [LogRecord] {
    func record(_ name: String, _ value: LoggedValue) -> LogRecord { LogRecord(name: name, step: 3, value: value) }
    let image = try LoggedImage(pixels: [1, 2, 3, 4, 5, 6], width: 2, height: 1, channels: 3)
    return [
        record("losses", .scalars(["real": 1, "fake": 2])),
        record("one image", .images([image])),
        record("images", .images([image, try LoggedImage(png: image.pngData())])),
        record("note", .text("**bold** <b> 鳥")),
        record("weights", try .histogram(Tensor([0.0, 1, 1, 2, 4]), bins: 4)),
        record("bins", try .histogram(Tensor.arange(start: 0, end: 1000), bins: 1000)),
        record(
            "settings", .hyperparameters(["lr": 0.5, "kind": "new", "on": true, "n": 3], metrics: ["accuracy": 0.75])),
        record("curve", try .precisionRecall(labels: Tensor([0, 1]), predictions: Tensor([0.25, 1]), thresholds: 3)),
        record("taken for", try .confusion(Tensor([[8.0, 0], [5, 4]]), classes: ["cat", "dog"])),
        record(
            "words",
            try .embedding(Tensor([[1.0, 2.5], [-3, 0]]), labels: ["a", "鳥"], images: Tensor.zeros([2, 1, 4, 5]))),
    ]
}
