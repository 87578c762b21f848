import Foundation
import Synchronization

/// Takes the records of a run and hands them to the loggers, on a thread of its own, so that training does not wait.
///
/// A record costs the training about 50 ns: it is put into a list. The thread wakes up with the first one, waits a tenth
/// of a second for others, and hands all of them over.
final class LoggerQueue: Sendable {
    /// What happens to records.
    private enum Phase {
        /// There is no run: they are dropped.
        case closed
        /// A run is being set up, and it is not known yet whether it resumes one: they are kept.
        case holding
        /// The loggers get them.
        case open
    }

    private struct State {
        var phase = Phase.closed
        var records: [LogRecord] = []
        var byteCount = 0
        /// How many calls of `whileRepeating` are under way.
        var repetitions = 0
        var mustHurry = false
        var isEnding = false
    }

    /// The most that records may hold in memory before `add` waits for the loggers.
    private static let greatestByteCount = 64 << 20
    private static let gatheringTime = DispatchTimeInterval.milliseconds(100)
    private static let flushInterval: Double = 20

    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)
    private let done = DispatchSemaphore(value: 0)
    /// Only one thread waits for the loggers at a time.
    private let waiting = Mutex(())
    private let sinks = Mutex<[LoggerSink]>([])
    private let hasSinks = Atomic(false)

    /// Whether there is no logger. Asked for each record, so it takes no lock.
    var isEmpty: Bool { !hasSinks.load(ordering: .relaxed) }

    /// The names of the loggers, in the order in which they were registered.
    var ids: [String] { sinks.withLock { $0.map(\.id) } }

    /// The loggers that cannot show values of a kind, and whether there is one that can.
    func whoCannotShow(_ kind: LoggedKind) -> (ids: [String], isShown: Bool) {
        let sinks = sinks.withLock { $0 }
        let ids = sinks.filter { !$0.kinds.contains(kind) }.map(\.id)
        return (ids, ids.count < sinks.count)
    }

    /// Adds a logger, before a run.
    func register(_ logger: any RunLogger) {
        let sink = LoggerSink(logger)
        sinks.withLock { $0.append(sink) }
        hasSinks.store(true, ordering: .relaxed)
    }

    // MARK: A run

    /// Keeps the records from now on, until it is known how the run begins.
    func hold() {
        state.withLock { $0 = State(phase: .holding) }
    }

    /// Opens the loggers, and hands them what was kept, or forgets it if an earlier run has logged it already.
    ///
    /// - Parameters:
    ///   - run: makes the run for the logger of a name.
    ///   - isRepeated: whether an earlier run has logged what was kept.
    /// - Throws: what a logger throws. Those before it are closed.
    func open(isRepeated: Bool, _ run: (String) throws -> LoggedRun) throws {
        let sinks = sinks.withLock { $0 }
        guard !sinks.isEmpty else { return close() }
        do {
            for sink in sinks { try sink.open(try run(sink.id)) }
            // It waits until it is woken.
            guard WorkerThread.start({ [self] in handOver() }) else {
                throw LogError("the system has no thread left for the loggers")
            }
        } catch {
            for sink in sinks { sink.close() }
            close()
            throw error
        }
        state.withLock { state in
            if isRepeated { (state.records, state.byteCount) = ([], 0) }
            state.phase = .open
        }
        wake.signal()
    }

    /// Takes a record.
    func add(_ record: LogRecord) {
        let size = record.value.byteCount
        let (isFirst, isFull) = state.withLock { state in
            guard state.phase != .closed, state.repetitions == 0 else { return (false, false) }
            state.records.append(record)
            state.byteCount += size
            let isOpen = state.phase == .open
            return (isOpen && state.records.count == 1, isOpen && state.byteCount > Self.greatestByteCount)
        }
        if isFirst { wake.signal() }
        if isFull { drain() }
    }

    /// Drops the records of `body`, which an earlier run has logged already.
    func whileRepeating<Result>(_ body: () throws -> Result) rethrows -> Result {
        state.withLock { $0.repetitions += 1 }
        defer { state.withLock { $0.repetitions -= 1 } }
        return try body()
    }

    /// Waits until the loggers have all records.
    func drain() {
        waiting.withLock { _ in
            let isOpen = state.withLock { state in
                state.mustHurry = true
                return state.phase == .open
            }
            guard isOpen else { return }
            wake.signal()
            done.wait()
        }
    }

    /// The states of the loggers, when they have all records.
    func stateDict() throws -> StateDict {
        drain()
        var states = StateDict()
        for sink in sinks.withLock({ $0 }) { states[.string(sink.id)] = .dictionary(try sink.stateDict()) }
        return states
    }

    /// Hands over what is left and closes the loggers.
    func close() {
        let wasOpen = state.withLock { state in
            let wasOpen = state.phase == .open
            state.isEnding = wasOpen
            if !wasOpen { state = State() }
            return wasOpen
        }
        guard wasOpen else { return }
        drain()
        state.withLock { $0 = State() }
        for sink in sinks.withLock({ $0 }) { sink.close() }
    }

    // MARK: The thread

    private func handOver() {
        let sinks = sinks.withLock { $0 }
        var lastFlush = now
        while true {
            let isIdle = wake.wait(timeout: .now() + Self.flushInterval) == .timedOut
            if !isIdle, !state.withLock({ $0.mustHurry }) {
                // Others will follow. A drain wakes it up at once.
                _ = wake.wait(timeout: .now() + Self.gatheringTime)
            }
            let (records, isWaitedFor, isEnding) = state.withLock { state in
                defer {
                    state.records = []
                    state.byteCount = 0
                    state.mustHurry = false
                }
                return (state.records, state.mustHurry, state.isEnding)
            }
            for sink in sinks { sink.write(records) }
            if isWaitedFor || now - lastFlush >= Self.flushInterval {
                for sink in sinks { sink.flush() }
                lastFlush = now
            }
            if isWaitedFor { done.signal() }
            if isEnding { return }
        }
    }

    private var now: Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }
}
