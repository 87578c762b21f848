import Dispatch
import Foundation

/// Shows how training goes: on a terminal a bar with rate, remaining time and losses; everywhere, and in the log, a line
/// for each epoch. When training by iteration, a line for each validation, or for each epoch if nothing is validated, and
/// for what comes after the last.
final class ProgressReporter {
    private let plugins: [Plugin]
    private let log: RunLog
    private let unit: TrainingUnit
    /// How many units are trained; `nil` if there is no limit.
    private let count: Int?
    private let isValidated: Bool
    private let isShown: Bool
    /// Whether anybody reads the lines that stay.
    private let isNeeded: Bool

    // Of the part that is under way: an epoch, the iterations to the next validation, a validation.
    private var label = ""
    private var done = 0
    private var total: Int?
    private var resumedAt = 0
    private var startTime: UInt64 = 0
    private var lastDrawTime: UInt64 = 0

    // Of the lines that stay.
    private var losses: [String: (sum: Double, count: Int)] = [:]
    private var lastLosses: [String: Double] = [:]
    private var batchCount = 0
    private var sectionStart: UInt64 = 0
    private var scores: [String: Double] = [:]
    private var state = TrainingState()

    init(_ options: TrainerOptions, _ plugins: [Plugin], _ log: RunLog) {
        self.plugins = plugins
        self.log = log
        unit = options.unit
        count = options.length?.count
        isValidated = options.validation != nil
        isShown = options.display.contains(.progress)
        isNeeded = isShown || options.logs.file != nil
    }

    // MARK: Training

    func beginTraining(_ state: TrainingState) {
        self.state = state
        sectionStart = now
        if unit == .iteration {
            begin("training", done: state.currentIteration, total: count)
        }
    }

    func beginEpoch(_ state: TrainingState, batchCount: Int) {
        self.state = state
        guard unit == .epoch else { return }
        // What a checkpoint noted of an epoch that it is in the middle of counts for its line.
        if state.datasetIter == 0 { beginSection() } else { sectionStart = now }
        begin(epochLabel, done: state.datasetIter, total: batchCount)
    }

    /// A batch is over; its losses are `nil` if `add` tells them later.
    func endBatch(_ state: TrainingState, _ losses: [String: Double]?) {
        guard isNeeded else { return }
        self.state = state
        batchCount += 1
        if let losses { add(losses) }
        done = unit == .epoch ? done + 1 : state.currentIteration
        drawIfDue(lastLosses)
    }

    /// The losses of a step become known.
    func add(_ losses: [String: Double]) {
        guard isNeeded else { return }
        lastLosses = losses
        for (name, value) in losses {
            // Not every step need have every loss.
            self.losses[name, default: (0, 0)].sum += value
            self.losses[name, default: (0, 0)].count += 1
        }
    }

    func endEpoch(_ state: TrainingState) {
        self.state = state
        switch unit {
        case .epoch: endSection(epochLabel)
        case .iteration: if !isValidated { endIterations() }
        }
    }

    func endTraining() {
        if unit == .iteration { endIterations() }
        end()
    }

    // MARK: Validation and testing

    func beginValidation(steps: Int) {
        scores = [:]
        guard unit == .epoch else { return }
        begin("\(epochLabel) validation", done: 0, total: steps)
    }

    func endValidationBatch() {
        guard unit == .epoch else { return }
        done += 1
        drawIfDue([:])
    }

    /// A validation cycle is over. Of its scores, a line shows the numbers.
    func endValidation(_ scores: Scores) {
        self.scores = scores.numbers
        if unit == .iteration { endIterations() }
    }

    func beginTesting(steps: Int) {
        begin("testing", done: 0, total: steps)
    }

    func beginPrediction(steps: Int) {
        begin("prediction", done: 0, total: steps)
    }

    /// Shows steps of training of which no line stays.
    func beginProbe(_ label: String, steps: Int) {
        begin(label, done: 0, total: steps)
    }

    func endTestBatch() {
        done += 1
        drawIfDue([:])
    }

    /// Leaves nothing on the terminal but the lines that stay.
    func end() {
        log.console.endProgress()
    }

    // MARK: State

    /// What the next line that stays will say of the steps so far.
    func stateDict() -> StateDict {
        var sums = StateDict()
        for (name, loss) in losses.sorted(by: { $0.key < $1.key }) {
            sums[.string(name)] = .list([.double(loss.sum), .int(loss.count)])
        }
        return ["losses": .dictionary(sums), "steps": .int(batchCount)]
    }

    /// Restores what `stateDict` gave.
    func loadStateDict(_ state: StateDict) throws {
        losses = [:]
        batchCount = 0
        guard state["losses"] != nil else { return }
        for (name, value) in try state.dictionary("losses") {
            guard case .list(let parts) = value, parts.count == 2, case .double(let sum) = parts[0],
                case .int(let count) = parts[1]
            else { throw StateDictError("the sum of the loss '\(name)' so far must be a number and a count") }
            losses[name.description] = (sum, count)
        }
        batchCount = try state.int("steps")
    }

    // MARK: The lines that stay

    private var epochLabel: String {
        "epoch \(state.globalEpoch)\(limit)"
    }

    private var limit: String {
        count.map { "/\($0)" } ?? ""
    }

    /// A line for the iterations that none was about yet.
    private func endIterations() {
        guard batchCount > 0 else { return }
        endSection("iteration \(state.currentIteration)\(limit)")
        beginSection()
    }

    private func beginSection() {
        losses.removeAll(keepingCapacity: true)
        batchCount = 0
        scores = [:]
        sectionStart = now
    }

    private func endSection(_ label: String) {
        guard isNeeded else { return }
        let seconds = Double(now - sectionStart) / 1e9
        var parts = losses.sorted { $0.key < $1.key }.map {
            "\(VisibleText.of($0.key)) \(format($0.value.sum / Double($0.value.count)))"
        }
        parts += scores.sorted { $0.key < $1.key }.map { name, score in
            // Many models call what they train and what they validate by the same.
            "\(losses[name] == nil ? "" : "validation ")\(VisibleText.of(name)) \(format(score))"
        }
        for items in plugins.map(\.progressItems) {
            parts += items.sorted { $0.key < $1.key }.map { "\(VisibleText.of($0.key)) \(format($0.value))" }
        }
        parts.append("\(batchCount) batch\(batchCount == 1 ? "" : "es") in \(String(format: "%.2f", seconds)) s")
        let line = "\(label): \(parts.joined(separator: ", "))"
        if isShown { log.console.printLine(line) }
        log.info(line)
    }

    // MARK: The bar

    private func begin(_ label: String, done: Int, total: Int?) {
        self.label = label
        self.done = done
        self.total = total
        resumedAt = done
        startTime = now
        lastDrawTime = 0
    }

    /// Draws at most ten times a second: a terminal that is drawn on for each step costs more than the step.
    private func drawIfDue(_ losses: [String: Double]) {
        guard isShown, log.console.isTerminal else { return }
        let now = now
        guard now - lastDrawTime >= 100_000_000 else { return }
        lastDrawTime = now
        let seconds = Double(now - startTime) / 1e9
        log.console.showStatus(
            ProgressBar(
                label: label, done: done, total: total,
                rate: seconds > 0 ? Double(done - resumedAt) / seconds : 0,
                details: details(losses)
            ).text(columns: log.console.width - 1))
    }

    /// As many losses as could have room.
    private func details(_ losses: [String: Double]) -> [String] {
        var room = log.console.width
        var details: [String] = []
        for (name, value) in losses.sorted(by: { $0.key < $1.key }) where room > 0 {
            details.append("\(name) \(format(value))")
            room -= name.count
        }
        return details
    }

    private var now: UInt64 {
        DispatchTime.now().uptimeNanoseconds
    }

    private func format(_ value: Double) -> String {
        String(format: "%.4g", value)
    }
}
