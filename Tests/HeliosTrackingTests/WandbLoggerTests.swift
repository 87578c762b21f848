import Foundation
import Helios
import TestSupport
import Testing
import Torch

@testable import HeliosTracking

/// What is in the files of Weights & Biases.
@Suite(.serialized) struct WandbLoggerTests {
    @Test("values of every kind arrive as they were logged, whatever their names and steps", .needsWandb)
    func values() async throws {
        try await withTemporaryFolder { folder in
            let logger = makeLogger()
            let state = try await log(logger, .test(folder), unusualRecords() + otherRecords())
            let file = try #require(try await files(in: folder).first)
            #expect(file.ids.allSatisfy { $0 == logger.runID } && file.ids.count > 0)
            #expect(file.project == "project" && file.name == "run" && file.group == "group" && file.exit == 0)
            #expect(try state.string("run_id") == logger.runID)

            let steps = unusualValues.indices.map { $0 == unusualValues.count - 1 ? -7 : $0 * 1_000_000_000_000 }
            let texts = unusualValues.map { "\($0)" }
            for name in unusualNames {
                #expect(file.curve(name).map(\.step) == steps)
                #expect(file.curve(name).map(\.value) == texts)
            }
            // Each name has the step as its axis.
            #expect(file.metrics["*"] == "trainer/step")
            #expect(file.rows.first?["_timestamp"]?.number == 1_764_389_472.5)

            #expect(file.curve("losses/real").map(\.value) == ["1.0"] && file.curve("losses/fake").count == 1)
            #expect(file.curve("accuracy").map(\.value) == ["0.75"])
            #expect(file.config["lr"]?.number == 0.5 && file.config["kind"]?.text == "new")
            #expect(
                file.config["on"]?.flag == true && file.config["n"]?.number == 3 && file.config["given"]?.number == 1)

            #expect(file.value("one image/format")?.text == "png")
            #expect(file.value("images/count")?.number == 2 && file.value("images/width")?.number == 2)
            #expect(file.media.contains { $0.key.hasSuffix(".png") && $0.value.contains("IHDR") })
            #expect(file.media.values.contains { $0.contains("**bold** &lt;b&gt; 鳥") })
            #expect(file.value("weights/values")?.numbers == [1, 2, 1, 1])
            #expect(file.value("weights/bins")?.numbers == [0, 1, 2, 3, 4])
            // W&B takes 512 bins.
            #expect(file.value("bins/values")?.numbers == [Double](repeating: 2, count: 500))
            #expect(file.value("bins/bins")?.numbers?.count == 501)
            #expect(file.media.values.contains { $0.contains(#"["cat","dog",0.0]"#) })
            #expect(file.media.values.contains { $0.contains(#"["positive",1.0,0.5]"#) })
            #expect(file.media.values.contains { $0.contains(#""label","image","dimension 0","dimension 1""#) })
        }
    }

    @Test("a resumed run is the same run, and what it repeats is there once", .needsWandb)
    func resume() async throws {
        try await withTemporaryFolder { folder in
            let first = makeLogger()
            // The training is killed after the fifth record. The checkpoint was made after the third.
            let state = try await log(first, .test(folder), points("a", [1, 2, 3]), later: points("a", [4, 5]))
            let warnings = Warnings()
            let second = makeLogger()
            try await log(second, .test(folder, .resumed(state), warnings), points("a", [4, 5, 6, 7]))
            #expect(second.runID == first.runID)
            #expect(warnings.all.count == 1 && warnings.all[0].hasPrefix("W&B takes nothing back: the 2 records"))

            // A test of the trained network is part of the run.
            let third = makeLogger()
            try await log(third, .test(folder, .added), points("test", [7]))
            #expect(third.runID == first.runID)

            let files = try await files(in: folder)
            #expect(Set(files.flatMap(\.ids)) == [first.runID ?? ""])
            #expect(files.flatMap { $0.curve("a") }.map(\.step) == [1, 2, 3, 4, 5, 6, 7])
            #expect(files.flatMap { $0.curve("test") }.map(\.step) == [7])
            #expect(files.allSatisfy { $0.config["given"]?.number == 1 })
        }
    }

    @Test("with mode: .disabled nothing is started, and the ID stays")
    func disabled() async throws {
        try await withTemporaryFolder { folder in
            let logger = WandbLogger(project: "project", mode: .disabled, python: PythonCommand("/nowhere"))
            let state = try await log(logger, .test(folder), points("a", [1, 2]))
            #expect(try state.int("records") == 2 && state.string("run_id") == logger.runID)
            #expect(folder.filesBelow == ["wandb/run.run"])
            // A training that starts from scratch is another run.
            let id = logger.runID
            try await log(logger, .test(folder), [])
            #expect(logger.runID != id)
        }
    }

    @Test("online, a resumed run does not repeat what the server has, and a test of the run does not confuse it")
    func online() async throws {
        try await withTemporaryFolder { folder in
            let server = folder.appending(path: "server.json")
            func makeLogger() -> WandbLogger {
                WandbLogger(
                    project: "project", arguments: ["entity": "team"],
                    python: PythonCommand(
                        environment: ["PYTHONPATH": Python.wandbStandIn, "HELIOS_STAND_IN": server.path]))
            }
            let state = try await log(makeLogger(), .test(folder), points("a", [1, 2, 3]), later: points("a", [4, 5]))
            try await log(makeLogger(), .test(folder, .added), points("test", [5]))
            let warnings = Warnings()
            try await log(makeLogger(), .test(folder, .resumed(state), warnings), points("a", [4, 5, 6, 7]))
            #expect(warnings.all.count == 1 && warnings.all[0].hasPrefix("W&B takes nothing back: the 2 records"))

            let found = try JSONDecoder().decode(WandbServer.self, from: Data(contentsOf: server))
            #expect(found.rows.compactMap { $0["a"] } == [1, 2, 3, 4, 5, 6, 7])
            #expect(found.rows.map { $0["trainer/step"] } == [1, 2, 3, 4, 5, 5, 6, 7])
            #expect(found.exits == [0, 0, 0])
            let id = try state.string("run_id")
            #expect(
                found.starts.allSatisfy {
                    $0
                        == WandbServer.Start(
                            project: "project", name: "run", id: id, mode: "online", resume: "allow", entity: "team")
                })
        }
    }

    private func makeLogger() -> WandbLogger {
        WandbLogger(
            project: "project", config: ["given": 1], arguments: ["group": "group"], mode: .offline,
            python: PythonCommand(environment: Python.trackingEnvironment))
    }

    private func files(in folder: URL) async throws -> [WandbFile] {
        try JSONDecoder().decode([WandbFile].self, from: await Python.runAlone("open_wandb.py", [folder.path]))
    }
}

/// What the stand-in for W&B has got.
private struct WandbServer: Decodable {
    struct Start: Decodable, Equatable {
        let project, name, id, mode, resume, entity: String
    }

    let starts: [Start]
    let rows: [[String: Double]]
    let exits: [Int]
}

/// What `open_wandb.py` prints.
private struct WandbFile: Decodable {
    enum Value: Decodable {
        case flag(Bool), number(Double), text(String), numbers([Double]), other

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let flag = try? value.decode(Bool.self) {
                self = .flag(flag)
            } else if let number = try? value.decode(Double.self) {
                self = .number(number)
            } else if let text = try? value.decode(String.self) {
                self = .text(text)
            } else if let numbers = try? value.decode([Double].self) {
                self = .numbers(numbers)
            } else {
                self = .other
            }
        }

        var flag: Bool? { if case .flag(let flag) = self { flag } else { nil } }
        var number: Double? { if case .number(let number) = self { number } else { nil } }
        var text: String? { if case .text(let text) = self { text } else { nil } }
        var numbers: [Double]? { if case .numbers(let numbers) = self { numbers } else { nil } }
    }

    let ids: [String]
    let project, name, group: String
    let config: [String: Value]
    let rows: [[String: Value]]
    let metrics: [String: String]
    let exit: Int?
    let media: [String: String]

    /// The points of a curve.
    func curve(_ name: String) -> [(step: Int, value: String)] {
        rows.compactMap { row in
            guard let value = row[name], let step = row["trainer/step"]?.number else { return nil }
            return (Int(step), value.text ?? value.number.map { "\($0)" } ?? "?")
        }
    }

    /// The only value under a name.
    func value(_ name: String) -> Value? { rows.lazy.compactMap { $0[name] }.first }
}
