import Foundation

/// Records the operations of some iterations and writes them to a file that you can open in Perfetto (ui.perfetto.dev)
/// and Chrome (chrome://tracing).
///
/// ```swift
/// try trainer.register(ChromeTrace(URL(filePath: "trace.json"), iterations: 20...24))
/// ```
/// libtorch's profiler records the trace. What Helios does around the operations appears as spans: waiting for data,
/// training steps, validation, checkpoints, hooks. The trace starts before the first of these iterations waits for its
/// batch and ends before the batch of the iteration after the last one, so it includes a validation or a checkpoint
/// that follows the last iteration.
public final class ChromeTrace: Plugin {
    /// The file. Processes other than the first write to `trace-rank1.json` and so on, next to it.
    public let file: URL
    /// The iterations to record. The first iteration is 1.
    public let iterations: ClosedRange<Int>
    /// Whether to record the shapes of each operation's inputs.
    public let recordsShapes: Bool

    /// Whether a record is under way.
    private(set) var isRecording = false
    /// The iterations of the record, as far as they are over.
    private var first = 0
    private var last = 0
    private var hasRecorded = false

    /// - Parameters:
    ///   - file: the file for the trace. An existing file is replaced, and its folder is created if necessary.
    ///   - iterations: the iterations to record. The first iteration is 1. A few iterations are enough, because each
    ///     operation takes about 200 bytes in memory and in the file.
    ///   - recordsShapes: whether to record the shapes of each operation's inputs.
    /// - Throws: `PluginError` if an iteration is less than 1.
    public init(
        _ file: URL, iterations: ClosedRange<Int>, recordsShapes: Bool = false, id: String = "chrome-trace"
    ) throws {
        self.file = file
        self.iterations = iterations
        self.recordsShapes = recordsShapes
        super.init(id: id)
        guard iterations.lowerBound > 0 else {
            throw PluginError(id: id, reason: "the first iteration is 1, not \(iterations.lowerBound)")
        }
    }

    // MARK: Hooks

    override public func setup() {
        (first, last, hasRecorded) = (0, 0, false)
    }

    override public func onTrainingStart() throws {
        try startIfDue(before: (trainer?.state.currentIteration ?? 0) + 1)
    }

    override public func onTrainingBatchStart(state: TrainingState) throws {
        guard isRecording else { return }
        // By iteration the state counts a step with its last batch.
        let isCounted = trainer?.isStepDue ?? true || trainer?.options.unit == .epoch
        if state.currentIteration + (isCounted ? 0 : 1) > iterations.upperBound { try finish() }
    }

    override public func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) throws {
        guard trainer?.isStepDue ?? true || trainer?.options.unit == .epoch else { return }
        if isRecording { last = state.currentIteration } else { try startIfDue(before: state.currentIteration + 1) }
    }

    override public func onTrainingEnd() throws {
        if isRecording { try finish() }
        guard !hasRecorded, let trainer, trainer.state.currentIteration < iterations.lowerBound else { return }
        trainer.warn(
            "'\(id)' has no trace: it begins with iteration \(iterations.lowerBound), and the training ended with "
                + "\(trainer.state.currentIteration)")
    }

    override public func teardown() throws {
        // After an error, what there is up to it.
        if isRecording { try finish() }
    }

    // MARK: The record

    private func startIfDue(before iteration: Int) throws {
        guard !isRecording, iterations.contains(iteration), !hasRecorded else { return }
        try OperationTrace.start(device: device, recordsShapes: recordsShapes)
        isRecording = true
        first = iteration
    }

    private func finish() throws {
        isRecording = false
        hasRecorded = true
        let events = try OperationTrace.stop()
        let place = rank == 0 ? file : ChromeTrace.file(file, ofRank: rank)
        do {
            try FileManager.default.createDirectory(
                at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            try TraceFile(events, rank: rank).data().write(to: place, options: .atomic)
        } catch {
            throw PluginError(
                id: id, reason: "the trace cannot be written to \(place.path): \(error.localizedDescription)")
        }
        trainer?.print(
            "the trace of the iterations \(first) to \(max(first, last)) is in \(place.path): open it with "
                + "ui.perfetto.dev")
    }

    /// The file of another rank than the first.
    private static func file(_ file: URL, ofRank rank: Int) -> URL {
        let name = file.deletingPathExtension().lastPathComponent + "-rank\(rank)"
        let place = file.deletingLastPathComponent().appending(path: name)
        return file.pathExtension.isEmpty ? place : place.appendingPathExtension(file.pathExtension)
    }
}
