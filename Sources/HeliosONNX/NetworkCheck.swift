import Foundation
import HeliosPython
import Synchronization
import TorchSerialization

/// A Python in which onnx checks exported networks, and onnxruntime runs them.
final class NetworkCheck: Sendable {
    /// There is no Python with the packages.
    struct Unavailable: Error {
        let reason: String
    }

    private struct State {
        var version: String?
        var errors: [String?]?
        /// What the script says of itself.
        var failure: String?
        var end = "Python has ended"
        var kill: (@Sendable () -> Void)?
    }

    private static let script = PythonConversation.commonScript + PackageResources.validate_py
    private static let greatestAnswerLength = 1 << 20
    /// How long Python may take for all of it, in seconds.
    private static let patience = 1800

    private let state = Mutex(State())
    private let ended = DispatchSemaphore(value: 0)

    /// What is wrong with the exported networks in folders, each of which `ExportedNetwork` has written; `nil` for one
    /// that is the original.
    ///
    /// - Parameter errors: a file for what Python prints on its standard error.
    /// - Returns: that, and the version of onnxruntime.
    /// - Throws: `Unavailable`; `ONNXExportError` if Python fails.
    static func run(
        _ folders: [URL], _ python: PythonCommand, errors: URL
    ) throws -> (errors: [String?], version: String) {
        let check = NetworkCheck()
        let descriptor: Int32
        do {
            descriptor = try RegularFile.open(errors.path, O_RDWR | O_APPEND | O_CREAT, permissions: 0o600)
        } catch {
            throw ONNXExportError("the temporary file \(errors.path) cannot be made: \(error.reason)")
        }
        defer { close(descriptor) }
        let outbox = Outbox(greatestByteCount: 1 << 20, patience: 1)
        let message: JSONValue = ["folders": .array(folders.map { .string($0.path) })]
        _ = outbox.append(JSONWriter.write(message) + [UInt8(ascii: "\n")])
        PythonConversation(
            python, script: script, package: "onnx onnxruntime", greatestAnswerLength: greatestAnswerLength
        ).start(
            errors: descriptor, outbox,
            .init(
                started: { kill in check.state.withLock { $0.kill = kill } }, answered: { check.take($0) },
                ended: { reason in
                    check.state.withLock { $0.end = reason }
                    check.ended.signal()
                }))
        if check.ended.wait(timeout: .now() + .seconds(patience)) == .timedOut {
            check.state.withLock { $0.kill }?()
            throw ONNXExportError("the exported network cannot be validated: Python took over \(patience / 60) minutes")
        }
        let state = check.state.withLock { $0 }
        let complaint = (try? Data(contentsOf: errors)).flatMap { lastLine(of: $0) }.map { ": \($0)" } ?? ""
        guard let version = state.version else {
            throw Unavailable(reason: state.failure ?? state.end + complaint)
        }
        guard let found = state.errors, found.count == folders.count else {
            throw ONNXExportError(
                "the exported network cannot be validated: \(state.failure ?? state.end + complaint)")
        }
        return (found, version)
    }

    private func take(_ line: [UInt8]) -> PythonConversation.Reading {
        guard case .object(let members)? = try? JSONReader.read(line), let answer = members.first else {
            state.withLock {
                let text = String(decoding: line.prefix(200), as: UTF8.self)
                $0.failure = "Python answers something else than the script: \(text)"
            }
            return .hasFailed
        }
        return state.withLock { state in
            switch (answer.key, answer.value) {
            case ("ready", .string(let version)): state.version = version
            case ("errors", .array(let errors)):
                state.errors = errors.map { if case .string(let text) = $0 { text } else { nil } }
                return .isOver
            case ("failed", .string(let text)):
                state.failure = text
                return .isOver
            default: break
            }
            return .continues
        }
    }

    private static func lastLine(of text: Data) -> String? {
        text.split(separator: UInt8(ascii: "\n")).last.map { String(decoding: $0.prefix(1000), as: UTF8.self) }
    }
}
