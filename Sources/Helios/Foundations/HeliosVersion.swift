/// The version of Helios.
///
/// It is not a member of a type `Helios`: a type with the name of its module would hide the module, so that nobody could
/// write `Helios.Model` to tell it from a `Model` of another module.
public enum HeliosVersion {
    /// The version of this library, which checkpoints carry.
    public static let current = "0.2.0"
}
