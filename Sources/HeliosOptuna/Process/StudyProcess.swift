import Foundation
import Helios
import HeliosPython
import Synchronization
import TorchSerialization

/// The Python that has the study: it gets one message at a time, and answers it.
final class StudyProcess: Sendable {
    private struct State {
        /// Why there is no use in asking more.
        var failure: OptunaError?
        var answer: Result<JSONValue, OptunaError>?
        var hasEnded = false
        var kill: (@Sendable () -> Void)?
        var warnings: Set<String> = []
        var errors: Int32?
    }

    private static let greatestAnswerLength = 1 << 26
    private static let greatestWarningCount = 50

    private let state = Mutex(State())
    private let answered = DispatchSemaphore(value: 0)
    private let ended = DispatchGroup()
    private let turn = NSLock()
    private let outbox = Outbox(greatestByteCount: 1 << 26, patience: 1)
    private let warn: @Sendable (String) -> Void

    /// Starts it, without waiting for it.
    ///
    /// - Parameters:
    ///   - command: the Python.
    ///   - script: what it runs; another one for tests.
    ///   - warn: warns the user.
    /// - Throws: `OptunaError` if there is no room for a temporary file.
    init(
        _ command: PythonCommand, script: [UInt8]? = nil, warn: @escaping @Sendable (String) -> Void
    ) throws(OptunaError) {
        self.warn = warn
        let file = FileManager.default.temporaryDirectory.appending(path: "helios-optuna-\(UUID().uuidString)")
        let errors: Int32
        do {
            errors = try RegularFile.open(file.path, O_RDWR | O_APPEND | O_CREAT | O_EXCL, permissions: 0o600)
        } catch {
            throw OptunaError("the temporary file \(VisibleText.of(file.path)) cannot be made: \(error.reason)")
        }
        unlink(file.path)
        state.withLock { $0.errors = errors }
        ended.enter()
        PythonConversation(
            command, script: script ?? Self.script, package: "optuna",
            greatestAnswerLength: Self.greatestAnswerLength
        )
        .start(
            errors: errors, outbox,
            .init(
                started: { [self] kill in state.withLock { $0.kill = kill } },
                answered: { [self] in take($0) }, ended: { [self] in end($0) }))
    }

    private static let script =
        PythonConversation.commonScript + PackageResources.recorded_sampler_py + PackageResources.study_py

    /// Sends a message, and waits for the answer.
    ///
    /// - Throws: `OptunaError` with what Optuna says against it; if the Python has ended, or does not answer in time,
    ///   why, and what to do.
    func ask(_ message: JSONValue, within limit: Duration) throws(OptunaError) -> JSONValue {
        turn.lock()
        defer { turn.unlock() }
        if let failure = state.withLock(\.failure) { throw failure }
        state.withLock { $0.answer = nil }
        _ = outbox.append(JSONWriter.write(message) + [UInt8(ascii: "\n")])
        let seconds = limit / .seconds(1)
        if answered.wait(timeout: .now() + seconds) == .timedOut {
            let kill = fail(
                "Optuna has not answered for \(seconds) s, and its Python was ended. What the study has got is in its "
                    + "storage: run the program again to resume, with a greater timeout: if it needs more time")
            kill?()
        }
        let (answer, failure) = state.withLock { ($0.answer, $0.failure) }
        switch answer {
        case .success(let value): return value
        case .failure(let error): throw error
        case nil: throw failure ?? OptunaError("Optuna gave no answer")
        }
    }

    /// Lets it end, without waiting for that.
    func leave() {
        _ = outbox.append(JSONWriter.write(["do": .string("close")]) + [UInt8(ascii: "\n")], isLast: true)
    }

    /// Lets it end, and waits for that.
    func close() {
        leave()
        guard ended.wait(timeout: .now() + 10) == .timedOut else { return }
        state.withLock(\.kill)?()
    }

    // MARK: What it answers

    private func take(_ line: [UInt8]) -> PythonConversation.Reading {
        guard case .object(let members)? = try? JSONReader.read(line), let answer = members.first else {
            _ = fail("Python answers something else than the script of a study: \(Self.shortened(line))")
            return .hasFailed
        }
        switch (answer.key, answer.value) {
        case ("answer", let value): give(.success(value))
        case ("error", .string(let text)): give(.failure(OptunaError(VisibleText.of(text))))
        case ("warning", .string(let text)): pass(on: text)
        case ("failed", .string(let text)):
            _ = fail(VisibleText.of(text))
            return .hasFailed
        case ("closed", _): return .isOver
        default: break
        }
        return state.withLock(\.failure) == nil ? .continues : .hasFailed
    }

    private func give(_ answer: Result<JSONValue, OptunaError>) {
        state.withLock { $0.answer = answer }
        answered.signal()
    }

    private func pass(on warning: String) {
        let isNew = state.withLock { state in
            state.warnings.count < Self.greatestWarningCount && state.warnings.insert(warning).inserted
        }
        if isNew { warn(Self.shortened(Array(warning.utf8))) }
    }

    private func end(_ reason: String) {
        let lastLine = lastErrorLine.map { ": " + Self.shortened($0) } ?? ""
        _ = fail(
            "\(reason)\(lastLine). What the study has got is in its storage: run the program again to resume")
        let isFirst = state.withLock { state in
            state.kill = nil
            if let errors = state.errors { Foundation.close(errors) }
            state.errors = nil
            defer { state.hasEnded = true }
            return !state.hasEnded
        }
        if isFirst { ended.leave() }
    }

    /// Notes why there will be no more answers, and lets whoever waits for one go on.
    ///
    /// - Returns: what ends the Python.
    private func fail(_ reason: String) -> (@Sendable () -> Void)? {
        let (isFirst, kill) = state.withLock { state in
            let isFirst = state.failure == nil
            if isFirst { state.failure = OptunaError(reason) }
            return (isFirst, state.kill)
        }
        if isFirst { answered.signal() }
        outbox.close()
        return kill
    }

    /// The last line that the Python has written to its standard error.
    private var lastErrorLine: [UInt8]? {
        state.withLock { state in
            guard let errors = state.errors else { return nil }
            let length = lseek(errors, 0, SEEK_END)
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = pread(errors, &bytes, bytes.count, max(0, length - off_t(bytes.count)))
            return bytes.prefix(max(0, count)).split(separator: UInt8(ascii: "\n")).last.map(Array.init)
        }
    }

    private static func shortened(_ text: [UInt8]) -> String {
        VisibleText.of(String(decoding: text.prefix(1000), as: UTF8.self))
    }
}
