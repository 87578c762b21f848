/// The modules of a network and their hierarchy.
public struct NetworkGraph: Sendable, Hashable {
    /// A module.
    public struct Node: Sendable, Hashable {
        /// The path in the network, which begins with the type of the network itself, as in `Classifier/features/0`.
        public let path: String
        /// The type and options, such as `Linear(64, 128)`.
        public let description: String
        /// The name of the type, such as `Linear`.
        public let type: String
        /// The number of the module's own parameters, not including those of the modules inside it.
        public let parameterCount: Int
        /// The shapes of the module's own parameters, by name.
        public let shapes: [String: [Int]]
    }

    /// The modules in the order of declaration, each before those inside it.
    public let nodes: [Node]

    /// Creates the graph of a network.
    ///
    /// - Throws: `ModuleError` if a module has an invalid option.
    public init(_ network: Module) throws {
        let root = "\(type(of: network))"
        nodes = try network.namedModules().map { name, module in
            let own = try module.namedParameters().filter { !$0.name.contains(".") }
            return Node(
                path: name.isEmpty ? root : "\(root)/\(name.replacing(".", with: "/"))",
                description: "\(module)", type: "\(type(of: module))",
                parameterCount: own.reduce(0) { $0 + $1.parameter.count },
                shapes: Dictionary(own.map { ($0.name, $0.parameter.shape) }) { first, _ in first })
        }
    }
}
