import Foundation
import Helios
import Subprocess
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

    private static let grace = DispatchTimeInterval.milliseconds(500)
    private static let greatestAnswerLength = 1 << 16
    private static let greatestWarningCount = 20

    /// A busy machine may take longer to say why.
    static let unexplainedEnd = TrackingError("Python has ended")

    private let package: String
    /// Its turn among those that log the run.
    let turn: RunTurn
    private let warn: @Sendable (String) -> Void
    private let state = Mutex(State())
    private let outbox: Outbox
    private let executor = QueueExecutor()
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
            command, script: String(decoding: PackageResources.conversation_py + script, as: UTF8.self),
            package: package, turn: try RunTurn(in: folder, run), limits: limits, warn: run.warn)
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
        _ command: PythonCommand, script: String, package: String, turn: RunTurn, limits: Limits = Limits(),
        warn: @escaping @Sendable (String) -> Void
    ) {
        self.package = package
        self.turn = turn
        self.warn = warn
        outbox = Outbox(greatestByteCount: limits.waitingByteCount, patience: limits.patience)
        ended.enter()
        Task.detached(executorPreference: executor) { [self] in await run(command, script) }
    }

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

    // MARK: The process

    private func run(_ command: PythonCommand, _ script: String) async {
        var options = PlatformOptions()
        // Ctrl-C in a terminal is for the training, which ends its loggers in order.
        options.createSession = true
        let executable = command.executable
        let configuration = Configuration(
            executable: executable.contains("/") ? .path(.init(executable)) : .name(executable),
            arguments: ["-c", script],
            environment: .inherit.updating(
                ["PYTHONUTF8": "1"].merging(command.environment) { $1 }.reduce(into: [:]) {
                    if let key = Environment.Key(rawValue: $1.key) { $0[key] = $1.value }
                }),
            platformOptions: options)
        do {
            guard let errors = turn.openDescriptor else { return fail("the lock of the run was released too early") }
            let result = try await Subprocess.run(
                configuration, input: .inputWriter, output: .sequence,
                error: .fileDescriptor(.init(rawValue: errors), closeAfterSpawningProcess: false)
            ) { execution in
                turn.release()
                state.withLock { $0.kill = { try? execution.send(signal: .kill) } }
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await self.write(to: execution.standardInputWriter) }
                    let isComplete = await readAnswers(execution.standardOutput)
                    outbox.close()
                    guard !isComplete else { return }
                    // Usually it is about to end by itself, and its exit status says more than that it was killed.
                    await executor.sleep(Self.grace)
                    try? execution.send(signal: .kill)
                }
                state.withLock { $0.kill = nil }
            }
            end(result.terminationStatus, executable)
        } catch let error as SubprocessError where error.code == .executableNotFound {
            fail(
                "there is no \(executable): install Python 3 and `pip install \(package)`, or pass the path of another Python"
            )
        } catch {
            fail("\(executable) cannot be started: \(error)")
        }
    }

    private func write(to input: StandardInputWriter) async {
        while let chunk = await outbox.next() {
            // A child that has ended says so elsewhere.
            guard let count = try? await input.write(chunk), count == chunk.count else { break }
            outbox.remove(count)
        }
        try? await input.finish()
    }

    /// Reads answers, and says whether the last is that everything was logged.
    private func readAnswers(_ output: SubprocessOutputSequence) async -> Bool {
        var line: [UInt8] = []
        do {
            for try await part in output {
                for byte in part.withUnsafeBytes(Array.init) {
                    if byte != UInt8(ascii: "\n") { line.append(byte) }
                    guard byte == UInt8(ascii: "\n") || line.count > Self.greatestAnswerLength else { continue }
                    if take(line) { return true }
                    if state.withLock(\.hasEnded) { return false }
                    line = []
                }
            }
        } catch {
            fail("what Python answers cannot be read: \(error)")
        }
        return false
    }

    /// Takes an answer, and says whether it is that everything was logged.
    private func take(_ line: [UInt8]) -> Bool {
        guard case .object(let members)? = try? JSONReader.read(line), let answer = members.first else {
            fail("Python answers something else than this logger's script: \(Self.shortened(line))")
            return false
        }
        switch (answer.key, answer.value) {
        case ("opened", .string(let id)): state.withLock { $0.runID = id }
        case ("closing", _): state.withLock { $0.isClosing = true }
        case ("warning", .string(let text)): pass(on: text)
        case ("failed", .string(let text)): fail(Self.shortened(Array(text.utf8)))
        case ("closed", _):
            leave()
            return true
        default: break
        }
        return false
    }

    private func pass(on warning: String) {
        let isNew = state.withLock { state in
            state.warnings.count < Self.greatestWarningCount && state.warnings.insert(warning).inserted
        }
        if isNew { warn(Self.shortened(Array(warning.utf8))) }
    }

    private func end(_ status: TerminationStatus, _ executable: String) {
        guard !state.withLock(\.hasEnded) else { return }
        let reason =
            switch status {
            case .exited(let code): "\(executable) ended with status \(code)"
            case .signaled(let signal): "\(executable) was ended by signal \(signal)"
            }
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

/// Runs tasks on a thread that is not one of Swift's shared ones.
///
/// There are only as many of those as processors, and a training may occupy all of them. A write into a pipe that
/// no one reads any more is an error here, not a signal that ends the program.
final class QueueExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "HeliosTracking")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { [self] in
            withoutWriteSignals { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }

    /// Waits without the shared threads, on which `Task.sleep` ends.
    func sleep(_ interval: DispatchTimeInterval) async {
        await withCheckedContinuation { continuation in
            queue.asyncAfter(deadline: .now() + interval) { continuation.resume() }
        }
    }
}
