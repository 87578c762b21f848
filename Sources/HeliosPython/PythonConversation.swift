import Foundation
import Subprocess
import Synchronization

/// A Python that runs a script of this package, gets the lines of an outbox, and answers in lines.
package struct PythonConversation: Sendable {
    /// What an answer means for the conversation.
    package enum Reading: Sendable {
        /// There may be more.
        case continues
        /// It was the last one: the Python may take its time to end.
        case isOver
        /// The conversation has failed: the Python is ended, if it does not end by itself.
        case hasFailed
    }

    /// What happens to the Python. All of it is told on one thread.
    package struct Events: Sendable {
        let started: @Sendable (_ kill: @escaping @Sendable () -> Void) -> Void
        let answered: @Sendable (_ line: [UInt8]) -> Reading
        let ended: @Sendable (_ reason: String) -> Void

        /// - Parameters:
        ///   - started: it runs. `kill` ends it at any time.
        ///   - answered: it has written a line. One that is longer than `greatestAnswerLength` comes in part.
        ///   - ended: it has ended, or could not be started: why.
        package init(
            started: @escaping @Sendable (_ kill: @escaping @Sendable () -> Void) -> Void,
            answered: @escaping @Sendable (_ line: [UInt8]) -> Reading,
            ended: @escaping @Sendable (_ reason: String) -> Void
        ) {
            self.started = started
            self.answered = answered
            self.ended = ended
        }
    }

    private static let grace = DispatchTimeInterval.milliseconds(500)

    private let command: PythonCommand
    private let script: [UInt8]
    private let package: String
    private let greatestAnswerLength: Int
    private let executor = QueueExecutor()

    /// What all scripts have in common, and come after.
    package static let commonScript: [UInt8] = PackageResources.conversation_py

    /// - Parameters:
    ///   - command: the Python.
    ///   - script: what it runs.
    ///   - package: the package that the script needs, for the message if there is no Python.
    ///   - greatestAnswerLength: how many bytes of a line are read.
    package init(
        _ command: PythonCommand, script: [UInt8], package: String, greatestAnswerLength: Int = 1 << 16
    ) {
        self.command = command
        self.script = script
        self.package = package
        self.greatestAnswerLength = greatestAnswerLength
    }

    /// Starts it, without waiting for it.
    ///
    /// - Parameters:
    ///   - errors: the file that its standard error goes to, which stays open until `started`.
    ///   - outbox: what it gets. Closed when it answers no more.
    package func start(errors: Int32, _ outbox: Outbox, _ events: Events) {
        Task.detached(executorPreference: executor) { await run(errors, outbox, events) }
    }

    private func run(_ errors: Int32, _ outbox: Outbox, _ events: Events) async {
        let executable = command.executable
        do {
            let result = try await Subprocess.run(
                configuration, input: .inputWriter, output: .sequence,
                error: .fileDescriptor(.init(rawValue: errors), closeAfterSpawningProcess: false)
            ) { execution in
                let process = RunningPython { try? execution.send(signal: .kill) }
                events.started(process.kill)
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await write(outbox, to: execution.standardInputWriter) }
                    let isComplete = await readAnswers(execution.standardOutput, events)
                    outbox.close()
                    guard !isComplete else { return }
                    // Usually it is about to end by itself, and its exit status says more than that it was killed.
                    await executor.sleep(Self.grace)
                    process.kill()
                }
                process.forget()
            }
            switch result.terminationStatus {
            case .exited(let code): events.ended("\(executable) ended with status \(code)")
            case .signaled(let signal): events.ended("\(executable) was ended by signal \(signal)")
            }
        } catch let error as SubprocessError where error.code == .executableNotFound {
            events.ended(
                "there is no \(executable): install Python 3 and `pip install \(package)`, or pass the path of another Python"
            )
        } catch {
            events.ended("\(executable) cannot be started: \(error)")
        }
    }

    private var configuration: Configuration {
        var options = PlatformOptions()
        // Ctrl-C in a terminal is for the training, which ends its children in order.
        options.createSession = true
        let executable = command.executable
        return Configuration(
            executable: executable.contains("/") ? .path(.init(executable)) : .name(executable),
            arguments: ["-c", String(decoding: script, as: UTF8.self)],
            environment: .inherit.updating(
                ["PYTHONUTF8": "1"].merging(command.environment) { $1 }.reduce(into: [:]) {
                    if let key = Environment.Key(rawValue: $1.key) { $0[key] = $1.value }
                }),
            platformOptions: options)
    }

    private func write(_ outbox: Outbox, to input: StandardInputWriter) async {
        while let chunk = await outbox.next() {
            // A child that has ended says so elsewhere.
            guard let count = try? await input.write(chunk), count == chunk.count else { break }
            outbox.remove(count)
        }
        try? await input.finish()
    }

    /// Reads answers, and says whether the last was the one that ends the conversation.
    private func readAnswers(_ output: SubprocessOutputSequence, _ events: Events) async -> Bool {
        var line: [UInt8] = []
        do {
            for try await part in output {
                for byte in part.withUnsafeBytes(Array.init) {
                    if byte != UInt8(ascii: "\n") { line.append(byte) }
                    guard byte == UInt8(ascii: "\n") || line.count > greatestAnswerLength else { continue }
                    switch events.answered(line) {
                    case .continues: line = []
                    case .isOver: return true
                    case .hasFailed: return false
                    }
                }
            }
        } catch {
            events.ended("what Python answers cannot be read: \(error)")
        }
        return false
    }
}

/// A process that can be killed as long as it is known to be there: later, its number may be another's.
private final class RunningPython: Sendable {
    private let killing: Mutex<(@Sendable () -> Void)?>

    init(_ kill: @escaping @Sendable () -> Void) {
        killing = Mutex(kill)
    }

    func kill() { killing.withLock { $0?() } }

    func forget() { killing.withLock { $0 = nil } }
}
