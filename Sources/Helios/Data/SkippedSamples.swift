import Torch

/// The number of samples that a run skipped because they failed, for loaders with `onFailure: .skip`.
///
/// Each pass over the data counts: a sample that fails in each of three epochs counts three times. A training that
/// resumes continues counting from its checkpoint.
public struct SkippedSamples: Sendable, Equatable {
    /// The purpose of a loader.
    public enum Loader: Hashable, Sendable {
        /// A training phase. The first phase is 1.
        case training(phase: Int)
        /// The validation data with a name, or the validation data without a name.
        case validation(name: String?)
        /// The test data.
        case test
        /// The prediction data.
        case prediction
    }

    /// The number of skipped samples for each loader that skipped at least one.
    public private(set) var counts: [Loader: Int] = [:]

    /// The number of skipped samples for all loaders together.
    public var total: Int { counts.values.reduce(0, +) }

    /// Nothing was left out so far.
    init() {}

    mutating func add(_ count: Int, of loader: Loader) {
        if count > 0 { counts[loader, default: 0] += count }
    }

    // MARK: For a checkpoint

    /// The numbers of the loaders that a training has.
    init(_ state: StateDict) throws {
        for (key, value) in state {
            guard let count = value.int, (1...1 << 40).contains(count), let loader = Loader(key: key.description)
            else { throw StateDictError("'\(key)': \(value) is no number of samples of a loader that were left out") }
            counts[loader] = count
        }
    }

    func stateDict() -> StateDict {
        var state = StateDict()
        for (key, count) in counts.map({ ($0.key.key, $0.value) }).sorted(by: { $0 < $1 }) {
            state[.string(key)] = .int(count)
        }
        return state
    }
}

extension SkippedSamples: CustomStringConvertible {
    /// A description such as "3 of the training data, 1 of the test data".
    public var description: String {
        guard total > 0 else { return "none" }
        return counts.sorted { $0.key.key < $1.key.key }.map { "\($0.value) of \($0.key)" }.joined(separator: ", ")
    }
}

extension SkippedSamples.Loader: CustomStringConvertible {
    public var description: String {
        switch self {
        case .training(1): "the training data"
        case .training(let phase): "the training data of phase \(phase)"
        case .validation(nil): "the validation data"
        case .validation(let name?): "the validation data '\(VisibleText.of(name))'"
        case .test: "the test data"
        case .prediction: "the prediction data"
        }
    }
}

extension SkippedSamples.Loader {
    /// What stands for it in a checkpoint.
    fileprivate var key: String {
        switch self {
        case .training(let phase): "train/\(phase)"
        case .validation(nil): "valid"
        case .validation(let name?): "valid/\(name)"
        case .test: "test"
        case .prediction: "predict"
        }
    }

    fileprivate init?(key: String) {
        let parts = key.split(separator: "/", maxSplits: 1)
        switch (parts.first, parts.count > 1 ? String(parts[1]) : nil) {
        case ("train", let phase?):
            guard let phase = Int(phase), phase > 0 else { return nil }
            self = .training(phase: phase)
        case ("valid", let name): self = .validation(name: name)
        case ("test", nil): self = .test
        case ("predict", nil): self = .prediction
        default: return nil
        }
    }
}
