import Foundation
import TestSupport
import Testing

@testable import Helios

@Suite(.standardGenerator) struct FileLoggerTests {
    private func write(_ logger: any RunLogger, _ records: [LogRecord], to file: String) throws -> String {
        try withTemporaryFolder { folder in
            try logger.open(
                LoggedRun(
                    name: "run", folder: folder, start: .new, environment: EnvironmentDescription(entries: []),
                    warn: { Issue.record("\($0)") }))
            try logger.write(records)
            try logger.flush()
            try logger.close()
            return try String(contentsOf: folder.appending(path: file), encoding: .utf8)
        }
    }

    private func record(_ name: String, _ value: LoggedValue, step: Int = 1) -> LogRecord {
        LogRecord(name: name, step: step, time: 1_764_389_472.0625, value: value)
    }

    @Test("a number is a line of CSV, and a name is quoted if it must be")
    func csv() throws {
        let text = try write(
            CSVLogger(),
            [
                record("train/loss", .scalar(0.1)), record("a,b \"c\"\nd", .scalar(-.infinity), step: -5),
                record("näme 🙂", .scalar(.nan), step: Int.min),
                record("both", .scalars(["y": 2, "x": 1e-300]), step: Int.max),
                record(String(repeating: "n", count: 300), 1, step: 0),
            ], to: "run.csv")
        #expect(
            text == """
                step,name,value,time
                1,train/loss,0.1,1764389472.063
                -5,"a,b ""c""
                d",-inf,1764389472.063
                -9223372036854775808,näme 🙂,nan,1764389472.063
                9223372036854775807,both/x,1e-300,1764389472.063
                9223372036854775807,both/y,2.0,1764389472.063
                0,\(String(repeating: "n", count: 300)),1.0,1764389472.063

                """)
    }

    @Test("a file that was shortened in the middle of a line is continued after its last whole line")
    func shortened() throws {
        for (logger, file) in [(CSVLogger() as any RunLogger, "run.csv"), (JSONLinesLogger(), "run.jsonl")] {
            try withTemporaryFolder { folder in
                func open(_ start: LoggedRun.Start) throws {
                    try logger.open(
                        LoggedRun(
                            name: "run", folder: folder, start: start, environment: EnvironmentDescription(entries: []),
                            warn: { _ in }))
                }
                let url = folder.appending(path: file)
                try open(.new)
                try logger.write([record("a", 1), record("b", 2)])
                let state = try logger.stateDict()
                try logger.close()
                let whole = try Data(contentsOf: url)
                try whole.dropLast(5).write(to: url)
                try open(.resumed(state))
                try logger.write([record("c", 3, step: 2)])
                try logger.close()
                let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
                let expected = String(decoding: whole, as: UTF8.self).split(separator: "\n").dropLast()
                #expect(Array(lines.dropLast()) == Array(expected), "\(file)")
                #expect(lines.last?.contains("c") == true && lines.last?.contains("b") == false)
            }
        }
    }

    @Test("each line of JSON lines is an object that says what it is about")
    func jsonLines() throws {
        let network = Sequential(Linear(2, 3), ReLU())
        let text = try write(
            JSONLinesLogger(),
            [
                record("train/loss", .scalar(0.1)), record("bad \"name\"\n", .scalar(.nan)),
                record("both", .scalars(["x": 1, "y": .infinity])), record("note", .text("a\nb")),
                record("settings", .hyperparameters(["lr": 0.5, "name": "x", "on": true], metrics: ["score": 0.9])),
                record("weights", .histogram(Tensor([0.0, 1, 1, 2]), bins: 2)),
                record(
                    "curve",
                    .precisionRecall(labels: Tensor([0, 1]), predictions: Tensor([0.25, 0.75]), thresholds: 3)),
                record("taken", .confusion(Tensor([[3, 1], [0, 4]]), classes: ["a", "b"])),
                record("network", .graph(network)),
            ], to: "run.jsonl")
        let lines = try text.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(lines.count == 10)
        #expect(lines.allSatisfy { $0["step"] as? Int == 1 && $0["time"] as? Double == 1_764_389_472.063 })
        #expect(lines[0]["name"] as? String == "train/loss" && lines[0]["value"] as? Double == 0.1)
        #expect(lines[1]["name"] as? String == "bad \"name\"\n" && lines[1]["value"] as? String == "nan")
        #expect(lines[2]["name"] as? String == "both/x" && lines[3]["value"] as? String == "inf")
        #expect(lines[4]["text"] as? String == "a\nb")
        let settings = lines[5]["hyperparameters"] as? [String: [String: Any]]
        #expect(settings?["values"]?["lr"] as? Double == 0.5 && settings?["values"]?["on"] as? Bool == true)
        #expect(settings?["metrics"]?["score"] as? Double == 0.9)
        let histogram = lines[6]["histogram"] as? [String: [Double]]
        #expect(histogram?["edges"] == [0, 1, 2] && histogram?["counts"] == [1, 3])
        let curve = lines[7]["precision_recall"] as? [String: [Double]]
        #expect(curve?["precision"] == [0.5, 1, 0] && curve?["recall"] == [1, 1, 0])
        let confusion = lines[8]["confusion"] as? [String: Any]
        #expect(confusion?["counts"] as? [Double] == [3, 1, 0, 4] && confusion?["classes"] as? [String] == ["a", "b"])
        let graph = lines[9]["graph"] as? [[String: Any]]
        #expect(graph?.map { $0["path"] as? String } == ["Sequential", "Sequential/0", "Sequential/1"])
        #expect(graph?.map { $0["parameters"] as? Int } == [0, 9, 0])
    }
}
