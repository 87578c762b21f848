/// Where a batch comes from.
public enum BatchPhase: Sendable {
    case train, valid, test
}
