import Foundation

/// The files of one step's checkpoint that are to be written, and those that may go when they are.
struct CheckpointJob: Sendable {
    let state: StateDict
    /// The files that get this state, in this order.
    let files: [URL]
    /// The older checkpoints that are not kept any longer.
    let obsolete: [URL]

    /// What came of it.
    struct Outcome: Sendable {
        /// The files that are there.
        var written: [URL] = []
        /// Why there are no more of them.
        var failure: CheckpointError?
        /// What to warn of.
        var warnings: [String] = []
    }

    /// Writes the files up to the first that fails. If none does, removes the obsolete ones.
    func run() -> Outcome {
        var outcome = Outcome()
        for file in files {
            do {
                try TorchFile.save(state, to: file)
                outcome.written.append(file)
            } catch {
                outcome.failure = CheckpointError(path: file.path, reason: error.reason)
                return outcome
            }
        }
        for file in obsolete where unlink(file.path) != 0 && errno != ENOENT {
            outcome.warnings.append(
                "the checkpoint \(file.path) cannot be removed: \(String(cString: strerror(errno)))")
        }
        return outcome
    }
}
