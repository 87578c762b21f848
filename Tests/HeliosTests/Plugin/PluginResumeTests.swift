import Foundation
import Helios
import TestSupport
import Testing

/// All built-in plug-ins together: a run that was killed after any checkpoint ends as one that was not.
@Suite(.standardGenerator) struct PluginResumeTests {
    private static let isThorough = ProcessInfo.processInfo.environment["HELIOS_THOROUGH"] != nil
    static let accumulations = isThorough ? [1, 2, 3] : [2]

    @Test(
        "from any checkpoint, weights, averages, scores, states and kept files are the uninterrupted run's",
        arguments: TrainingUnit.allCases, accumulations)
    func everyCheckpoint(unit: TrainingUnit, accumulation: Int) throws {
        try withTemporaryFolder { folder in
            let whole = try Run(unit, accumulation, in: folder.appending(path: "whole"))
            whole.model.snapshots = folder.appending(path: "snapshots")
            let end = try whole.fit()
            #expect(end.outcome == .stoppedByPlugin(id: "early-stopping"))
            let checkpoints = folder.appending(path: "whole/small").filesBelow.filter { !$0.contains("/") }
            #expect(checkpoints.count >= 5)
            for (number, name) in checkpoints.enumerated() {
                // The folder as it was when the run was killed right then, and as it is if that happened later.
                for isLater in Self.isThorough || number % 3 == 0 ? [false, true] : [false] {
                    let root = folder.appending(path: "\(isLater)-\(name)")
                    let source = folder.appending(path: isLater ? "whole/small" : "snapshots/\(name)")
                    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
                    try FileManager.default.copyItem(at: source, to: root.appending(path: "small"))
                    for other in checkpoints where isLater && other != name {
                        try FileManager.default.removeItem(at: root.appending(path: "small/\(other)"))
                    }
                    let part = try Run(unit, accumulation, in: root)
                    let result = try part.fit()
                    #expect(result.outcome == end.outcome, "from \(name)")
                    #expect(result.state.globalIteration == end.state.globalIteration, "from \(name)")
                    #expect(part.model.losses == whole.model.losses.suffix(part.model.losses.count), "from \(name)")
                    try expectSameState(part.model.network, whole.model.network)
                    #expect(try part.states() == whole.states(), "from \(name)")
                    #expect(
                        root.appending(path: "small/best").filesBelow
                            == folder.appending(path: "whole/small/best").filesBelow, "from \(name)")
                }
            }
        }
    }
}

/// A model, its trainer and all plug-ins.
private struct Run {
    let model: Snapshotting
    let trainer: Trainer

    init(_ unit: TrainingUnit, _ accumulation: Int, in folder: URL) throws {
        model = Snapshotting(in: folder)
        trainer = try .quiet(
            .of(unit, unit == .epoch ? 12 : 24), validation: .every(unit == .epoch ? 1 : 2),
            checkpoints: .in(folder, every: 1), accumulation: .batches(accumulation))
        try trainer.register(EMA(decay: 0.9, warmsUp: true, every: 2))
        try trainer.register(EarlyStopping(metric: "judged", mode: .max, patience: 2))
        try trainer.register(BestCheckpoints(metric: "loss", mode: .min, keep: 2))
        try trainer.register(LearningRateMonitor(.steps(3), historyLimit: 100))
        try trainer.register(
            FreezeSchedule([.frozen("network.0", until: .iteration(5)), .frozen("network.1", until: .epoch(2))]))
    }

    func fit() throws -> FitResult {
        try trainer.fit(model, SmallData())
    }

    func states() throws -> [String: [String: String]] {
        try trainer.plugins.reduce(into: [:]) { $0[$1.id] = flattened(try $1.stateDict()) }
    }
}

/// Accumulates, changes its rate with every step, is judged by a score that stops rising, and copies its folder
/// whenever a checkpoint has been saved.
private final class Snapshotting: SmallModel {
    var schedule: ExponentialLR!
    var snapshots: URL?
    private let folder: URL

    init(in folder: URL) {
        self.folder = folder
        super.init()
    }

    override func setup(fastInit: Bool) throws {
        try super.setup(fastInit: fastInit)
        if !fastInit { schedule = try ExponentialLR(optimizer, gamma: 0.97) }
    }

    override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
        let loss = try crossEntropy(network(batch.inputs), batch.targets)
        try loss.backward()
        lossItems["loss"] = loss
        guard isStepDue else { return }
        try optimizer.step()
        try optimizer.zeroGrad()
        try schedule.step()
    }

    override func onValidationEnd(validationCycle: Int) throws {
        try super.onValidationEnd(validationCycle: validationCycle)
        validationScores["judged"] = Double(min(validationCycle, 2))
    }

    // Both come after a checkpoint, the latter after the last.
    override func shouldAdvanceDatasetPhase() throws -> Bool {
        try copyFolder()
        return false
    }
    override func onTrainingEnd() throws { try copyFolder() }

    private func copyFolder() throws {
        guard let snapshots, let newest = trainer?.lastCheckpoint else { return }
        let copy = snapshots.appending(path: newest.lastPathComponent)
        guard !FileManager.default.fileExists(atPath: copy.path) else { return }
        try FileManager.default.createDirectory(at: snapshots, withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: folder.appending(path: "small"), to: copy)
    }
}
