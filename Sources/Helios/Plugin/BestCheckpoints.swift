import Foundation

/// Keeps the checkpoints with the best values of a score, in a separate folder.
///
/// ```swift
/// try trainer.register(BestCheckpoints(metric: "accuracy", mode: .max, keep: 3))
/// try trainer.fit(model, data)
/// try trainer.test(model, data, checkpoint: .best)
/// ```
/// The checkpoints are in `<checkpoint root>/<saveName>/best` and are named
/// `<saveName>_epoch_<e>_iter_<i>_<metric>_<score>.pth`. `best.pth` always names the best of them. Each is a complete
/// checkpoint, but training resumes from the checkpoints in the parent folder, which the trainer saves at its own
/// interval.
///
/// Of two equal scores, the earlier one is better. A score that is not a number is ignored. The plug-in never touches
/// files that it did not write.
public final class BestCheckpoints: Plugin {
    /// One of the kept checkpoints.
    public struct Entry: Sendable, Hashable {
        /// The name of the file in the folder.
        public let fileName: String
        /// The score for which the checkpoint is kept.
        public let score: Double
    }

    /// The number of checkpoints to keep.
    public let keep: Int
    /// The name of the folder inside the model's checkpoint folder.
    public let folder: String
    /// The kept checkpoints, best first.
    public private(set) var entries: [Entry] = []
    /// The file that always contains the best checkpoint, `best.pth`; `nil` if there is none.
    public private(set) var bestFile: URL?

    private let metric: WatchedMetric
    /// The score of the validation cycle that is over, until it is decided on.
    private var score: Double?
    /// The file that is to be written, until it is.
    private var pending: String?
    /// The files that are to go when it is.
    private var replaced: [String] = []

    // Of this run alone.
    private var isRestored = false
    private var isPrepared = false
    /// Files of later steps, from a run that was killed: they go when this run has made those steps without them.
    private var leftBehind: [CheckpointName] = []

    /// Creates a plug-in that keeps the best checkpoints.
    ///
    /// - Parameters:
    ///   - metric: the name of the score, one of the model's `validationScores` or `metrics`.
    ///   - mode: whether higher or lower scores are better.
    ///   - keep: the number of checkpoints to keep.
    ///   - folder: the name of the folder inside the model's checkpoint folder. If you register several such plug-ins,
    ///     each needs its own folder.
    /// - Throws: `PluginError` for an invalid option.
    public init(
        metric: String, mode: MetricMode, keep: Int = 1, folder: String = "best", id: String = "best-checkpoints"
    ) throws {
        self.metric = WatchedMetric(name: metric, mode: mode)
        self.keep = keep
        self.folder = folder
        super.init(id: id)
        guard keep > 0 else {
            throw PluginError(id: id, reason: "the number of checkpoints to keep must be positive, not \(keep)")
        }
        guard !folder.isEmpty, folder != ".", folder != "..", !folder.contains("/"), !folder.utf8.contains(0) else {
            throw PluginError(id: id, reason: "'\(folder)' is no name of a folder")
        }
    }

    private static let bestName = "best.\(CheckpointName.pathExtension)"

    /// The file that has the name of the best checkpoint, from an earlier run of the program too; `nil` if there is
    /// none.
    var fileForTesting: URL? {
        bestFile ?? (exists(BestCheckpoints.bestName) ? location?.appending(path: BestCheckpoints.bestName) : nil)
    }

    // MARK: Hooks

    override public func setup() throws {
        begin()
        isRestored = false
        isPrepared = false
        leftBehind = []
        let others = trainer?.plugins.compactMap { $0 as? BestCheckpoints } ?? []
        if let other = others.first(where: { $0 !== self && $0.folder == folder }) {
            throw PluginError(id: id, reason: "'\(other.id)' uses the folder '\(folder)' too: give one another folder")
        }
    }

    override public func onTrainingStart() throws {
        try metric.requireValidation(for: self)
        guard trainer?.options.checkpoints != nil else {
            throw PluginError(
                id: id, reason: "the trainer has no checkpoint folder, and so there is none for the best checkpoints")
        }
        try requireShortName()
        if isRestored { try prepareFolder() }
    }

    /// Throws if the names of the checkpoints could be too long for a file.
    private func requireShortName() throws {
        guard let model else { return }
        let longest = CheckpointName.longestByteCount(saveName: model.saveName) + "_\(label)_-1.234e-308".utf8.count
        guard longest > CheckpointName.maximumByteCount else { return }
        throw PluginError(
            id: id,
            reason: "the names of its files could have \(longest) bytes, and a file's name has at most "
                + "\(CheckpointName.maximumByteCount): shorten the model's saveName or the metric's name")
    }

    override public func onScores(_ scores: Scores, state: TrainingState) throws {
        let value = try metric.value(in: scores, for: self)
        score = value.isNaN ? nil : value
        if value.isNaN { trainer?.logger.info("\(id): \(metric.name) is not a number: no checkpoint is kept for it") }
    }

    override public func extraCheckpoint(state: TrainingState) throws -> ExtraCheckpoint? {
        try prepareFolder()
        defer { removeLeftBehind(until: state) }
        guard let score, let model else { return nil }
        self.score = nil
        let place = entries.firstIndex { metric.mode.isBetter(score, than: $0.score) } ?? entries.count
        guard place < keep else { return nil }
        let name = "\(CheckpointName.base(saveName: model.saveName, state))_\(label)_\(String(format: "%.4g", score))"
        // Noted now, so that the checkpoint of this step says it: it is made before the file of it is written.
        entries.insert(Entry(fileName: "\(name).\(CheckpointName.pathExtension)", score: score), at: place)
        pending = entries[place].fileName
        replaced += dropWorst()
        return ExtraCheckpoint(folder: folder, name: name)
    }

    override public func onExtraCheckpointSaved(_ file: URL) throws {
        try finishPending()
    }

    override var bestScore: (name: String, value: Double)? {
        entries.first.map { (metric.name, $0.score) }
    }

    override public func stateDict() -> StateDict {
        let list = entries.map {
            StateValue.dictionary(["file": .string($0.fileName), "score": .double($0.score)])
        }
        return [
            "metric": .dictionary(metric.stateDict()), "entries": .list(list),
            "pending": pending.map { .string($0) } ?? .none,
            "replaced": .list(replaced.map { .string($0) }),
        ]
    }

    override public func loadStateDict(_ state: StateDict) throws {
        guard try metric.fits(state.dictionary("metric")) else {
            trainer?.warn(
                "'\(id)' kept checkpoints by another score: it starts over with '\(metric.name)', and those that are there "
                    + "stay")
            return begin()
        }
        entries = try state.list("entries").map { value in
            guard case .dictionary(let entry) = value else {
                throw StateDictError("an entry must be a dictionary, and is a \(value.typeName)")
            }
            return Entry(fileName: try fileName(entry.value("file")), score: try entry.double("score"))
        }
        if case .none = try state.value("pending") {
            pending = nil
        } else {
            pending = try fileName(state.value("pending"))
        }
        replaced = try state.list("replaced").map(fileName)
        bestFile = entries.isEmpty ? nil : location?.appending(path: BestCheckpoints.bestName)
        isRestored = true
    }

    /// A file's name out of a state: one that lies in the folder, whatever a damaged or foreign state says.
    private func fileName(_ value: StateValue) throws -> String {
        guard case .string(let name) = value, name.hasSuffix(".\(CheckpointName.pathExtension)"), !name.contains("/"),
            !name.utf8.contains(0)
        else { throw StateDictError("the name of a checkpoint is none") }
        return name
    }

    private func begin() {
        entries = []
        bestFile = nil
        score = nil
        pending = nil
        replaced = []
    }

    // MARK: Files

    private var location: URL? {
        guard let root = trainer?.options.checkpoints?.folder, let model else { return nil }
        return root.appending(path: model.saveName).appending(path: folder)
    }

    /// The metric as a part of a file's name.
    private var label: String {
        String(
            metric.name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "-" }.prefix(40))
    }

    private func exists(_ fileName: String) -> Bool {
        location.map { FileManager.default.fileExists(atPath: $0.appending(path: fileName).path) } ?? false
    }

    /// Takes what is too much off the list. Returns the files' names.
    private func dropWorst() -> [String] {
        let names = entries.dropFirst(keep).map(\.fileName)
        entries.removeLast(names.count)
        return names
    }

    /// What is to be done when the file has been written, in an order that leaves the best one under its name whenever
    /// the run is killed.
    private func finishPending() throws {
        defer { pending = nil }
        if let pending, entries.first?.fileName == pending { try nameBest() }
        for name in replaced { remove(name) }
        replaced = []
    }

    private func nameBest() throws {
        guard let best = entries.first, let location else { return }
        let file = location.appending(path: BestCheckpoints.bestName)
        try StableName.give(file, to: location.appending(path: best.fileName))
        bestFile = file
    }

    private func remove(_ fileName: String) {
        guard let location else { return }
        let path = location.appending(path: fileName).path
        guard unlink(path) != 0, errno != ENOENT else { return }
        trainer?.warn("'\(id)' cannot remove \(path): \(String(cString: strerror(errno)))")
    }

    // MARK: After a resume

    /// Brings the folder, as the last run left it, into line with the list.
    private func prepareFolder() throws {
        guard !isPrepared, let location else { return }
        isPrepared = true
        TorchFile.removeLeftovers(in: location)
        guard isRestored else {
            let others = ownNames()
            if !others.isEmpty {
                trainer?.warn("\(location.path) has \(others.count) checkpoints of an earlier training, which stay")
            }
            return
        }
        try writePending()
        try finishPending()
        let lost = entries.filter { !exists($0.fileName) }
        entries.removeAll(where: lost.contains)
        for entry in lost { trainer?.warn("\(location.path)/\(entry.fileName) is gone: '\(id)' forgets it") }
        for name in dropWorst() { remove(name) }
        bestFile = nil
        try nameBest()
        if let current = resumedName {
            leftBehind = ownNames().filter {
                ($0.epoch, $0.iteration) > (current.epoch, current.iteration)
            }
        }
    }

    /// If the run was killed between the two files of its last step, copies the one to the other: they are the same.
    private func writePending() throws {
        guard let pending, !exists(pending), let location, let last = trainer?.lastCheckpoint else { return }
        do {
            try FileManager.default.createDirectory(at: location, withIntermediateDirectories: true)
        } catch {
            let reason = SystemPath.obstacle(to: location.path) ?? error.localizedDescription
            throw CheckpointError(path: location.path, reason: "the folder cannot be created: \(reason)")
        }
        try StableName.give(location.appending(path: pending), to: last)
    }

    private var resumedName: CheckpointName? {
        guard let last = trainer?.lastCheckpoint, let model else { return nil }
        return CheckpointName(fileName: last.lastPathComponent, saveName: model.saveName)
    }

    /// The checkpoints in the folder that are called as this plug-in calls them, and not on the list.
    private func ownNames() -> [CheckpointName] {
        guard let location, let model else { return [] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: location.path)) ?? []
        let listed = Set(entries.map(\.fileName))
        return names.compactMap { name in
            guard !listed.contains(name),
                let parsed = CheckpointName(fileName: name, saveName: model.saveName),
                name.hasPrefix("\(model.saveName)_epoch_\(parsed.epoch)_iter_\(parsed.iteration)_\(label)_")
            else { return nil }
            return parsed
        }
    }

    private func removeLeftBehind(until state: TrainingState) {
        guard !leftBehind.isEmpty else { return }
        let isPassed = { (name: CheckpointName) in
            (name.epoch, name.iteration) <= (state.globalEpoch, state.currentIteration)
        }
        for name in leftBehind.filter(isPassed) where !entries.contains(where: { $0.fileName == name.fileName }) {
            if hasWritten(name.fileName) { remove(name.fileName) }
        }
        leftBehind.removeAll(where: isPassed)
    }

    /// Whether a file is one of this plug-in's: it says so itself.
    private func hasWritten(_ fileName: String) -> Bool {
        guard let location, let state = try? TorchFile.loadDictionary(location.appending(path: fileName)),
            case .string(fileName)? = try? state.dictionary(.string(id)).value("pending")
        else { return false }
        return true
    }
}
