import Dispatch
import Foundation

/// Shows how training goes: on a terminal a bar with rate, remaining time and losses; everywhere, and in the log, a line
/// for each epoch (or each validation, when training by iteration).
final class ProgressReporter {
    private let trainer: Trainer
    private let console: Console
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
    private var lossSums: [String: Double] = [:]
    private var lossOrder: [String] = []
    private var stepCount = 0
    private var sectionStart: UInt64 = 0
    private var scores: [String: Double] = [:]
    private var state = TrainingState()

    init(_ trainer: Trainer) {
        self.trainer = trainer
        console = trainer.console
        isShown = trainer.showsProgress
        isNeeded = trainer.showsProgress || trainer.logRoot != nil
    }

    // MARK: Training

    func beginTraining(_ state: TrainingState) {
        self.state = state
        beginSection()
        if trainer.trainUnit == .iteration {
            begin("training", done: state.currentIteration, total: trainer.totalSteps.count)
        }
    }

    func beginEpoch(_ state: TrainingState, batchCount: Int) {
        self.state = state
        guard trainer.trainUnit == .epoch else { return }
        beginSection()
        begin(epochLabel, done: state.datasetIter, total: batchCount)
    }

    func step(_ state: TrainingState, _ losses: [String: Double]) {
        guard isNeeded else { return }
        self.state = state
        stepCount += 1
        for (name, value) in losses {
            if let sum = lossSums[name] {
                lossSums[name] = sum + value
            } else {
                lossSums[name] = value
                lossOrder.append(name)
                lossOrder.sort()
            }
        }
        done = trainer.trainUnit == .epoch ? done + 1 : state.currentIteration
        drawIfDue(losses)
    }

    func endEpoch(_ state: TrainingState) {
        self.state = state
        guard trainer.trainUnit == .epoch else { return }
        endSection(epochLabel)
    }

    // MARK: Validation and testing

    func beginValidation(steps: Int) {
        scores = [:]
        guard trainer.trainUnit == .epoch else { return }
        begin("\(epochLabel) validation", done: 0, total: steps)
    }

    func validationStep() {
        guard trainer.trainUnit == .epoch else { return }
        done += 1
        drawIfDue([:])
    }

    func endValidation(_ scores: [String: Double]) {
        self.scores = scores
        guard trainer.trainUnit == .iteration else { return }
        let limit = trainer.totalSteps.count.map { "/\($0)" } ?? ""
        endSection("iteration \(state.currentIteration)\(limit)")
        beginSection()
    }

    func beginTesting(steps: Int) {
        begin("testing", done: 0, total: steps)
    }

    func testStep() {
        done += 1
        drawIfDue([:])
    }

    /// Leaves nothing on the terminal but the lines that stay.
    func end() {
        console.endProgress()
    }

    // MARK: The lines that stay

    private var epochLabel: String {
        "epoch \(state.globalEpoch)" + (trainer.totalSteps.count.map { "/\($0)" } ?? "")
    }

    private func beginSection() {
        lossSums.removeAll(keepingCapacity: true)
        lossOrder.removeAll(keepingCapacity: true)
        stepCount = 0
        scores = [:]
        sectionStart = now
    }

    private func endSection(_ label: String) {
        guard isNeeded else { return }
        let seconds = Double(now - sectionStart) / 1e9
        var parts = lossOrder.map { "\($0) \(format(lossSums[$0, default: 0] / Double(max(stepCount, 1))))" }
        parts += scores.sorted { $0.key < $1.key }.map { "\($0.key) \(format($0.value))" }
        parts.append("\(stepCount) batches in \(String(format: "%.2f", seconds)) s")
        let line = "\(label): \(parts.joined(separator: ", "))"
        if isShown { console.printLine(line) }
        trainer.logger.info("\(line)")
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
        guard isShown, console.isTerminal else { return }
        let now = now
        guard now - lastDrawTime >= 100_000_000 else { return }
        lastDrawTime = now
        let seconds = Double(now - startTime) / 1e9
        console.showStatus(
            ProgressBar(
                label: label, done: done, total: total,
                rate: seconds > 0 ? Double(done - resumedAt) / seconds : 0,
                details: lossOrder.compactMap { name in losses[name].map { "\(name) \(format($0))" } }
            ).text)
    }

    private var now: UInt64 {
        DispatchTime.now().uptimeNanoseconds
    }

    private func format(_ value: Double) -> String {
        String(format: "%.4g", value)
    }
}
