import Foundation
import Helios
import TestSupport
import Testing
import Torch

@testable import HeliosTracking

/// What MLflow's own client finds.
@Suite(.serialized, .needsMLflow) struct MLflowLoggerTests {
    private static let isThorough = ProcessInfo.processInfo.environment["HELIOS_THOROUGH"] != nil

    @Test("values of every kind arrive as they were logged, under names that MLflow takes")
    func values() async throws {
        try await withTemporaryFolder { folder in
            let (logger, warnings) = (makeLogger(), Warnings())
            try await log(logger, .test(folder, .new, warnings), unusualRecords() + otherRecords())
            let run = try #require(try await runs(folder).first)
            #expect(run.id == logger.runID && run.name == "run" && run.status == "FINISHED")
            #expect(run.tags["team"] == "birds")

            let steps = unusualValues.indices.map { $0 == unusualValues.count - 1 ? -7 : $0 * 1_000_000_000_000 }
            let texts = unusualValues.map { "\($0)" }
            let names = [
                "train/loss", "42", "a.b", "näme with spaces _-6ebb0ae3", "a/b-22c25edc",
                String(repeating: "n", count: 180) + "-230b0774",
            ]
            #expect(Set(run.metrics.keys) == Set(names + ["losses/real", "losses/fake", "accuracy"]))
            for name in names {
                let curve = try #require(run.metrics[name])
                #expect(curve.map(\.step) == steps && curve.map(\.value) == texts)
                #expect(curve.allSatisfy { $0.time == 1_764_389_472_500 })
            }
            #expect(warnings.all.filter { $0.hasPrefix("MLflow takes no such name as") }.count == 3)
            #expect(run.metrics["losses/fake"]?.map(\.value) == ["2.0"])
            #expect(run.params == ["given": "1", "lr": "0.5", "kind": "new", "on": "True", "n": "3"])

            #expect(
                Set(run.artifacts.keys) == [
                    "one image/3.png", "images/3-0.png", "images/3-1.png", "note/3.md", "weights/3.json", "bins/3.json",
                    "curve/3.json", "taken for/3.json", "words/3.json",
                ])
            #expect(run.artifacts["note/3.md"] == "**bold** <b> 鳥")
            #expect(
                run.artifacts["weights/3.json"] == #"{"edges": [0.0, 1.0, 2.0, 3.0, 4.0], "counts": [1, 2, 1, 1]}"#)
            #expect(run.artifacts["one image/3.png"]?.contains("IHDR") == true)
        }
    }

    @Test("a resumed run has, step by step, the curves of one that never stopped, and takes no test of it with it")
    func resume() async throws {
        try await withTemporaryFolder { folder in
            let first = makeLogger()
            // The training is killed after the fifth record. The checkpoint was made after the third. A resume may log
            // something else than what was logged.
            let state = try await log(
                first, .test(folder), points("train/a", [1, 2, 3]),
                later: points("train/a", [40, 50]) + points("late", [50]))
            let test = makeLogger()
            try await log(test, .test(folder, .added), points("test", [5]))
            #expect(test.runID == first.runID)
            let second = makeLogger()
            try await log(second, .test(folder, .resumed(state)), points("train/a", [4, 5, 6]))
            #expect(second.runID == first.runID)
            let runs = try await runs(folder)
            #expect(runs.count == 1 && runs[0].status == "FINISHED")
            #expect(runs[0].metrics.mapValues { $0.map(\.step) } == ["train/a": [1, 2, 3, 4, 5, 6]])
            // What was taken back is not lost.
            let discarded = folder.filesBelow.filter { $0.contains("/discarded/") }
            #expect(discarded.map { $0.split(separator: "/discarded/")[1] } == ["late", "test", "train/a"])
            let taken = try String(contentsOf: folder.appending(path: discarded[2]), encoding: .utf8)
            #expect(taken.split(separator: "\n").map { $0.split(separator: " ")[2] } == ["40", "50"])
        }
    }

    @Test("a run that begins in MLflow with a resume has the parameters that were logged before")
    func lateStart() async throws {
        try await withTemporaryFolder { folder in
            func settings(_ values: [String: HyperparameterValue]) -> [LogRecord] {
                [LogRecord(name: "hyperparameters", step: 0, value: .hyperparameters(values, metrics: [:]))]
            }
            let missing = MLflowLogger(
                experiment: "experiment", parameters: ["given": 1],
                python: PythonCommand("/nowhere/python3", environment: Python.trackingEnvironment))
            let warnings = Warnings()
            let state = try? await log(
                missing, .test(folder, .new, warnings), settings(["seed": .integer(Int.max), "lr": 0.5]))
            // Whether the logger throws depends on how soon it knows that there is no Python; its state does not.
            let known = try state ?? missing.stateDict()
            try await log(makeLogger(), .test(folder, .resumed(known), warnings), points("a", [4]))
            let run = try #require(try await runs(folder).first)
            #expect(run.params == ["given": "1", "seed": "9223372036854775807", "lr": "0.5"])
        }
    }

    @Test("in a database, what a resumed run repeats is there once", .needsDatabases, .enabled(if: isThorough))
    func database() async throws {
        try await withTemporaryFolder { folder in
            let tracking = MLflowLogger.Tracking.uri("sqlite:///\(folder.path)/mlflow.db")
            let state = try await log(
                makeLogger(tracking), .test(folder), points("a", [1, 2, 3]), later: points("a", [4, 5]))
            let warnings = Warnings()
            try await log(makeLogger(tracking), .test(folder, .resumed(state), warnings), points("a", [4, 5, 6]))
            #expect(warnings.all.count == 1 && warnings.all[0].contains("takes nothing back: the 2 numbers"))
            let data = try await Python.runAlone(
                "open_mlflow.py", ["sqlite:///\(folder.path)/mlflow.db", "experiment"])
            let runs = try JSONDecoder().decode([MLflowRun].self, from: data)
            #expect(runs.count == 1 && runs[0].metrics["a"]?.map(\.step) == [1, 2, 3, 4, 5, 6])
        }
    }

    private func makeLogger(_ tracking: MLflowLogger.Tracking = .folder()) -> MLflowLogger {
        MLflowLogger(
            experiment: "experiment", tracking: tracking, parameters: ["given": 1], tags: ["team": "birds"],
            python: PythonCommand(environment: Python.trackingEnvironment))
    }

    private func runs(_ folder: URL) async throws -> [MLflowRun] {
        let uri = folder.appending(path: "mlflow").absoluteString
        return try JSONDecoder().decode(
            [MLflowRun].self, from: await Python.runAlone("open_mlflow.py", [uri, "experiment"]))
    }
}

/// What `open_mlflow.py` prints.
private struct MLflowRun: Decodable {
    struct Point: Decodable {
        let step: Int
        let value: String
        let time: Int

        init(from decoder: any Decoder) throws {
            var values = try decoder.unkeyedContainer()
            step = try values.decode(Int.self)
            value = try values.decode(JSONNumber.self).text
            time = try values.decode(Int.self)
        }
    }

    let id, name, status: String
    let params, tags, artifacts: [String: String]
    let metrics: [String: [Point]]
}
