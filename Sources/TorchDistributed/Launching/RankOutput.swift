import Foundation
import Synchronization

/// What the processes that this one started write: it is read at once, so that none of them has to wait, and shown line
/// by line with the number of the rank.
///
/// Standard error is shown, and a line that several ranks write, such as an error of all, once; standard output only if
/// asked for, since all ranks print the same. The last lines of both are kept for the report of a failure.
final class RankOutput: Sendable {
    /// One stream of one process.
    struct Stream {
        let rank: Int
        let isErrors: Bool
        let pipe: Descriptor
    }

    /// How many lines of a stream are kept.
    private static let keptLineCount = 10
    /// How many bytes a pipe or a terminal that is ready takes without waiting.
    private static let longestWrite = 4096
    /// How long a line may be that is shown in one piece.
    private static let longestLine = 4000
    /// How many bytes wait for a terminal that does not take them; the rest is lost, and counted.
    private static let queueLimit = 1 << 20

    private struct Reading {
        let stream: Stream
        let isShown: Bool
        var partialLine: [UInt8] = []
        var lastLines: [String] = []
        var isAtEnd = false
    }

    private struct Queue {
        var lines: [[UInt8]] = []
        var byteCount = 0
        var lostCount = 0
        let descriptor: Int32

        mutating func append(_ line: [UInt8]) {
            guard byteCount + line.count <= RankOutput.queueLimit else {
                lostCount += 1
                return
            }
            if lostCount > 0 {
                let note = Array("[\(lostCount) lines of other ranks were not shown]\n".utf8)
                lostCount = 0
                add(note)
            }
            add(line)
        }

        private mutating func add(_ line: [UInt8]) {
            lines.append(line)
            byteCount += line.count
        }

        /// Writes as many of the oldest lines as the descriptor takes at once.
        mutating func writeSome() {
            var bytes: [UInt8] = []
            var count = 0
            for line in lines {
                guard count == 0 || bytes.count + line.count <= RankOutput.longestWrite else { break }
                bytes += line
                count += 1
            }
            lines.removeFirst(count)
            byteCount -= bytes.count
            _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        }
    }

    /// Among how many lines of standard error a repeated one is looked for.
    private static let recentLineCount = 200

    private struct State {
        var readings: [Reading]
        let showsAll: Bool
        /// The last lines of standard error that were shown, with their ranks.
        var recentErrors: [(rank: Int, line: [UInt8])] = []
        /// How many lines of each rank were not shown, since another rank had written them.
        var repeats: [Int: Int] = [:]
        var output = Queue(descriptor: STDOUT_FILENO)
        var errors = Queue(descriptor: STDERR_FILENO)

        mutating func append(_ bytes: ArraySlice<UInt8>, at index: Int) {
            var rest = bytes
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                readings[index].partialLine += rest[..<end]
                endLine(at: index)
                rest = rest[(end + 1)...]
            }
            readings[index].partialLine += rest
            if readings[index].partialLine.count >= RankOutput.longestLine { endLine(at: index) }
        }

        mutating func endLine(at index: Int) {
            let line = readings[index].partialLine
            readings[index].partialLine = []
            readings[index].lastLines.append(String(decoding: line.prefix(RankOutput.longestLine), as: UTF8.self))
            if readings[index].lastLines.count > RankOutput.keptLineCount { readings[index].lastLines.removeFirst() }
            guard readings[index].isShown else { return }
            let stream = readings[index].stream
            if stream.isErrors, !showsAll, isRepeat(line, of: stream.rank) { return }
            for start in stride(from: 0, to: max(1, line.count), by: RankOutput.longestLine) {
                let piece = line.dropFirst(start).prefix(RankOutput.longestLine)
                let labeled = Array("[rank \(stream.rank)] ".utf8) + piece + [UInt8(ascii: "\n")]
                if stream.isErrors { errors.append(labeled) } else { output.append(labeled) }
            }
        }

        /// Whether another rank wrote this line of standard error a short while ago; takes note of it.
        private mutating func isRepeat(_ line: [UInt8], of rank: Int) -> Bool {
            if recentErrors.contains(where: { $0.rank != rank && $0.line == line }) {
                repeats[rank, default: 0] += 1
                return true
            }
            recentErrors.append((rank, line))
            if recentErrors.count > RankOutput.recentLineCount { recentErrors.removeFirst() }
            return false
        }

        /// Says how many lines were not shown.
        mutating func noteRepeats() {
            let count = repeats.values.reduce(0, +)
            guard count > 0 else { return }
            errors.append(
                Array(
                    ("[\(count) lines of \(World.names(of: repeats.keys.sorted())) that another rank wrote, too, were not "
                        + "shown; HELIOS_RANK_OUTPUT=all shows them]\n").utf8))
            repeats = [:]
        }
    }

    private let state: Mutex<State>

    /// - Parameter showsAll: whether standard output is shown, too, and lines of standard error that repeat another
    ///   rank's.
    init(_ streams: [Stream], showsAll: Bool) {
        state = Mutex(
            State(readings: streams.map { Reading(stream: $0, isShown: $0.isErrors || showsAll) }, showsAll: showsAll))
    }

    func start() {
        Thread.detachNewThread { [self] in while step() {} }
    }

    /// Waits for something to read or to write, and does it.
    ///
    /// - Returns: whether there may be more.
    private func step() -> Bool {
        var requests = state.withLock { state in
            var requests = state.readings.filter { !$0.isAtEnd }.map {
                pollfd(fd: $0.stream.pipe.number, events: Int16(POLLIN), revents: 0)
            }
            for queue in [state.output, state.errors] where !queue.lines.isEmpty {
                requests.append(pollfd(fd: queue.descriptor, events: Int16(POLLOUT), revents: 0))
            }
            return requests
        }
        if requests.isEmpty { return false }
        guard poll(&requests, nfds_t(requests.count), -1) >= 0 || errno == EINTR else { return false }
        for request in requests where request.revents != 0 { handle(request.fd) }
        return true
    }

    private func handle(_ descriptor: Int32) {
        if descriptor == STDOUT_FILENO { return state.withLock { $0.output.writeSome() } }
        if descriptor == STDERR_FILENO { return state.withLock { $0.errors.writeSome() } }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(descriptor, &buffer, buffer.count)
        if count < 0, errno == EINTR || errno == EAGAIN { return }
        state.withLock { state in
            guard let index = state.readings.firstIndex(where: { $0.stream.pipe.number == descriptor }) else { return }
            if count > 0 {
                state.append(buffer.prefix(count), at: index)
            } else {
                if !state.readings[index].partialLine.isEmpty { state.endLine(at: index) }
                state.readings[index].isAtEnd = true
                if state.readings.allSatisfy(\.isAtEnd) { state.noteRepeats() }
            }
        }
    }

    /// The last lines of a rank's standard output.
    func lastLines(of rank: Int) -> [String] {
        state.withLock { state in
            state.readings.first { $0.stream.rank == rank && !$0.stream.isErrors }?.lastLines ?? []
        }
    }

    /// Waits until all that a process wrote was read and shown, or a short time has passed.
    ///
    /// - Parameter rank: whose process; `nil` for all.
    func waitForEnd(of rank: Int?, limit: Duration) {
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            let isDone = state.withLock { state in
                state.readings.allSatisfy { $0.isAtEnd || (rank != nil && $0.stream.rank != rank) }
                    && state.output.lines.isEmpty && state.errors.lines.isEmpty
            }
            if isDone { return }
            Thread.sleep(forTimeInterval: 0.002)
        }
    }
}
