import Foundation
import Helios
import HeliosPython
import Synchronization
import TorchSerialization

/// A Python that runs one of the scripts of this package, gets a line of JSON for each record, and answers in such
/// lines.
///
/// Whatever happens to it, the training neither waits nor ends: `send` throws, once why and what to do is known.
final class PythonChild: Sendable {
    /// How long what it is to do may take, and how much of it may wait.
    struct Limits: Sendable {
        /// How many bytes of records may wait for the child.
        var waitingByteCount = 16 << 20
        /// How many seconds a full pipe may keep the thread of the loggers waiting, until the child reads again.
        var patience = 5.0
    }

    private struct State {
        /// Why there is no use in sending more.
        var failure: TrackingError?
        var hasEnded = false
        var isClosing = false
        /// What it said when it had begun the run.
        var runID: String?
        var warnings: Set<String> = []
        var kill: (@Sendable () -> Void)?
        var droppedCount = 0
    }

    private static let greatestWarningCount = 20

    /// A busy machine may take longer to say why.
    static let unexplainedEnd = TrackingError("Python has ended")

    private let package: String
    /// Its turn among those that log the run.
    let turn: RunTurn
    private let warn: @Sendable (String) -> Void
    private let state = Mutex(State())
    private let outbox: Outbox
    private let ended = DispatchGroup()

    /// Starts the script of a package for a run, without waiting for it.
    ///
    /// - Parameters:
    ///   - command: the Python.
    ///   - script: what it runs, after what all scripts have in common.
    ///   - folder: where the package's files of the run are.
    /// - Throws: `TrackingError` if the file of its turn cannot be made.
    convenience init(
        _ command: PythonCommand, script: [UInt8], package: String, in folder: URL, of run: LoggedRun, limits: Limits
    ) throws(TrackingError) {
        self.init(
            command, script: Self.commonScript + script, package: package, turn: try RunTurn(in: folder, run),
            limits: limits, warn: run.warn)
    }

    /// Starts it, without waiting for it.
    ///
    /// - Parameters:
    ///   - command: the Python.
    ///   - script: what it runs.
    ///   - package: the package that the script needs.
    ///   - turn: its turn among those that log the run.
    ///   - warn: warns the user.
    init(
        _ command: PythonCommand, script: [UInt8], package: String, turn: RunTurn, limits: Limits = Limits(),
        warn: @escaping @Sendable (String) -> Void
    ) {
        self.package = package
        self.turn = turn
        self.warn = warn
        outbox = Outbox(greatestByteCount: limits.waitingByteCount, patience: limits.patience)
        ended.enter()
        guard let errors = turn.openDescriptor else {
            fail("the lock of the run was released too early")
            return
        }
        PythonConversation(command, script: script, package: package).start(
            errors: errors, outbox,
            .init(
                started: { [self] kill in
                    turn.release()
                    state.withLock { $0.kill = kill }
                }, answered: { [self] in take($0) }, ended: { [self] in end($0) }))
    }

    /// What the scripts of this package have in common.
    static let commonScript = PythonConversation.commonScript + PackageResources.logging_run_py

    /// The ID of the run, if the child has begun it.
    var runID: String? { state.withLock(\.runID) }

    // MARK: For the logger

    /// Sends a message.
    ///
    /// - Throws: `TrackingError` if the child has failed, or does not read. Then the message is lost.
    func send(_ message: @autoclosure () -> JSONValue) throws(TrackingError) {
        if let failure = state.withLock(\.failure) { throw failure }
        // What does not fit need not be encoded.
        let outcome = outbox.isStalled ? .full : outbox.append(Self.line(message()))
        switch outcome {
        case .added: return
        case .full: state.withLock { $0.droppedCount += 1 }
        case .closed:
            // How it ended is known in a moment.
            _ = ended.wait(timeout: .now() + 2)
            throw state.withLock(\.failure) ?? Self.unexplainedEnd
        }
        throw TrackingError("Python does not keep up with the records, or has stopped: log less often")
    }

    /// Calls `send` with each record. One that is lost does not keep the others away.
    ///
    /// - Throws: the first `TrackingError` that `send` throws, after the last record.
    static func sendEach(
        of records: [LogRecord], _ send: (LogRecord) throws(TrackingError) -> Void
    ) throws(TrackingError) {
        var problem: TrackingError?
        for record in records {
            do { try send(record) } catch { problem = problem ?? error }
        }
        if let problem { throw problem }
    }

    /// Lets the child finish what it has got, and waits for that.
    ///
    /// - Throws: `TrackingError` if it fails, or takes longer than `seconds`. If it is still uploading, it continues;
    ///   otherwise it is ended.
    func finish(within seconds: Double) throws(TrackingError) {
        let deadline = DispatchTime.now() + seconds
        if let failure = state.withLock(\.failure) { throw failure }
        _ = outbox.append(Self.line(["do": .string("close")]), isLast: true)
        let hasEnded = ended.wait(timeout: deadline) == .success
        let (failure, isClosing, kill, droppedCount) = state.withLock {
            ($0.failure, $0.isClosing, $0.kill, $0.droppedCount)
        }
        if let failure { throw failure }
        guard hasEnded else {
            if isClosing {
                throw TrackingError("\(package) is still uploading after \(seconds) s: a Python continues with that")
            }
            fail("\(package) did not take all records within \(seconds) s of the end of the run")
            kill?()
            throw state.withLock(\.failure) ?? TrackingError("\(package) did not end")
        }
        if droppedCount > 0 {
            throw TrackingError("\(droppedCount) records did not fit into the pipe to Python, and are lost")
        }
    }

    // MARK: What it answers

    private func take(_ line: [UInt8]) -> PythonConversation.Reading {
        guard case .object(let members)? = try? JSONReader.read(line), let answer = members.first else {
            fail("Python answers something else than this logger's script: \(Self.shortened(line))")
            return .hasFailed
        }
        switch (answer.key, answer.value) {
        case ("opened", .string(let id)): state.withLock { $0.runID = id }
        case ("closing", _): state.withLock { $0.isClosing = true }
        case ("warning", .string(let text)): pass(on: text)
        case ("failed", .string(let text)): fail(Self.shortened(Array(text.utf8)))
        case ("closed", _):
            leave()
            return .isOver
        default: break
        }
        return state.withLock(\.hasEnded) ? .hasFailed : .continues
    }

    private func pass(on warning: String) {
        let isNew = state.withLock { state in
            state.warnings.count < Self.greatestWarningCount && state.warnings.insert(warning).inserted
        }
        if isNew { warn(Self.shortened(Array(warning.utf8))) }
    }

    private func end(_ reason: String) {
        state.withLock { $0.kill = nil }
        guard !state.withLock(\.hasEnded) else { return }
        let lastLine = turn.lastLine.map { ": " + Self.shortened($0) } ?? ""
        fail("\(reason)\(lastLine)")
    }

    private func fail(_ reason: String) {
        turn.release()
        let count = outbox.close()
        state.withLock { state in
            guard state.failure == nil, !state.hasEnded else { return }
            let waiting = count > 0 ? "; \(count) records that waited for it are lost" : ""
            state.failure = TrackingError(reason + waiting)
        }
        leave()
    }

    /// Lets `finish` return.
    private func leave() {
        let isFirst = state.withLock { state in
            defer { state.hasEnded = true }
            return !state.hasEnded
        }
        if isFirst { ended.leave() }
    }

    private static func line(_ message: JSONValue) -> [UInt8] {
        JSONWriter.write(message) + [UInt8(ascii: "\n")]
    }

    private static func shortened(_ text: [UInt8]) -> String {
        VisibleText.of(String(decoding: text.prefix(1000), as: UTF8.self))
    }
}
