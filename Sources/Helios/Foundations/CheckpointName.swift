/// The name of a checkpoint's file: `<model>_epoch_<e>_iter_<i><metadata>.pth`.
struct CheckpointName: Comparable {
    let epoch: Int
    let iteration: Int
    let fileName: String

    static let pathExtension = "pth"
    /// How long a file's name can be on the common file systems.
    static let maximumByteCount = 255

    /// A name without metadata, and without the extension.
    static func base(saveName: String, _ state: TrainingState) -> String {
        "\(saveName)_epoch_\(state.globalEpoch)_iter_\(state.currentIteration)"
    }

    /// The length that the name of a model's checkpoint can have, without metadata.
    static func longestByteCount(saveName: String) -> Int {
        var state = TrainingState()
        (state.globalEpoch, state.currentIteration) = (.max, .max)
        return "\(base(saveName: saveName, state)).\(pathExtension)".utf8.count
    }

    /// The beginning of a name, without the extension, that a file can have.
    static func shortened(_ name: String) -> String {
        var name = name
        while name.utf8.count > maximumByteCount - pathExtension.utf8.count - 1 { name.removeLast() }
        return name
    }

    /// `nil` for a name that is not one of this model's checkpoints.
    init?(fileName: String, saveName: String) {
        let prefix = "\(saveName)_epoch_"
        guard fileName.hasPrefix(prefix), fileName.hasSuffix(".\(CheckpointName.pathExtension)") else { return nil }
        var rest = fileName.dropFirst(prefix.count)
        guard let epoch = rest.popNumber(), rest.hasPrefix("_iter_") else { return nil }
        rest = rest.dropFirst("_iter_".count)
        guard let iteration = rest.popNumber() else { return nil }
        self.epoch = epoch
        self.iteration = iteration
        self.fileName = fileName
    }

    /// Whether both are of the same step. Then the one that was written later is the newer one, whatever the names.
    func isOfSameStep(as other: CheckpointName) -> Bool {
        (epoch, iteration) == (other.epoch, other.iteration)
    }

    /// By epoch, then by iteration; the name decides between two of the same step.
    static func < (left: CheckpointName, right: CheckpointName) -> Bool {
        (left.epoch, left.iteration, left.fileName) < (right.epoch, right.iteration, right.fileName)
    }
}

extension CheckpointName {
    /// Throws for a name that a file cannot have, or that leaves no room for what is always added to it: epoch,
    /// iteration and extension. (Temporary files have names of their own.)
    static func requireFileName(_ name: String, _ what: String) throws {
        guard !name.isEmpty, !name.utf8.contains(0), !name.contains("/"), name != ".", name != "..",
            CheckpointName.longestByteCount(saveName: name) <= CheckpointName.maximumByteCount
        else {
            throw ConfigurationError(
                "\(what) becomes part of the names of files: it must be from 1 to 200 bytes without '/', not "
                    + "'\(VisibleText.of(name))'")
        }
    }
}

extension Substring {
    /// Takes the digits at the start; `nil` if there are none, or more than a number holds.
    fileprivate mutating func popNumber() -> Int? {
        let digits = prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits) else { return nil }
        self = dropFirst(digits.count)
        return number
    }
}
