/// A run whose plug-ins can be asked for.
public protocol PluginContext: RunContext {
    /// The plug-ins, in the order in which they were registered.
    var plugins: [Plugin] { get }
}

extension RunContext {
    /// The plug-ins of the run, in the order in which they were registered.
    public var plugins: [Plugin] { (self as? any PluginContext)?.plugins ?? [] }

    /// The plug-in that was registered under a name.
    public func plugin(_ id: String) -> Plugin? {
        plugins.first { $0.id == id }
    }
}
