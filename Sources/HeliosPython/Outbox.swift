import Foundation
import Synchronization

/// The lines that wait for a child process to read them, up to a number of bytes.
package final class Outbox: Sendable {
    private struct State {
        var lines: [[UInt8]] = []
        /// What waits, and what was handed over and is not written yet.
        var byteCount = 0
        var lineCount = 0
        var reader: CheckedContinuation<[UInt8]?, Never>?
        var isClosed = false
        var isStalled = false
    }

    /// How much is handed over at a time.
    private static let chunkByteCount = 1 << 18

    private let state = Mutex(State())
    private let greatestByteCount: Int
    private let patience: Double

    /// - Parameters:
    ///   - greatestByteCount: how many bytes may wait. A single line may be longer.
    ///   - patience: how many seconds `append` waits for room.
    package init(greatestByteCount: Int, patience: Double) {
        self.greatestByteCount = greatestByteCount
        self.patience = patience
    }

    /// Whether a line did not fit in time, and the child has read nothing since.
    package var isStalled: Bool { state.withLock(\.isStalled) }

    /// What became of a line.
    package enum Outcome {
        case added, full, closed
    }

    /// Adds a line, and waits for room if there is none: once, until the child reads again.
    ///
    /// - Parameter isLast: whether it is the last line, for which there is always room.
    package func append(_ line: [UInt8], isLast: Bool = false) -> Outcome {
        let deadline = DispatchTime.now() + patience
        while true {
            let outcome: Outcome? = state.withLock { state in
                guard !state.isClosed else { return .closed }
                if isLast || state.byteCount == 0 || state.byteCount + line.count <= greatestByteCount {
                    state.lines.append(line)
                    state.byteCount += line.count
                    state.lineCount += 1
                    handOver(&state)
                    return .added
                }
                if DispatchTime.now() >= deadline { state.isStalled = true }
                return state.isStalled ? .full : nil
            }
            if let outcome { return outcome }
            usleep(5000)
        }
    }

    /// The next lines as one; `nil` if there will be no more.
    package func next() async -> [UInt8]? {
        await withCheckedContinuation { continuation in
            state.withLock { state in
                state.reader = continuation
                handOver(&state)
            }
        }
    }

    /// Makes room for as many bytes, which were written.
    package func remove(_ byteCount: Int) {
        state.withLock { state in
            state.byteCount -= byteCount
            state.isStalled = false
        }
    }

    /// Takes no more lines, and forgets those that wait.
    ///
    /// - Returns: how many those are.
    @discardableResult
    package func close() -> Int {
        state.withLock { state in
            let count = state.lineCount
            (state.lines, state.lineCount, state.isClosed) = ([], 0, true)
            handOver(&state)
            return count
        }
    }

    private func handOver(_ state: inout State) {
        guard let reader = state.reader, state.isClosed || !state.lines.isEmpty else { return }
        state.reader = nil
        guard !state.isClosed else { return reader.resume(returning: nil) }
        var chunk: [UInt8] = []
        var count = 0
        while count < state.lines.count, chunk.isEmpty || chunk.count < Self.chunkByteCount {
            chunk += state.lines[count]
            count += 1
        }
        state.lines.removeFirst(count)
        state.lineCount -= count
        reader.resume(returning: chunk)
    }
}
