import Helios
import TorchDistributed
import TorchSerialization

/// What asks Optuna, on all ranks alike: rank 0 has the Python, and the others get its answers.
final class StudyConnection: Sendable {
    /// The processes that search together; `nil` if there is only this one.
    let world: World?
    private let process: StudyProcess?
    private let timeout: Duration

    /// - Parameter makeProcess: starts the Python; not called on other ranks than 0.
    init(_ world: World?, timeout: Duration, _ makeProcess: () throws -> StudyProcess) throws {
        self.world = world.flatMap { $0.size > 1 ? $0 : nil }
        self.timeout = timeout
        process = world?.rank ?? 0 == 0 ? try makeProcess() : nil
    }

    deinit { process?.leave() }

    /// Whether this is the process that has the Python.
    var isFirst: Bool { world?.rank ?? 0 == 0 }

    /// What Optuna answers, on all ranks.
    ///
    /// - Throws: `OptunaError` on all ranks if Optuna says something against it or does not answer;
    ///   `DistributedError` if the ranks do not come together.
    func ask(_ message: JSONValue, within limit: Duration? = nil) throws -> JSONValue {
        guard let world else { return try answer(message, limit) }
        let result = isFirst ? Result { try answer(message, limit) } : nil
        let sent: StateDict? =
            switch result {
            case .success(let value): ["answer": .string(String(decoding: JSONWriter.write(value), as: UTF8.self))]
            case .failure(let error): ["error": .string("\(error)")]
            case nil: nil
            }
        // Optuna may take as long as it may here, and the others wait.
        let received = try world.group.broadcastObject(
            sent, source: 0, timeout: world.timeout + (limit ?? timeout))
        if case .failure(let error) = result { throw error }
        if received["error"] != nil { throw OptunaError(try received.string("error")) }
        return try JSONReader.read(Array(received.string("answer").utf8))
    }

    private func answer(_ message: JSONValue, _ limit: Duration?) throws -> JSONValue {
        guard let process else { throw OptunaError("this rank has no Python") }
        return try process.ask(message, within: limit ?? timeout)
    }

    /// Ends the Python, and waits for that.
    func close() { process?.close() }
}
