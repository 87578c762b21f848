/// A logger that knows whether its file has the hyperparameters of the run.
package protocol HyperparameterKeeper: RunLogger {
    /// Whether the file has none, since it was deleted or the disk was full when they were logged. Asked when a
    /// training resumes, after `open`: then the logger gets them again.
    var lacksHyperparameters: Bool { get }
}

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
    /// What a checkpoint gets of a logger that is not open. If it could not be opened, that is what the checkpoint had
    /// that the run resumes from; `nil` if it had nothing.
    private var unopenedState: StateDict? = [:]
    /// Whether the logger's file lost the hyperparameters that the training logged before.
    private(set) var lacksHyperparameters = false
    private var lostCount = 0
    /// What was said already. Writing may work and fail in turn, as it does on a disk that is nearly full.
    private var told: Set<String> = []

    init(_ logger: any RunLogger) {
        self.logger = logger
        id = logger.id
        kinds = logger.supportedKinds
    }

    /// Opens the logger. If the disk is full, it logs nothing in this run, and a warning says so.
    ///
    /// - Throws: what the logger throws for another reason.
    func open(_ run: LoggedRun, isNewcomer: Bool) throws {
        self.isNewcomer = isNewcomer
        (warn, lostCount, told, lacksHyperparameters) = (run.warn, 0, [], false)
        unopenedState = [:]
        do {
            try logger.open(run)
        } catch  where DiskRoom.isLacking(error) {
            if case .resumed(let state) = run.start, !isNewcomer { unopenedState = state } else { unopenedState = nil }
            warn("the logger '\(id)' cannot begin: \(error); the run continues, and this logger logs nothing in it")
            return
        }
        isOpen = true
        if case .resumed = run.start, let logger = logger as? any HyperparameterKeeper {
            lacksHyperparameters = logger.lacksHyperparameters
        }
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

    /// The logger's state; `nil` if a run that resumes should find none, so that the logger begins there.
    func stateDict() throws -> StateDict? {
        isOpen ? try logger.stateDict() : unopenedState
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
