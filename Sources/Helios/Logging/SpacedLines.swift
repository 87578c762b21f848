import Foundation
import Synchronization

/// The lines that a run prints. If there is no terminal, some of them, such as those of epochs, may come faster than
/// anyone can read: of these, one appears every few seconds.
///
/// Such a line waits until the last line is old enough, and a newer one takes its place. The line that waits appears
/// before any other line, and at the end of the process at the latest.
final class SpacedLines: Sendable {
    /// Those of the process: on the standard output.
    static let process: SpacedLines = {
        // `exit` in the middle of a run loses no line.
        atexit { SpacedLines.process.writeWaiting() }
        return SpacedLines(descriptor: STDOUT_FILENO)
    }()

    /// How many seconds there are between two lines if not every line is needed.
    static let interval = 3.0

    private struct State {
        var waiting: String?
        /// When the last line was written, in nanoseconds; `nil` before the first.
        var lastTime: UInt64?
    }

    private let descriptor: Int32
    private let interval: UInt64
    private let state = Mutex(State())

    /// - Parameter interval: in seconds; another for tests.
    init(descriptor: Int32, interval: Double = SpacedLines.interval) {
        self.descriptor = descriptor
        self.interval = UInt64(interval * 1e9)
    }

    /// Writes a line that must appear, to this stream or another, after the one that waits.
    func write(_ text: String, to other: Int32? = nil) {
        state.withLock { state in
            writeWaiting(&state)
            state.lastTime = now
            send(text, to: other ?? descriptor)
        }
    }

    /// Writes a line, or lets it wait in place of the one before it.
    ///
    /// - Returns: whether it waits.
    func writeSpaced(_ text: String) -> Bool {
        state.withLock { state in
            state.waiting = text
            guard isDue(state) else { return true }
            writeWaiting(&state)
            return false
        }
    }

    /// Writes the line that waits if it has waited long enough.
    ///
    /// - Returns: whether it still waits.
    func writeWaitingIfDue() -> Bool {
        state.withLock { state in
            if isDue(state) { writeWaiting(&state) }
            return state.waiting != nil
        }
    }

    /// Writes the line that waits, if there is one.
    func writeWaiting() {
        state.withLock { writeWaiting(&$0) }
    }

    private func isDue(_ state: State) -> Bool {
        state.lastTime.map { now - $0 >= interval } ?? true
    }

    private func writeWaiting(_ state: inout State) {
        guard let text = state.waiting else { return }
        (state.waiting, state.lastTime) = (nil, now)
        send(text, to: descriptor)
    }

    /// A failure cannot be reported anywhere.
    private func send(_ text: String, to descriptor: Int32) {
        withoutWriteSignals { try? writeAll(text, to: descriptor) }
    }

    private var now: UInt64 { DispatchTime.now().uptimeNanoseconds }
}
