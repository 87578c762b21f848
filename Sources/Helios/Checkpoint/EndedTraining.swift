import Foundation

/// A note in the checkpoint folder that a training ended at a checkpoint, and that everything that belongs to the end
/// was done: when the training is started again, its last hooks are not called once more.
///
/// It is a file of its own because it can only be written after `onTrainingEnd`, long after the checkpoint. A run that
/// was killed in between leaves none, and neither does a copy of the checkpoint alone: then the hooks are called.
struct EndedTraining {
    static let fileName = ".helios-ended"

    /// The name of the checkpoint that has the state of the end.
    let checkpoint: String
    /// Whether all steps had been trained; otherwise something stopped the training before.
    let isComplete: Bool
    /// What the logs had at the end; `nil` if that is not known.
    let logs: StateDict?

    private static let complete = "completed"

    init(checkpoint: String, isComplete: Bool, logs: StateDict? = nil) {
        self.checkpoint = checkpoint
        self.isComplete = isComplete
        self.logs = logs
    }

    /// What the folder says; `nil` if it says nothing.
    init?(in folder: URL) {
        let path = folder.appending(path: EndedTraining.fileName).path
        // The states of logs are a few lengths and names, but a logger may be anybody's.
        guard let bytes = try? RegularFile.start(of: path, count: 1 << 20) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        // Older versions did not write the logs.
        guard lines.count == 3 || lines.count == 4 else { return nil }
        self.init(
            checkpoint: String(lines[1]), isComplete: lines[0] == EndedTraining.complete,
            logs: lines.count == 4 ? EndedTraining.logs(in: Array(lines[2].utf8)) : nil)
    }

    private static func logs(in bytes: [UInt8]) -> StateDict? {
        guard let json = try? JSONReader.read(bytes), case .dictionary(let state) = StateValue(json) else { return nil }
        return state
    }

    func write(to folder: URL) throws {
        let state = logs.flatMap { JSONValue(.dictionary($0)) }.map(\.line)
        let text = ([isComplete ? EndedTraining.complete : "stopped", checkpoint] + [state].compactMap { $0 } + [""])
            .joined(separator: "\n")
        try Data(text.utf8).write(to: folder.appending(path: EndedTraining.fileName), options: .atomic)
    }
}

extension StateValue {
    /// What JSON can say.
    fileprivate init(_ json: JSONValue) {
        switch json {
        case .null: self = .none
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(value)
        case .double(let value): self = .double(value)
        case .string(let value): self = .string(value)
        case .array(let values): self = .list(values.map { StateValue($0) })
        case .object(let members):
            var state = StateDict()
            for member in members { state[.string(member.key)] = StateValue(member.value) }
            self = .dictionary(state)
        }
    }
}

extension JSONValue {
    /// `nil` if JSON cannot say it, as for a tensor.
    fileprivate init?(_ value: StateValue) {
        switch value {
        case .none: self = .null
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(value)
        case .double(let value) where value.isFinite: self = .double(value)
        case .string(let value): self = .string(value)
        case .list(let values):
            let elements = values.map { JSONValue($0) }
            guard !elements.contains(nil) else { return nil }
            self = .array(elements.compactMap { $0 })
        case .dictionary(let state):
            let members = state.map { key, value in JSONValue(value).map { Member(key.description, $0) } }
            guard !members.contains(where: { $0 == nil }) else { return nil }
            self = .object(members.compactMap { $0 })
        default: return nil
        }
    }
}
