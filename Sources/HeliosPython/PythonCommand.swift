/// The Python 3 that has the packages that a logger or a search needs.
public struct PythonCommand: Sendable, Hashable {
    /// A path, or a name that is looked up in `PATH`, in which an active virtual environment comes first.
    public let executable: String
    /// Variables that it gets besides those of this program.
    public let environment: [String: String]

    /// A Python.
    ///
    /// - Parameters:
    ///   - executable: a path, or a name that is looked up in `PATH`.
    ///   - environment: variables that it gets besides those of this program, such as `WANDB_API_KEY`.
    public init(_ executable: String = "python3", environment: [String: String] = [:]) {
        self.executable = executable
        self.environment = environment
    }
}
