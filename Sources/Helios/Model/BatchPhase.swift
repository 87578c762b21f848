/// Where a batch comes from.
public enum BatchPhase: Sendable {
    /// A training phase, the validation data, or the test data.
    case train, valid, test
}
