import Foundation
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Helios

/// Takes the logs of an application that has set up its own.
private struct ApplicationHandler: LogHandler {
    static let lines = Mutex<[(label: String, line: String)]>([])

    let label: String
    var metadata: Logging.Logger.Metadata = [:]
    var logLevel: Logging.Logger.Level = .warning

    subscript(metadataKey key: String) -> Logging.Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        ApplicationHandler.lines.withLock { $0.append((label, "\(event.message)")) }
    }
}

/// What a trainer logs without a line of the user's code, and where it goes.
@Suite(.standardGenerator) struct LoggingTests {
    /// A line to a CSV file, without its time.
    private func rows(_ file: URL) throws -> [[String]] {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst().map {
            $0.split(separator: ",").dropLast().map(String.init)
        }
    }

    @Test("losses, learning rates, the gradients' norm, the time of a step and scores are logged")
    func automatic() throws {
        try withTemporaryFolder { folder in
            let trainer = try Trainer(
                .iterations(4), validation: .every(2), logs: .in(folder, every: 2), device: .cpu, display: .nothing)
            try trainer.register(CSVLogger())
            let model = LoggedModel()
            try trainer.fit(model, LoggedData())
            try trainer.test(model, LoggedData())
            let rows = try rows(folder.appending(path: "logged.csv"))
            let names = rows.map { "\($0[0]) \($0[1])" }
            let step = ["train/loss", "learning_rate", "gradient_norm", "step_time"]
            #expect(
                names
                    == step.map { "2 \($0)" } + ["2 validation/score"] + step.map { "4 \($0)" } + ["4 validation/score"]
                    + ["4 test/score"])
            #expect(rows[1][2] == "0.5" && rows[4][2] == "2.0")
            let norm = try #require(Double(rows[2][2]))
            #expect(model.norms.count == 4 && abs(norm - model.norms[1]) < 1e-6 * norm)
        }
    }

    @Test("a training that starts over leaves the logs of an earlier one beside its own")
    func again() throws {
        try withTemporaryFolder { folder in
            for _ in 0..<2 {
                let trainer = try Trainer(.iterations(2), logs: .in(folder, every: 1), device: .cpu, display: .nothing)
                try trainer.register(CSVLogger())
                try trainer.fit(LoggedModel(), LoggedData())
            }
            let files = ["logged.csv", "logged.csv.discarded", "logged.log", "logged.log.discarded"]
            #expect(folder.filesBelow == files)
            #expect(try rows(folder.appending(path: files[0])).count == rows(folder.appending(path: files[1])).count)
        }
    }

    @Test("a logger needs a folder and a name of its own, and comes before the run")
    func wrongRegistrations() throws {
        try withTemporaryFolder { folder in
            #expect(throws: ConfigurationError.self) { try Trainer(.epochs(1)).register(CSVLogger()) }
            let trainer = try Trainer(.epochs(1), logs: .in(folder))
            try trainer.register(CSVLogger())
            #expect(throws: ConfigurationError.self) { try trainer.register(CSVLogger()) }
        }
    }

    @Test("a folder that cannot be written ends the run before its first step")
    func unwritable() throws {
        try withTemporaryFolder { folder in
            try FileManager.default.createDirectory(
                at: folder.appending(path: "logged.csv"), withIntermediateDirectories: true)
            let trainer = try Trainer(.iterations(2), logs: .in(folder), device: .cpu, display: .nothing)
            try trainer.register(CSVLogger())
            let model = LoggedModel()
            let error = #expect(throws: LogFileError.self) { try trainer.fit(model, LoggedData()) }
            #expect(error?.reason == "it is a folder" && model.norms.isEmpty)
        }
    }

    @Test("a log that another run is writing is left alone: a training fails before it begins, a test is not logged")
    func twoRuns() throws {
        try withTemporaryFolder { folder in
            func trainer() throws -> Trainer {
                let trainer = try Trainer(.iterations(2), logs: .in(folder, every: 1), device: .cpu, display: .nothing)
                try trainer.register(CSVLogger())
                return trainer
            }
            let model = LoggedModel()
            try trainer().fit(model, LoggedData())
            let files = folder.filesBelow
            let before = try files.map { try Data(contentsOf: folder.appending(path: $0)) }
            let other = try LogFile(folder.appending(path: "logged.log").path, warn: { _ in })
            #expect(other.take())
            let second = try trainer()
            let printed = try second.printedText { try second.test(model, LoggedData()) }
            #expect(printed.contains("another run is writing the log") && model.testScores["score"] == 3)
            let error = #expect(throws: LogFileError.self) { try trainer().fit(LoggedModel(), LoggedData()) }
            #expect(error?.reason.contains("another run is writing it") == true)
            #expect(folder.filesBelow == files)
            #expect(try files.map { try Data(contentsOf: folder.appending(path: $0)) } == before)
            other.release()
            try second.test(model, LoggedData())
            #expect(try rows(folder.appending(path: "logged.csv")).last?[1] == "test/score")
        }
    }

    @Test("a resume logs hyperparameters if they changed, and a logger that joins it gets them in any case")
    func hyperparameters() throws {
        try withTemporaryFolder { folder in
            /// Trains up to an iteration, and looks for the hyperparameters in the JSON lines: step and learning rate.
            func train(
                _ count: Int, rate: Double, _ policy: ResumePolicy, _ others: [any RunLogger] = [],
                expected: [String]
            ) throws {
                let trainer = try Trainer(
                    .iterations(count),
                    checkpoints: .in(folder.appending(path: "checkpoints"), every: 1, onResume: policy),
                    logs: .in(folder, every: 1), seed: (1 << 53) + 1, device: .cpu, display: .nothing)
                for logger in [JSONLinesLogger()] + others { try trainer.register(logger) }
                let model = LoggedModel()
                model.rate = rate
                _ = try trainer.printedText { try trainer.fit(model, LoggedData()) }
                let text = try String(contentsOf: folder.appending(path: "logged.jsonl"), encoding: .utf8)
                let lines = text.split(separator: "\n").filter { $0.contains("\"hyperparameters\"") }
                let found = lines.compactMap { line in
                    line.firstMatch(of: #/^{"step":(\d+),"name":"hyperparameters".*"optimizer.lr":([0-9.]+)/#)
                        .map { "\($0.1): \($0.2)" }
                }
                #expect(found == expected, "\(count)")
                #expect(lines.allSatisfy { $0.contains("\"seed\":9007199254740993}") })
            }
            try train(1, rate: 0.5, .keep, expected: ["0: 0.5"])
            try train(2, rate: 0.5, .keep, expected: ["0: 0.5"])
            try train(3, rate: 0.25, .keep, expected: ["0: 0.5"])
            try train(4, rate: 0.25, .override, expected: ["0: 0.5", "3: 0.25"])
            try train(5, rate: 0.25, .override, expected: ["0: 0.5", "3: 0.25"])
            // Nothing is left to train with it.
            try train(5, rate: 0.125, .override, expected: ["0: 0.5", "3: 0.25"])
            let (memory, joining) = (SettingsLogger("memory"), SettingsLogger("joining"))
            try train(6, rate: 0.5, .override, [memory], expected: ["0: 0.5", "3: 0.25", "5: 0.5"])
            #expect(memory.steps == [5])
            try train(7, rate: 0.5, .keep, [memory], expected: ["0: 0.5", "3: 0.25", "5: 0.5"])
            #expect(memory.steps == [5])
            try train(8, rate: 0.5, .keep, [memory, joining], expected: ["0: 0.5", "3: 0.25", "5: 0.5"])
            #expect(memory.steps == [5] && joining.steps == [7])
        }
    }

    @Test("a fast run and the finders log nothing")
    func probes() throws {
        try withTemporaryFolder { folder in
            let trainer = try Trainer(
                .iterations(2), validation: .every(1), logs: .in(folder, every: 1), device: .cpu, display: .nothing)
            try trainer.register(CSVLogger())
            try trainer.fastRun(LoggedModel(), LoggedData())
            #expect(folder.filesBelow.isEmpty)
        }
    }

    @Test("what libtorch warns of is in the log, once")
    func warnings() throws {
        try withTemporaryFolder { folder in
            let model = LoggedModel()
            model.warning = "a warning of libtorch"
            try Trainer(.iterations(3), logs: .in(folder), device: .cpu, display: .nothing).fit(model, LoggedData())
            let log = try String(contentsOf: folder.appending(path: "logged.log"), encoding: .utf8)
            #expect(log.components(separatedBy: "a warning of libtorch").count == 2)
        }
    }

    @Test("a value that a logger cannot show is told of once: with a warning if no logger can")
    func unsupported() throws {
        try withTemporaryFolder { folder in
            for (number, loggers) in [[CSVLogger()], [CSVLogger(), JSONLinesLogger()] as [any RunLogger]].enumerated() {
                let trainer = try Trainer(
                    .iterations(3), logs: .in(folder, name: "\(number)"), device: .cpu, display: .nothing)
                for logger in loggers { try trainer.register(logger) }
                let model = LoggedModel()
                model.note = "hello"
                try trainer.fit(model, LoggedData())
                let log = try String(contentsOf: folder.appending(path: "\(number).log"), encoding: .utf8)
                let lines = log.split(separator: "\n").filter {
                    $0.contains("kind text are left out by the logger 'csv'")
                }
                #expect(lines.count == 1 && lines[0].contains(number == 0 ? " warning " : " info "))
                #expect(!log.contains("kind hyperparameters"))
            }
        }
    }

    @Test("the environment is in each checkpoint")
    func environment() throws {
        try withTemporaryFolder { folder in
            let trainer = try Trainer(.iterations(1), checkpoints: .in(folder), device: .cpu, display: .nothing)
            try trainer.fit(LoggedModel(), LoggedData())
            let state = try TorchFile.loadDictionary(#require(trainer.lastCheckpoint))
            #expect(try state.string("environment", "libtorch") == LibTorch.version)
        }
    }

    @Test("an application's own logs get the lines, too, from the level on that it wants")
    func applicationLogs() throws {
        LoggingSystem.bootstrap { ApplicationHandler(label: $0) }
        try withTemporaryFolder { folder in
            let model = LoggedModel()
            model.warning = "for the application"
            try Trainer(.iterations(1), logs: .in(folder, name: "bootstrapped"), device: .cpu, display: .nothing)
                .fit(model, LoggedData())
            let lines = ApplicationHandler.lines.withLock { $0.filter { $0.label == "bootstrapped" }.map(\.line) }
            #expect(lines.last == "for the application" && !lines.contains { $0.contains("epoch 1 starts") })
            let log = try String(contentsOf: folder.appending(path: "bootstrapped.log"), encoding: .utf8)
            #expect(log.contains("for the application") && log.contains("epoch 1 starts"))
        }
    }
}

/// Keeps at which steps hyperparameters came.
private final class SettingsLogger: RunLogger, @unchecked Sendable {
    let id: String
    let supportedKinds: Set<LoggedKind> = [.hyperparameters]
    private(set) var steps: [Int] = []

    init(_ id: String) { self.id = id }

    func open(_ run: LoggedRun) {}
    func write(_ records: [LogRecord]) { steps += records.map(\.step) }
    func flush() {}
    func stateDict() -> StateDict { [:] }
    func close() {}
}

private final class LoggedModel: Model<LabeledBatch> {
    let network = Linear(2, 2)
    var optimizer: SGD!
    private(set) var norms: [Double] = []
    var warning: String?
    var note: String?
    var rate = 0.5

    init() { super.init(saveName: "logged") }

    override func setup(fastInit: Bool) throws { optimizer = try SGD(network, learningRate: rate) }

    override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
        if let warning { LibTorch.warn(warning) }
        if let note { log("note", .text(note)) }
        try minimize(optimizer, clip: .norm(1e6)) { try crossEntropy(network(batch.inputs), batch.targets) }
        // The norm, computed another way.
        norms.append(
            try network.parameters().map { try ($0.grad.map { try ($0 * $0).sum().item(Double.self) } ?? 0) }
                .reduce(0, +).squareRoot())
    }

    override func validStep(_ batch: LabeledBatch, step: Int) throws { validationScores["score"] = 2 }
    override func testStep(_ batch: LabeledBatch, step: Int) throws { testScores["score"] = 3 }
}

private final class LoggedData: DataModule<LabeledBatch> {
    override func setup() throws {
        let inputs = try Tensor.randn([8, 2], generator: Generator(seed: 1))
        let set = try TensorDataset(inputs: inputs, targets: Tensor((0..<8).map { $0 % 2 }))
        try addTrainPhase(set, LoaderOptions(batchSize: 2))
        try setValidation(set, LoaderOptions(batchSize: 8))
        try setTest(set, LoaderOptions(batchSize: 8))
    }
}
