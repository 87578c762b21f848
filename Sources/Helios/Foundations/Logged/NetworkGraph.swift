/// The modules of a network, and which is in which.
public struct NetworkGraph: Sendable, Hashable {
    /// A module.
    public struct Node: Sendable, Hashable {
        /// Its path in the network, which begins with the type of the network itself, as in `Classifier/features/0`.
        public let path: String
        /// Its type and options, as in `Linear(64, 128)`.
        public let description: String
        /// The type's name, as in `Linear`.
        public let type: String
        /// How many parameters it has of its own, those of modules inside not counted.
        public let parameterCount: Int
        /// The shapes of its own parameters, by name.
        public let shapes: [String: [Int]]
    }

    /// The modules, each before those inside it, in the order in which they are declared.
    public let nodes: [Node]

    /// The graph of a network.
    ///
    /// - Throws: `ModuleError` if a module was made with an option that makes no sense.
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
