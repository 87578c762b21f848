/// Where a batch comes from.
public enum BatchPhase: Sendable {
    /// A training phase, the validation data, the test data, or the data to predict for.
    case train, valid, test, predict
}
