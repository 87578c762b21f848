import Foundation
import Synchronization

/// Takes the records of a run and hands them to the loggers, on a thread of its own, so that training does not wait.
///
/// A record costs the training about 50 ns: it is put into a list. The thread wakes up with the first one, waits a
/// tenth of a second for others, and hands all of them over.
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

    /// What a run continues.
    struct Resumption {
        /// What the checkpoint has of `settings`.
        let settings: StateValue?
        /// The loggers that the checkpoint does not know: they begin with this run.
        let newcomers: Set<String>
    }

    private struct State {
        var phase = Phase.closed
        var records: [LogRecord] = []
        /// Records that an earlier run has logged already, for the loggers that were not there or have lost them.
        var repeatedRecords: [LogRecord] = []
        /// Whether there is a logger that needs these.
        var keepsRepeated = false
        /// Whether the first step is yet to come.
        var isBeginning = true
        var settings = LoggedSettings()
        var byteCount = 0
        /// How many calls of `whileRepeating` are under way.
        var repetitions = 0
        /// Whether the thread was woken since it last took the records.
        var isAwake = false
        var mustHurry = false
        var isEnding = false

        /// Takes a record of a run that has begun.
        mutating func take(_ record: LogRecord, isRepeated: Bool) {
            let isNews = isBeginning && settings.note(record)
            if !isRepeated || isNews {
                append(record)
            } else if keepsRepeated {
                repeatedRecords.append(record)
                byteCount += record.value.byteCount
            }
        }

        mutating func append(_ record: LogRecord) {
            records.append(record)
            byteCount += record.value.byteCount
        }
    }

    /// The most that records may hold in memory before `add` waits for the loggers.
    private static let greatestByteCount = 64 << 20
    /// How many records a list keeps room for: those of a tenth of a second, and not those of millions at once.
    private static let greatestKeptCount = 1 << 16
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

    /// Which hyperparameters were logged before the first step, for a checkpoint.
    var settings: StateValue { state.withLock { $0.settings.stateValue } }

    // MARK: A run

    /// Keeps the records from now on, until it is known how the run begins.
    func hold() {
        state.withLock { $0 = State(phase: .holding) }
    }

    /// Opens the loggers, and hands them what was kept. If an earlier run has logged it already, only newcomers get it,
    /// but for hyperparameters that are new.
    ///
    /// - Parameters:
    ///   - resumption: what the run continues; `nil` if it begins.
    ///   - run: makes the run for the logger of a name.
    /// - Throws: what a logger throws. Those before it are closed.
    func open(resuming resumption: Resumption?, _ run: (String) throws -> LoggedRun) throws {
        let sinks = sinks.withLock { $0 }
        guard !sinks.isEmpty else { return close() }
        do {
            for sink in sinks {
                try sink.open(try run(sink.id), isNewcomer: resumption?.newcomers.contains(sink.id) ?? false)
            }
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
            let held = state.records
            (state.phase, state.isAwake) = (.open, true)
            state.keepsRepeated =
                resumption?.newcomers.isEmpty == false || sinks.contains { $0.lacksHyperparameters }
            state.settings = LoggedSettings(resuming: resumption?.settings)
            (state.records, state.byteCount) = ([], 0)
            for record in held { state.take(record, isRepeated: resumption != nil) }
        }
        wake.signal()
    }

    /// Takes a record.
    func add(_ record: LogRecord) {
        let (mustWake, isFull) = state.withLock { state in
            switch state.phase {
            case .closed: return (false, false)
            case .holding: state.append(record)
            case .open: state.take(record, isRepeated: state.repetitions > 0)
            }
            guard state.phase == .open else { return (false, false) }
            defer { state.isAwake = true }
            return (!state.isAwake, state.byteCount > Self.greatestByteCount)
        }
        if mustWake { wake.signal() }
        if isFull { drain() }
    }

    /// The first step comes: what is logged from now on depends on the training.
    func endBeginning() {
        state.withLock { $0.isBeginning = false }
    }

    /// Hands the records of `body`, which an earlier run has logged already, to newcomers only, but for hyperparameters
    /// that are new.
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
        for sink in sinks.withLock({ $0 }) {
            if let state = try sink.stateDict() { states[.string(sink.id)] = .dictionary(state) }
        }
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
        var records: [LogRecord] = []
        while true {
            let isIdle = wake.wait(timeout: .now() + Self.flushInterval) == .timedOut
            if !isIdle, !state.withLock({ $0.mustHurry }) {
                // Others will follow. A drain wakes it up at once.
                _ = wake.wait(timeout: .now() + Self.gatheringTime)
            }
            // Two lists take turns, so that neither grows again from nothing in the middle of a step.
            records.removeAll(keepingCapacity: records.count <= Self.greatestKeptCount)
            let (repeated, isWaitedFor, isEnding) = state.withLock { state in
                swap(&records, &state.records)
                defer {
                    (state.repeatedRecords, state.byteCount) = ([], 0)
                    (state.mustHurry, state.isAwake) = (false, false)
                }
                return (state.repeatedRecords, state.mustHurry, state.isEnding)
            }
            for sink in sinks {
                if sink.isNewcomer {
                    sink.write(repeated)
                } else if sink.lacksHyperparameters {
                    sink.write(repeated.filter { $0.value.kind == .hyperparameters })
                }
                sink.write(records)
            }
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
