/// What a configuration may take: far more than anybody writes, and less than what harms.
enum ConfigLimits {
    /// The greatest size of a file, in bytes.
    static let fileSize = 1 << 20
    /// How deep lists and dictionaries may be nested.
    static let depth = 64
    /// How many values there may be, those that aliases and references repeat included.
    static let nodes = 100_000
    /// How long a text may become by references, in bytes.
    static let textLength = 1 << 20
}
