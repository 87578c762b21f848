/// Where a batch comes from.
public enum BatchPhase: Sendable {
    /// A training phase, the validation data, the test data, or the prediction data.
    case train, valid, test, predict
}

extension BatchPhase {
    /// What the phase is called in a message.
    var noun: String {
        switch self {
        case .train: "training"
        case .valid: "validation"
        case .test: "test"
        case .predict: "prediction"
        }
    }
}
