import Dispatch
import Foundation

/// Shows how training goes: the live view on a terminal, and a line every few seconds elsewhere. On a terminal and in
/// the log, a line stays for each epoch. When training by iteration, it stays for each validation, or for each epoch if
/// nothing is validated, and for what comes after the last. Elsewhere, these lines are at least a few seconds apart,
/// but for the first and the last.
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

    /// Something that is under way: an epoch, the iterations, a validation.
    private struct Part {
        /// What the live view calls it, and what a line on its own does.
        let name: String
        let label: String
        var done: Int
        let total: Int?
        let resumedAt: Int
        let start: UInt64
    }

    private var main: Part?
    /// The validation that runs; when training by iteration also the last one.
    private var validation: Part?
    private var isTraining = false
    private var batchSize: Int?

    // Since the run began to train.
    private var runStart: UInt64 = 0
    private var runStartUnits = 0.0
    private var runBatchCount = 0
    private var validationTime: UInt64 = 0

    // Of the live view.
    private var lastDrawTime: UInt64
    private var histories: [String: LossHistory] = [:]
    private var shownLosses: [String: Double] = [:]
    private var shownScores: [String: Double] = [:]
    /// The best so far of the scores of which the model says what better is.
    private var bestScores = BestScores()
    private var memory: (bytes: Int?, time: UInt64) = (nil, 0)

    // Of the lines that stay.
    private var hasPrintedSection = false
    private var hasWaitingLine = false
    private var losses: [String: LossSum] = [:]
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
        lastDrawTime = log.console.isTerminal ? 0 : DispatchTime.now().uptimeNanoseconds
    }

    // MARK: Training

    func beginTraining(_ state: TrainingState) {
        self.state = state
        sectionStart = now
        runStart = sectionStart
        isTraining = true
        if unit == .iteration {
            begin("iteration", label: "training", done: state.currentIteration, total: count)
            runStartUnits = Double(state.currentIteration)
        }
    }

    func beginEpoch(_ state: TrainingState, batchCount: Int?, batchSize: Int) {
        self.state = state
        self.batchSize = batchSize
        guard unit == .epoch else { return }
        // What a checkpoint noted of an epoch that it is in the middle of counts for its line.
        if state.datasetIter == 0 { beginSection() } else { sectionStart = now }
        begin("batch", label: epochLabel, done: state.datasetIter, total: batchCount)
        if runBatchCount == 0 { runStartUnits = units }
    }

    /// A batch is over; its losses are `nil` if `add` tells them later.
    func endBatch(_ state: TrainingState, _ losses: [String: Double]?) {
        guard isNeeded else { return }
        self.state = state
        batchCount += 1
        if let losses { add(losses) }
        runBatchCount += 1
        main?.done = unit == .epoch ? state.datasetIter + 1 : state.currentIteration
        drawIfDue()
    }

    /// The losses of a step become known.
    func add(_ losses: [String: Double]) {
        guard isNeeded else { return }
        // Not every step need have every loss.
        for (name, value) in losses { self.losses[name, default: LossSum()].add(value) }
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

    func beginValidation(steps: Int?) {
        scores = [:]
        let name = "validation"
        validation = Part(
            name: name, label: unit == .epoch ? "\(epochLabel) \(name)" : name, done: 0, total: steps, resumedAt: 0,
            start: now)
    }

    func endValidationBatch() {
        validation?.done += 1
        drawIfDue()
    }

    /// A validation cycle is over. Of its scores, a line shows the numbers.
    ///
    /// - Parameters:
    ///   - modes: which of two scores is the better one, by the names of those for which that is known.
    ///   - isWithinEpoch: whether the epoch is not over, when training by epoch. Then the validation has a line of its
    ///     own.
    ///   - state: how far training is.
    func endValidation(
        _ scores: Scores, _ modes: [String: MetricMode], isWithinEpoch: Bool, at state: TrainingState
    ) {
        self.scores = isWithinEpoch ? [:] : scores.numbers
        bestScores.add(scores.numbers, modes)
        shownScores = scores.numbers
        if let validation { validationTime += now - validation.start }
        if unit == .epoch { validation = nil } else { endIterations() }
        guard isWithinEpoch, isNeeded, let line = line(of: scores) else { return }
        keep("\(epochLabel), batch \(state.datasetIter)\(main?.total.map { "/\($0)" } ?? ""): validation \(line)")
    }

    func beginTesting(steps: Int?) {
        begin("testing", done: 0, total: steps)
    }

    func beginPrediction(steps: Int?) {
        begin("prediction", done: 0, total: steps)
    }

    /// Shows steps of training of which no line stays.
    func beginProbe(_ label: String, steps: Int) {
        begin(label, done: 0, total: steps)
    }

    func endTestBatch() {
        main?.done += 1
        drawIfDue()
    }

    /// Leaves nothing on the terminal but the lines that stay.
    func end() {
        validation = nil
        log.console.endProgress()
    }

    /// The scores that are numbers, as a line shows them; `nil` if there are none.
    func line(of scores: Scores) -> String? {
        let parts = scores.numbers.sorted { $0.key < $1.key }.map { "\(VisibleText.of($0.key)) \(format($0.value))" }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    // MARK: State

    /// What the next line that stays will say of the steps so far.
    func stateDict() -> StateDict {
        var sums = StateDict()
        for (name, loss) in sortedLosses {
            sums[.string(name)] = .list([.double(loss.sum), .int(loss.count)])
        }
        var state: StateDict = ["losses": .dictionary(sums), "steps": .int(batchCount)]
        if !bestScores.isEmpty { state["best"] = .dictionary(bestScores.stateDict()) }
        return state
    }

    /// Restores what `stateDict` gave.
    func loadStateDict(_ state: StateDict) throws {
        losses = [:]
        batchCount = 0
        bestScores = try BestScores(state["best"] == nil ? [:] : state.dictionary("best"))
        guard state["losses"] != nil else { return }
        for (name, value) in try state.dictionary("losses") {
            guard case .list(let parts) = value, parts.count == 2, case .double(let sum) = parts[0],
                case .int(let count) = parts[1]
            else { throw StateDictError("the sum of the loss '\(name)' so far must be a number and a count") }
            losses[name.description] = LossSum(sum: sum, count: count)
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
        if losses.count > 1000 {
            // Names that are made up for each step would fill the memory.
            losses.removeAll(keepingCapacity: true)
        }
        for name in losses.keys { losses[name]?.beginSection() }
        batchCount = 0
        scores = [:]
        sectionStart = now
    }

    private func endSection(_ label: String) {
        guard isNeeded else { return }
        let seconds = Double(now - sectionStart) / 1e9
        var parts = sortedLosses.map { name, loss in
            "\(VisibleText.of(name)) \(format(loss.sum / Double(loss.count)))"
        }
        parts += scores.sorted { $0.key < $1.key }.map { name, score in
            // Many models call what they train and what they validate by the same.
            "\((losses[name]?.count ?? 0) == 0 ? "" : "validation ")\(VisibleText.of(name)) \(format(score))"
        }
        for items in plugins.map(\.progressItems) {
            parts += items.sorted { $0.key < $1.key }.map { "\(VisibleText.of($0.key)) \(format($0.value))" }
        }
        parts.append("\(batchCount) batch\(batchCount == 1 ? "" : "es") in \(String(format: "%.2f", seconds)) s")
        keep("\(label): \(parts.joined(separator: ", "))")
    }

    /// Prints a line that stays, and logs it.
    private func keep(_ line: String) {
        if isShown {
            if hasPrintedSection {
                hasWaitingLine = log.console.printRepeated(line)
            } else {
                log.console.printLine(line)
                hasPrintedSection = true
            }
            if !log.console.isTerminal { lastDrawTime = now }
        }
        log.info(line)
    }

    /// Those of the steps that the next line is about.
    private var sortedLosses: [(key: String, value: LossSum)] {
        losses.filter { $0.value.count > 0 }.sorted { $0.key < $1.key }
    }

    // MARK: The live view

    private func begin(_ name: String, label: String? = nil, done: Int, total: Int?) {
        main = Part(name: name, label: label ?? name, done: done, total: total, resumedAt: done, start: now)
    }

    /// Draws at most ten times a second, and prints a line every ten seconds if there is no terminal: a terminal that
    /// is drawn on for each step costs more than the step.
    private func drawIfDue() {
        guard isShown else { return }
        if hasWaitingLine { hasWaitingLine = log.console.printWaitingIfDue() }
        let now = now
        guard now - lastDrawTime >= (log.console.isTerminal ? 100_000_000 : 10_000_000_000) else { return }
        lastDrawTime = now
        noteLosses()
        if log.console.isTerminal {
            log.console.showView(status(at: now))
        } else if let line = line(at: now) {
            log.console.printProgress(line)
        }
    }

    /// Notes the means of the losses since the view was drawn last.
    private func noteLosses() {
        for (name, loss) in losses {
            guard let mean = loss.recentMean else { continue }
            shownLosses[name] = mean
            histories[name, default: LossHistory()].append(mean)
            losses[name]?.beginRecent()
        }
    }

    private func line(at now: UInt64) -> String? {
        guard let part = underway else { return nil }
        // The log has all of them.
        let details = shownLosses.sorted { $0.key < $1.key }.prefix(8).map { "\($0.key) \(format($0.value))" }
        return ProgressBar(
            label: part.label, done: part.done, total: part.total, rate: rate(of: part, at: now),
            details: part.name == validation?.name ? [] : details
        ).text()
    }

    /// What runs at the moment.
    private var underway: Part? {
        guard let validation, validation.done < validation.total ?? .max || main == nil else { return main }
        return validation
    }

    private func status(at now: UInt64) -> ProgressStatus {
        var status = ProgressStatus()
        if isTraining, unit == .epoch { status.bars.append(epochBar(at: now)) }
        let parts = isTraining && unit == .epoch ? [validation ?? main] : [main, validation]
        status.bars += parts.compactMap { $0.map { bar($0, at: now) } }
        status.losses = shownLosses.sorted { $0.key < $1.key }.map {
            .init(name: $0.key, value: $0.value, history: histories[$0.key]?.points ?? [])
        }
        let best = Dictionary(plugins.compactMap(\.bestScore).map { ($0.name, $0.value) }) { first, _ in first }
            .merging(bestScores.values) { ofPlugin, _ in ofPlugin }
        status.scores = Set(shownScores.keys).union(isTraining ? Array(best.keys) : []).sorted().map { name in
            .init(
                name: (shownLosses[name] == nil ? "" : "validation ") + name, value: shownScores[name],
                best: best[name])
        }
        if now - memory.time >= 1_000_000_000 { memory = (ProcessMemory.resident, now) }
        status.memory = memory.bytes
        if isTraining, isValidated { status.reservedNames.append("validation") }
        return status
    }

    private func epochBar(at now: UInt64) -> ProgressStatus.Bar {
        .init(
            name: "epoch", done: state.globalEpoch, total: count, fraction: count.map { fraction(units, Double($0)) },
            details: remainingOfTraining(at: now))
    }

    private func bar(_ part: Part, at now: UInt64) -> ProgressStatus.Bar {
        var details: [String] = []
        let rate = rate(of: part, at: now)
        let isOfTraining = isTraining && part.name == main?.name
        if rate > 0 { details.append(ProgressBar.rate(rate)) }
        if isOfTraining, unit == .iteration {
            details += remainingOfTraining(at: now)
        } else if !isTraining, rate > 0, let total = part.total {
            details.append("\(ProgressBar.duration(Double(max(total - part.done, 0)) / rate)) left")
        }
        if isOfTraining, rate > 0, let batchSize, batchSize > 1 {
            details.append(String(format: "%.0f samples/s", batchRate(at: now) * Double(batchSize)))
        }
        return .init(
            name: part.name, done: part.done, total: part.total,
            fraction: part.total.map { fraction(Double(part.done), Double($0)) }, details: details)
    }

    /// How many units of the training are over, with the part of the epoch that is under way.
    private var units: Double {
        guard unit == .epoch else { return Double(state.currentIteration) }
        guard let main, let total = main.total, total > 0 else { return Double(state.globalEpoch) }
        return Double(state.globalEpoch - 1) + Double(main.done) / Double(total)
    }

    private func fraction(_ done: Double, _ total: Double) -> Double {
        total > 0 ? min(done / total, 1) : 0
    }

    /// By what this run took for what it trained so far, validations and checkpoints too.
    private func remainingOfTraining(at now: UInt64) -> [String] {
        let trained = units - runStartUnits
        guard let count, trained > 0, now > runStart else { return [] }
        let seconds = Double(now - runStart) / 1e9 * max(Double(count) - units, 0) / trained
        return ["\(ProgressBar.duration(seconds)) left"]
    }

    /// How many steps a second a part makes; for an epoch it is the mean of the run, which is steadier.
    private func rate(of part: Part, at now: UInt64) -> Double {
        if isTraining, unit == .epoch, part.name == main?.name { return batchRate(at: now) }
        let pause = isTraining && part.name == main?.name ? validationTime : 0
        guard now > part.start + pause else { return 0 }
        return Double(part.done - part.resumedAt) / (Double(now - part.start - pause) / 1e9)
    }

    /// How many batches a second are trained, without the validations.
    private func batchRate(at now: UInt64) -> Double {
        guard now > runStart + validationTime else { return 0 }
        return Double(runBatchCount) / (Double(now - runStart - validationTime) / 1e9)
    }

    private var now: UInt64 {
        DispatchTime.now().uptimeNanoseconds
    }

    private func format(_ value: Double) -> String {
        String(format: "%.4g", value)
    }
}

/// What a loss adds up to.
private struct LossSum {
    /// Of the steps that the next line that stays is about.
    var sum = 0.0
    var count = 0
    // Of the steps since the live view was drawn.
    private var recentSum = 0.0
    private var recentCount = 0

    init(sum: Double = 0, count: Int = 0) {
        (self.sum, self.count) = (sum, count)
    }

    var recentMean: Double? { recentCount > 0 ? recentSum / Double(recentCount) : nil }

    mutating func add(_ value: Double) {
        sum += value
        count += 1
        recentSum += value
        recentCount += 1
    }

    mutating func beginSection() { (sum, count) = (0, 0) }

    mutating func beginRecent() { (recentSum, recentCount) = (0, 0) }
}
