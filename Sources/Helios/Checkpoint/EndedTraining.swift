import Foundation

/// A note in the checkpoint folder that a training ended at a checkpoint, and that everything that belongs to the end was
/// done: when the training is started again, its last hooks are not called once more.
///
/// It is a file of its own because it can only be written after `onTrainingEnd`, long after the checkpoint. A run that was
/// killed in between leaves none, and neither does a copy of the checkpoint alone: then the hooks are called.
struct EndedTraining: Equatable {
    static let fileName = ".helios-ended"

    /// The name of the checkpoint that has the state of the end.
    let checkpoint: String
    /// Whether all steps had been trained; otherwise something stopped the training before.
    let isComplete: Bool

    private static let complete = "completed"

    init(checkpoint: String, isComplete: Bool) {
        self.checkpoint = checkpoint
        self.isComplete = isComplete
    }

    /// What the folder says; `nil` if it says nothing.
    init?(in folder: URL) {
        let path = folder.appending(path: EndedTraining.fileName).path
        // The name of a checkpoint has at most 255 bytes.
        guard let bytes = try? RegularFile.start(of: path, count: 1024) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 3 else { return nil }
        self.init(checkpoint: String(lines[1]), isComplete: lines[0] == EndedTraining.complete)
    }

    func write(to folder: URL) throws {
        let text = "\(isComplete ? EndedTraining.complete : "stopped")\n\(checkpoint)\n"
        try Data(text.utf8).write(to: folder.appending(path: EndedTraining.fileName), options: .atomic)
    }
}
