/// What a loss makes of the elements' losses.
public enum Reduction: Int, CaseIterable, Sendable {
    /// Leaves them as they are.
    case none = 0
    /// Their mean; weighted where the loss has weights.
    case mean = 1
    case sum = 2
}
