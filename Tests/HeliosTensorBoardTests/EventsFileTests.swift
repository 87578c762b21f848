import Foundation
import Helios
import Synchronization
import TestSupport
import Testing

@testable import HeliosTensorBoard

/// What a run's files are after it was stopped at some moment and resumed.
@Suite(.standardGenerator)
struct EventsFileTests {
    private final class Warnings: Sendable {
        let texts = Mutex<[String]>([])
    }

    private func run(_ folder: URL, _ start: LoggedRun.Start, _ warnings: Warnings? = nil) throws -> LoggedRun {
        try LoggedRun(name: "run", folder: folder, start: start, environment: EnvironmentDescription([:])) { text in
            if let warnings { warnings.texts.withLock { $0.append(text) } } else { Issue.record("\(text)") }
        }
    }

    private func events(_ folder: URL) throws -> [UInt8] {
        let bytes = [UInt8](try Data(contentsOf: file("events.out.tfevents.helios", folder)))
        // The first record has the time when the file was made.
        var version: [UInt8] = []
        try version.append(TBEvent.version(time: 1))
        return Array(bytes.dropFirst(version.count))
    }

    private func file(_ name: String, _ folder: URL) -> URL { folder.appending(path: "tensorboard/run/\(name)") }

    private let before = [
        LogRecord(name: "a", step: 1, time: 1, value: 1),
        LogRecord(name: "both", step: 1, time: 2, value: .scalars(["x": 1])),
    ]
    private let after = [
        LogRecord(name: "a", step: 2, time: 3, value: 2),
        LogRecord(name: "both", step: 2, time: 4, value: .scalars(["x": 2])),
        LogRecord(name: "new", step: 2, time: 5, value: .scalars(["y": 3])),
        LogRecord(name: "note", step: 2, time: 6, value: .text("*text*")),
    ]

    @Test("a resumed run's file equals one of a run that never stopped, and what was cut off is kept")
    func resumed() throws {
        try withTemporaryFolder { folder in
            let whole = folder.appending(path: "whole"), killed = folder.appending(path: "killed")
            var logger = TensorBoardLogger()
            try logger.open(run(whole, .new))
            try logger.write(before)
            try logger.write(after)

            logger = TensorBoardLogger()
            try logger.open(run(killed, .new))
            try logger.write(before)
            let state = try logger.stateDict()
            try logger.write(after)
            let length = try state.int("length")
            let lost = try Data(contentsOf: file("events.out.tfevents.helios", killed)).dropFirst(length)

            logger = TensorBoardLogger()
            try logger.open(run(killed, .resumed(state)))
            #expect(logger.eventsFile.map { FileManager.default.fileExists(atPath: $0.path) } == true)
            try logger.write(after)
            #expect(try events(killed) == events(whole))
            #expect(try Data(contentsOf: file("events.discarded", killed)) == lost)
        }
    }

    @Test(
        "a training that starts from scratch, and one whose checkpoint does not know the logger, have nothing of an earlier one"
    )
    func fromScratch() throws {
        try withTemporaryFolder { folder in
            for start in [LoggedRun.Start.new, .resumed([:])] {
                let logger = TensorBoardLogger()
                try logger.open(run(folder, .new))
                try logger.write(
                    before + [LogRecord(name: "h", step: 0, time: 1, value: .hyperparameters(["lr": 1], metrics: [:]))])
                try logger.write([LogRecord(name: "e", step: 0, time: 1, value: .embedding(Tensor([[1.0, 2]])))])
                try logger.close()
                #expect(FileManager.default.fileExists(atPath: file("projector_config.pbtxt", folder).path))
                let warnings = Warnings()
                try logger.open(run(folder, start, warnings))
                let isUnknown = if case .resumed = start { true } else { false }
                #expect(warnings.texts.withLock { $0 }.contains { $0.contains("begins here") } == isUnknown)
                #expect(try events(folder) == [])
                #expect(!FileManager.default.fileExists(atPath: file("projector_config.pbtxt", folder).path))
                #expect(
                    !FileManager.default.fileExists(
                        atPath: file("events.out.tfevents.0-hyperparameters", folder).path))
            }
        }
    }

    @Test("a test adds to what is there, charts and hyperparameters too, and a record that is not whole goes away")
    func added() throws {
        try withTemporaryFolder { folder in
            var logger = TensorBoardLogger()
            try logger.open(run(folder, .new))
            try logger.write(
                before + [LogRecord(name: "h", step: 0, time: 1, value: .hyperparameters(["lr": 1], metrics: [:]))])
            let whole = try events(folder)
            let handle = try FileHandle(forWritingTo: file("events.out.tfevents.helios", folder))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data([9, 9, 9]))
            try handle.close()

            let warnings = Warnings()
            logger = TensorBoardLogger()
            try logger.open(run(folder, .added, warnings))
            #expect(try events(folder) == whole)
            #expect(warnings.texts.withLock { $0 }.first?.contains("no whole record after byte") == true)
            #expect(try Data(contentsOf: file("events.discarded", folder)) == Data([9, 9, 9]))

            try logger.write(
                after + [LogRecord(name: "h", step: 0, time: 1, value: .hyperparameters(["width": 2], metrics: [:]))])
            let session = try SessionRecords(
                contentsOf: file("events.out.tfevents.0-hyperparameters", folder).path)
            #expect(session.values == ["lr": 1.0, "width": 2.0])
            let contents = try EventsFileContents(file("events.out.tfevents.helios", folder).path, upTo: .max)
            #expect(contents.charts == ["both", "new"])
        }
    }

    @Test("hyperparameters and embeddings that came after the checkpoint are gone after a resume")
    func restored() throws {
        try withTemporaryFolder { folder in
            func values(_ value: HyperparameterValue) -> LogRecord {
                LogRecord(name: "h", step: 0, time: 7, value: .hyperparameters(["lr": value], metrics: ["score": 1]))
            }
            func points(_ step: Int) throws -> LogRecord {
                LogRecord(name: "points", step: step, time: 1, value: try .embedding(Tensor([[1.0, 2], [3, 4]])))
            }
            let config = file("projector_config.pbtxt", folder)
            var logger = TensorBoardLogger()
            try logger.open(run(folder, .new))
            try logger.write([values("a text"), points(1)])
            let state = try logger.stateDict()
            let (session, list) = (
                try Data(contentsOf: file("events.out.tfevents.0-hyperparameters", folder)),
                try Data(contentsOf: config)
            )
            try logger.write([values(true), points(2)])
            #expect(try Data(contentsOf: config) != list)

            logger = TensorBoardLogger()
            try logger.open(run(folder, .resumed(state)))
            #expect(try Data(contentsOf: file("events.out.tfevents.0-hyperparameters", folder)) == session)
            #expect(try Data(contentsOf: config) == list)
        }
    }

    @Test("a state that is damaged, and a folder that cannot be written, are errors with a reason")
    func errors() throws {
        try withTemporaryFolder { folder in
            let logger = TensorBoardLogger()
            #expect(throws: StateDictError.self) { try logger.open(run(folder, .resumed(["length": "no"]))) }
            #expect(throws: StateDictError.self) { try logger.open(run(folder, .resumed(["length": -1]))) }
            #expect(throws: StateDictError.self) {
                try logger.open(run(folder, .resumed(["length": 0, "embeddings": "no { message"])))
            }
            #expect(throws: StateDictError.self) {
                try logger.open(
                    run(
                        folder,
                        .resumed([
                            "length": 0,
                            "hyperparameters": .dictionary(["time": 0.0, "values": .dictionary(["x": .list([])])]),
                        ])))
            }
            try Data().write(to: folder.appending(path: "file"))
            #expect(throws: LogFileError.self) { try logger.open(run(folder.appending(path: "file"), .new)) }
        }
    }

    @Test("hyperparameters whose file cannot be written are an error, and are written when that is possible again")
    func hyperparametersLater() throws {
        try withTemporaryFolder { folder in
            let path = file("events.out.tfevents.0-hyperparameters", folder)
            let logger = TensorBoardLogger()
            try logger.open(run(folder, .new))
            // What is there cannot be replaced.
            try FileManager.default.createDirectory(
                at: path.appending(path: "folder"), withIntermediateDirectories: true)
            let error = #expect(throws: TensorBoardError.self) {
                try logger.write([
                    before[0], LogRecord(name: "h", step: 0, time: 1, value: .hyperparameters(["lr": 1], metrics: [:])),
                ])
            }
            #expect(error?.description.contains("0-hyperparameters cannot be written") == true)
            #expect(try events(folder).isEmpty == false)
            try FileManager.default.removeItem(at: path)
            try logger.flush()
            #expect(try SessionRecords(contentsOf: path.path).values == ["lr": 1.0])
        }
    }

    @Test("a name that TensorBoard uses itself is an error, and the other records are written")
    func reservedNames() throws {
        try withTemporaryFolder { folder in
            let logger = TensorBoardLogger()
            try logger.open(run(folder, .new))
            for name in ["custom_scalars__config__", "_hparams_/experiment"] {
                let length = try logger.stateDict().int("length")
                let error = #expect(throws: TensorBoardError.self) {
                    try logger.write([LogRecord(name: name, step: 1, value: 1), before[0]])
                }
                #expect(error?.description.contains("log it under another") == true)
                #expect(try logger.stateDict().int("length") > length)
            }
        }
    }

    @Test("a name that was logged as another kind is warned of once")
    func otherKind() throws {
        try withTemporaryFolder { folder in
            let warnings = Warnings()
            let logger = TensorBoardLogger()
            try logger.open(run(folder, .new, warnings))
            for _ in 0..<3 {
                try logger.write([before[0], LogRecord(name: "a", step: 1, value: .text("text")), before[0]])
            }
            #expect(warnings.texts.withLock { $0 }.count == 1)
        }
    }
}
