/// The program that saved a checkpoint, and its version.
public enum CheckpointOrigin: Sendable, Hashable {
    /// This library.
    case helios(version: String)
    /// The Python library helios-ml. The version is `nil` if the file is from a time when checkpoints did not contain
    /// it.
    case pythonHelios(version: String?)
}

extension CheckpointOrigin {
    /// `nil` for a state that is not a trainer's checkpoint.
    ///
    /// The versions of the two libraries do not tell: each counts its own. But Python saves the states of three random
    /// generators, and this library the seed that it makes orders from.
    init?(of state: StateDict) {
        guard let random = try? state.dictionary(Checkpoint.Key.random), state[Checkpoint.Key.trainingState] != nil,
            state[Checkpoint.Key.model] != nil
        else { return nil }
        // One that is no text is none that a version of either library wrote, which `requireKnown` says.
        let version = state[Checkpoint.Key.version].map { value in
            if case .string(let text) = value { text } else { "(\(value.typeName))" }
        }
        if random["seed"] == nil {
            self = .pythonHelios(version: version)
        } else if let version {
            self = .helios(version: version)
        } else {
            return nil
        }
    }

    /// Throws if the checkpoint is of a version that did not exist when this one was written, or of none at all.
    func requireKnown() throws {
        switch self {
        case .helios(let text):
            let version = try CheckpointOrigin.version(text)
            guard !version.isNewer(than: try CheckpointOrigin.version(HeliosVersion.current)) else {
                throw StateDictError(
                    "it was saved by Helios \(text), which is newer than this one (\(HeliosVersion.current)): update Helios "
                        + "to resume from it")
            }
        case .pythonHelios(let text?):
            let version = try CheckpointOrigin.version(text)
            guard !version.isNewer(than: try CheckpointOrigin.version(CheckpointOrigin.newestPython)) else {
                throw StateDictError(
                    "it was saved by Python Helios \(text), and this version reads those of 1 and 2: update Helios to "
                        + "resume from it")
            }
        case .pythonHelios(nil): break
        }
    }

    /// Whatever its second and third number.
    private static let newestPython = "2.\(Int.max)"

    private static func version(_ text: String) throws -> Version {
        guard let version = Version(text) else {
            throw StateDictError(
                "its version is '\(text.prefix(40))', which is not a version: it is damaged, or was not saved by a trainer"
            )
        }
        return version
    }
}

extension CheckpointOrigin: CustomStringConvertible {
    public var description: String {
        switch self {
        case .helios(let version): "Helios \(version)"
        case .pythonHelios(let version): "Python Helios \(version ?? "before 1.0")"
        }
    }
}
