import TorchSerialization

/// Which hyperparameters a training has logged before its first step.
///
/// A run that resumes a training makes these records again, as it does all before its first step, and loggers have them
/// already. Only if a program changes its options, a record says something new.
struct LoggedSettings {
    /// What the training that is resumed has logged when it last began; `nil` if that is not known.
    private let earlier: Set<String>?
    /// What this run has logged.
    private var current: [String] = []

    /// - Parameter state: what the checkpoint has that is resumed; `nil` if it has nothing.
    init(resuming state: StateValue? = nil) {
        guard case .list(let texts)? = state else {
            earlier = nil
            return
        }
        earlier = Set(
            texts.compactMap { text in
                guard case .string(let text) = text else { return nil }
                return text
            })
    }

    /// Takes note of a record.
    ///
    /// - Returns: whether it has hyperparameters that the training that is resumed did not have.
    mutating func note(_ record: LogRecord) -> Bool {
        guard case .hyperparameters(let values, _) = record.value else { return false }
        let text = "\(record.name) \(HyperparameterValue.json(of: values).line)"
        if !current.contains(text) { current.append(text) }
        return earlier.map { !$0.contains(text) } ?? false
    }

    /// What a checkpoint must have so that a resumed run knows.
    var stateValue: StateValue { .list(current.map { .string($0) }) }
}
