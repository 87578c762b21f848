/// What stands around a padded input.
public enum PaddingMode: String, CaseIterable, Sendable {
    case zeros
    /// The input mirrored at its edge, the edge not repeated.
    case reflect
    /// The edge repeated.
    case replicate
    /// The other side's elements.
    case circular
}
