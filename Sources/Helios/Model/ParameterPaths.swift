/// The parameters and modules of a model's networks by their paths: the network's property, and the way from there, as in
/// `network.0.weight`.
struct ParameterPaths {
    /// The parameters, each once, in the order of the networks.
    let parameters: [(path: String, parameter: Tensor)]
    /// The modules, the networks themselves first.
    let modules: [(path: String, module: Module)]

    /// - Throws: `ModuleError` if an initializer failed.
    init(of model: any AnyModel) throws {
        var parameters: [(path: String, parameter: Tensor)] = []
        var modules: [(path: String, module: Module)] = []
        var seen: Set<OpaquePointer> = []
        for (name, network) in model.namedNetworks() {
            for (path, module) in network.namedModules() {
                modules.append((path.isEmpty ? name : "\(name).\(path)", module))
            }
            for (path, parameter) in try network.namedParameters() where seen.insert(parameter.pointer).inserted {
                parameters.append(("\(name).\(path)", parameter))
            }
        }
        (self.parameters, self.modules) = (parameters, modules)
    }

    /// The path of a parameter; `nil` if no network has it.
    func path(of parameter: Tensor) -> String? {
        parameters.first { $0.parameter.isSame(as: parameter) }?.path
    }

    /// Whether a path is what a pattern names: the same path, one below it, or with an asterisk at the end of the
    /// pattern any path that begins like it.
    static func matches(_ path: String, _ pattern: String) -> Bool {
        pattern.hasSuffix("*")
            ? path.hasPrefix(pattern.dropLast()) : path == pattern || path.hasPrefix(pattern + ".")
    }

    /// What there is with a name that was meant, for the message about a pattern that names nothing.
    func question(_ pattern: String) -> String {
        let known = modules.map(\.path) + parameters.map(\.path)
        let question = NearNames.question(pattern.hasSuffix("*") ? String(pattern.dropLast()) : pattern, among: known)
        guard question.isEmpty else { return question }
        let top = modules.map(\.path).filter { !$0.contains(".") }
        return top.isEmpty ? "." : ". The networks are: " + top.joined(separator: ", ")
    }
}
