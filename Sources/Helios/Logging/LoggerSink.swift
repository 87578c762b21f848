/// A logger, and what it has lost: an error of a logger must not end the training.
///
/// Its methods are called by one thread at a time, as `LoggerQueue` promises.
final class LoggerSink: @unchecked Sendable {
    let id: String

    /// Whether it joined a training that others have logged before.
    private(set) var isNewcomer = false

    /// What the logger can show.
    let kinds: Set<LoggedKind>

    private let logger: any RunLogger
    private var warn: @Sendable (String) -> Void = { _ in }
    private var isOpen = false
    private var lostCount = 0
    /// What was said already. Writing may work and fail in turn, as it does on a disk that is nearly full.
    private var told: Set<String> = []

    init(_ logger: any RunLogger) {
        self.logger = logger
        id = logger.id
        kinds = logger.supportedKinds
    }

    func open(_ run: LoggedRun, isNewcomer: Bool) throws {
        self.isNewcomer = isNewcomer
        (warn, lostCount, told) = (run.warn, 0, [])
        try logger.open(run)
        isOpen = true
    }

    func write(_ records: [LogRecord]) {
        guard isOpen else { return }
        let records = supportsAll(of: records) ? records : records.filter { kinds.contains($0.value.kind) }
        guard !records.isEmpty else { return }
        do {
            try logger.write(records)
        } catch {
            lostCount += records.count
            tell(error)
        }
    }

    /// Whether the logger can show all of some records.
    private func supportsAll(of records: [LogRecord]) -> Bool {
        // Thousands in a row are numbers.
        var last: LoggedKind?
        return records.allSatisfy { record in
            let kind = record.value.kind
            defer { last = kind }
            return kind == last || kinds.contains(kind)
        }
    }

    func flush() {
        guard isOpen else { return }
        do { try logger.flush() } catch { tell(error) }
    }

    func stateDict() throws -> StateDict {
        isOpen ? try logger.stateDict() : [:]
    }

    func close() {
        guard isOpen else { return }
        isOpen = false
        do { try logger.close() } catch { tell(error) }
        if lostCount > 0 {
            warn(
                "the logger '\(id)' failed while it wrote \(lostCount) record\(lostCount == 1 ? "" : "s"), of which some or "
                    + "all are lost: see the warning above"
            )
        }
    }

    /// Warns of each error once, and of a few only.
    private func tell(_ error: any Error) {
        guard told.count < 3, told.insert("\(error)").inserted else { return }
        warn("the logger '\(id)' cannot write: \(error); the run continues, and records are lost")
    }
}
