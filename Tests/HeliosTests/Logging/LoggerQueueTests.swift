import Foundation
import TestSupport
import Testing

@testable import Helios

/// Keeps what it gets; may fail.
private final class MemoryLogger: RunLogger, @unchecked Sendable {
    let id: String
    let supportedKinds: Set<LoggedKind>
    var failure: (any Error)?
    private(set) var calls: [String] = []
    private(set) var records: [LogRecord] = []
    private(set) var runs: [LoggedRun] = []

    init(_ id: String = "memory", kinds: Set<LoggedKind> = [.scalar]) {
        self.id = id
        supportedKinds = kinds
    }

    func open(_ run: LoggedRun) throws {
        calls.append("open")
        runs.append(run)
    }

    func write(_ records: [LogRecord]) throws {
        if let failure { throw failure }
        self.records += records
    }

    func flush() throws { calls.append("flush") }
    func stateDict() throws -> StateDict { ["count": .int(records.count)] }
    func close() throws { calls.append("close") }
}

@Suite struct LoggerQueueTests {
    private let warnings = Messages()

    private func run(_ id: String) -> LoggedRun {
        LoggedRun(
            name: "run", folder: URL(filePath: "/nowhere"), start: .new,
            environment: EnvironmentDescription(entries: []), warn: { [warnings] message in warnings.add(message) })
    }

    private func record(_ step: Int) -> LogRecord {
        LogRecord(name: "loss", step: step, value: .scalar(Double(step)))
    }

    private func queue(_ loggers: any RunLogger...) throws -> LoggerQueue {
        let queue = LoggerQueue()
        for logger in loggers { queue.register(logger) }
        queue.hold()
        return queue
    }

    @Test("all loggers get all records in their order, and the state covers all records so far")
    func order() throws {
        let loggers = [MemoryLogger("a"), MemoryLogger("b")]
        let queue = try queue(loggers[0], loggers[1])
        try queue.open(resuming: nil, run)
        for step in 0..<1000 { queue.add(record(step)) }
        #expect(try queue.stateDict().int("b", "count") == 1000)
        for step in 1000..<1500 { queue.add(record(step)) }
        queue.close()
        for logger in loggers {
            #expect(logger.records.map(\.step) == Array(0..<1500))
            #expect(logger.calls.first == "open" && logger.calls.suffix(2) == ["flush", "close"])
        }
    }

    @Test("only a logger that joins a resumed run gets what comes before its first step; all get it in one that begins")
    func held() throws {
        for (isResumed, steps) in [(true, [[1], [0, 7, 1]]), (false, [[0, 7, 1], [0, 7, 1]])] {
            let loggers = [MemoryLogger("old"), MemoryLogger("new")]
            let queue = try queue(loggers[0], loggers[1])
            queue.add(record(0))
            try queue.open(resuming: isResumed ? .init(settings: nil, newcomers: ["new"]) : nil, run)
            if isResumed { queue.whileRepeating { queue.add(record(7)) } } else { queue.add(record(7)) }
            queue.endBeginning()
            queue.add(record(1))
            queue.close()
            #expect(loggers.map { $0.records.map(\.step) } == steps)
        }
    }

    @Test("of hyperparameters that a resumed run logs again, loggers get those that the run before it did not have")
    func settings() throws {
        /// What a run gets that begins with some hyperparameters, logs others later, and was resumed from a state.
        func run(
            _ rate: HyperparameterValue, _ state: StateValue?, isResumed: Bool = true
        ) throws -> ([Int], StateValue) {
            let logger = MemoryLogger(kinds: [.hyperparameters])
            let queue = try queue(logger)
            func log(_ step: Int, _ rate: HyperparameterValue) {
                queue.add(
                    LogRecord(name: "settings", step: step, value: .hyperparameters(["rate": rate], metrics: [:])))
            }
            log(0, rate)
            try queue.open(resuming: isResumed ? .init(settings: state, newcomers: []) : nil, self.run)
            isResumed ? queue.whileRepeating { log(1, rate) } : log(1, rate)
            queue.endBeginning()
            // What depends on the training may change, and comes again after a resume from before it.
            queue.whileRepeating { log(2, "warm") }
            log(3, "hot")
            let settings = queue.settings
            queue.close()
            return (logger.records.map(\.step), settings)
        }
        let first = try run(0.5, nil, isResumed: false)
        #expect(first.0 == [0, 1, 3])
        let same = try run(0.5, first.1)
        #expect(same.0 == [3])
        let other = try run(0.25, same.1)
        #expect(other.0 == [0, 1, 3])
        #expect(try run(0.25, other.1).0 == [3])
        #expect(try run(0.5, other.1).0 == [0, 1, 3])
        // A checkpoint that does not say what was logged.
        #expect(try run(0.25, nil).0 == [3])
    }

    @Test("after a run and before one, records go nowhere")
    func closed() throws {
        let logger = MemoryLogger()
        let queue = LoggerQueue()
        queue.register(logger)
        queue.add(record(0))
        queue.hold()
        try queue.open(resuming: nil, run)
        queue.close()
        queue.add(record(1))
        queue.close()
        #expect(try queue.stateDict().dictionary("memory").isEmpty)
        #expect(logger.records.isEmpty && logger.calls.filter { $0 == "close" }.count == 1)
    }

    @Test("a logger without room to begin logs nothing, and is as it was for a run that resumes")
    func noRoom() throws {
        final class FullLogger: RunLogger {
            let id = "full"
            let supportedKinds: Set<LoggedKind> = [.scalar]
            func open(_ run: LoggedRun) throws {
                throw LogFileError(path: "x", reason: "No space left on device", isLackOfRoom: true)
            }
            func write(_ records: [LogRecord]) throws { Issue.record("a record came") }
            func flush() throws {}
            func stateDict() throws -> StateDict { ["count": 1] }
            func close() throws {}
        }
        for (start, resumption, length) in [
            (LoggedRun.Start.new, LoggerQueue.Resumption?.none, Int?.none),
            (.resumed(["length": 7]), .init(settings: nil, newcomers: []), 7),
        ] {
            let queue = try queue(FullLogger())
            try queue.open(resuming: resumption) { _ in
                LoggedRun(
                    name: "run", folder: URL(filePath: "/nowhere"), start: start,
                    environment: EnvironmentDescription(entries: []), warn: { [warnings] in warnings.add($0) })
            }
            queue.add(record(1))
            let saved = try queue.stateDict()
            #expect((saved["full"] == nil) == (length == nil))
            if let length { #expect(try saved.int("full", "length") == length) }
            queue.close()
        }
        #expect(warnings.all.count == 2 && warnings.all.allSatisfy { $0.contains("cannot begin: log file x") })
    }

    @Test("JSON lines without hyperparameters get them again from a run that resumes", arguments: [true, false])
    func lostHyperparameters(areLost: Bool) throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "run.jsonl")
            let text =
                areLost
                ? ""
                : "{\"step\":0,\"name\":\"h\",\"hyperparameters\":{\"values\":{\"a\":1},\"metrics\":{}},\"time\":1.0}\n"
            try Data(text.utf8).write(to: file)
            let record = LogRecord(name: "h", step: 9, value: .hyperparameters(["a": 1], metrics: [:]))
            var settings = LoggedSettings()
            _ = settings.note(record)
            let queue = try queue(JSONLinesLogger())
            queue.add(record)
            queue.add(self.record(9))
            try queue.open(resuming: .init(settings: settings.stateValue, newcomers: [])) { _ in
                LoggedRun(
                    name: "run", folder: folder, start: .resumed(["length": .int(text.utf8.count)]),
                    environment: EnvironmentDescription(entries: []), warn: { [warnings] in warnings.add($0) })
            }
            queue.endBeginning()
            queue.close()
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            #expect(
                lines.count == 1
                    && lines[0].hasPrefix("{\"step\":\(areLost ? 9 : 0),\"name\":\"h\",\"hyperparameters\""))
            #expect(warnings.all.isEmpty)
        }
    }

    @Test("a logger that fails does not stop the others; the user is told once, and at the end how much is lost")
    func failure() throws {
        let (bad, good) = (MemoryLogger("bad"), MemoryLogger("good"))
        let queue = try queue(bad, good)
        try queue.open(resuming: nil, run)
        // What works in between, as on a disk that is nearly full, does not make it a new fault.
        for step in 0..<5 {
            bad.failure = step % 2 == 0 ? LogFileError(path: "x.csv", reason: "No space left on device") : nil
            queue.add(record(step))
            queue.drain()
        }
        queue.close()
        #expect(good.records.count == 5)
        let warnings = self.warnings.all
        #expect(warnings.count == 2)
        #expect(warnings[0].contains("'bad' cannot write") && warnings[0].contains("No space left on device"))
        #expect(warnings[1].contains("failed while it wrote 3 records"))
    }

    @Test("a logger gets no values of a kind that it cannot show")
    func unsupported() throws {
        let logger = MemoryLogger()
        let queue = try queue(logger)
        try queue.open(resuming: nil, run)
        for step in 0..<3 { queue.add(LogRecord(name: "note", step: step, value: .text("hello"))) }
        queue.add(record(3))
        queue.close()
        #expect(logger.records.map(\.step) == [3])
        #expect(queue.whoCannotShow(.text) == (["memory"], false) && queue.whoCannotShow(.scalar) == ([], true))
    }

    @Test("a logger that cannot begin ends the run before its first step, and those before it are closed")
    func failingStart() throws {
        struct Broken: Error {}
        final class BrokenLogger: RunLogger {
            let id = "broken"
            let supportedKinds: Set<LoggedKind> = [.scalar]
            func open(_ run: LoggedRun) throws { throw Broken() }
            func write(_ records: [LogRecord]) throws {}
            func flush() throws {}
            func stateDict() throws -> StateDict { [:] }
            func close() throws {}
        }
        let first = MemoryLogger()
        let queue = try queue(first, BrokenLogger())
        #expect(throws: Broken.self) { try queue.open(resuming: nil, run) }
        #expect(first.calls == ["open", "close"])
        queue.add(record(0))
        queue.close()
        #expect(first.records.isEmpty)
    }

    @Test("records of several threads all arrive")
    func threads() throws {
        let logger = MemoryLogger()
        let queue = try queue(logger)
        try queue.open(resuming: nil, run)
        DispatchQueue.concurrentPerform(iterations: 4) { thread in
            for step in 0..<500 { queue.add(record(thread * 500 + step)) }
        }
        queue.close()
        #expect(Set(logger.records.map(\.step)) == Set(0..<2000))
    }

    @Test("images do not pile up in memory: whoever logs too many waits")
    func bounded() throws {
        /// Takes images only when it is let.
        final class SlowLogger: RunLogger, @unchecked Sendable {
            let id = "slow"
            let supportedKinds: Set<LoggedKind> = [.images]
            let hasBegun = DispatchSemaphore(value: 0), mayGo = DispatchSemaphore(value: 0)
            private(set) var count = 0

            func open(_ run: LoggedRun) throws {}
            func write(_ records: [LogRecord]) throws {
                hasBegun.signal()
                mayGo.wait()
                count += records.count
            }
            func flush() throws {}
            func stateDict() throws -> StateDict { [:] }
            func close() throws {}
        }
        let logger = SlowLogger()
        let queue = try queue(logger)
        try queue.open(resuming: nil, run)
        let image = try LoggedImage(
            pixels: [UInt8](repeating: 0, count: 40 << 20), width: 8192, height: 5120, channels: 1)
        func record(_ step: Int) -> LogRecord { LogRecord(name: "image", step: step, value: .images([image])) }
        queue.add(record(0))
        logger.hasBegun.wait()
        // The logger has the first, and one may wait in memory.
        queue.add(record(1))
        let third = record(2)
        let isAdded = DispatchSemaphore(value: 0)
        Thread {
            queue.add(third)
            isAdded.signal()
        }.start()
        #expect(isAdded.wait(timeout: .now() + .milliseconds(100)) == .timedOut)
        for _ in 0..<3 { logger.mayGo.signal() }
        isAdded.wait()
        queue.close()
        #expect(logger.count == 3)
    }
}
