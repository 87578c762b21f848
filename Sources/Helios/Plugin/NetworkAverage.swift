/// The average of one network's weights.
final class NetworkAverage {
    let name: String
    /// In the order of the network's parameters, then of its buffers; empty before the first update.
    var tensors: [Tensor] = []

    private let network: Module
    private let includesBuffers: Bool

    init(name: String, network: Module, includesBuffers: Bool) {
        self.name = name
        self.network = network
        self.includesBuffers = includesBuffers
    }

    /// What is averaged, as it is now.
    func current() throws -> [Tensor] {
        try includesBuffers ? network.parameters() + network.buffers() : network.parameters()
    }

    /// The same.
    ///
    /// - Throws: `PluginError` if it is not what the average was made of.
    func currentLikeAverage(for plugin: Plugin) throws -> [Tensor] {
        let current = try current()
        let isSame =
            current.count == tensors.count
            && zip(current, tensors).allSatisfy {
                $0.shape == $1.shape && $0.dtype == $1.dtype && $0.device == $1.device
            }
        guard isSame else {
            throw PluginError(
                id: plugin.id,
                reason:
                    "the parameters of '\(name)' are others than those that the average was made of: a network must "
                    + "keep its parameters, their types and their device while it is trained")
        }
        return current
    }

    /// The average by the parameters' keys.
    ///
    /// - Parameter isExchanged: whether the network has the values of the average now.
    func stateDict(isExchanged: Bool) throws -> StateDict {
        var state = StateDict()
        for ((key, value), tensor) in try zip(named(), tensors) {
            state[.string(key)] = .tensor(isExchanged ? value : tensor)
        }
        return state
    }

    /// - Throws: `StateDictError` if the state does not fit the network; then nothing has changed.
    func load(_ state: StateDict) throws {
        let named = try named()
        let (here, there) = (named.map(\.key), state.names)
        let missing = here.filter { state[$0] == nil }
        let unexpected = there.filter { !here.contains($0) }
        guard missing.isEmpty, unexpected.isEmpty else {
            throw StateDictError(
                [("missing", missing), ("unexpected", unexpected)].filter { !$0.1.isEmpty }
                    .map { "\($0.0): \($0.1.joined(separator: ", "))" }.joined(separator: "; "))
        }
        tensors = try named.map { key, value in
            let tensor = try state.tensor(.string(key))
            guard tensor.shape == value.shape else {
                throw StateDictError("'\(key)' is \(tensor.shape) in the state, and \(value.shape) here")
            }
            return try tensor.to(value.device).to(value.dtype).clone()
        }
    }

    private func named() throws -> [(key: String, value: Tensor)] {
        let parameters = try network.namedParameters().map { (key: $0.name, value: $0.parameter) }
        return try includesBuffers
            ? parameters + network.namedBuffers().map { (key: $0.name, value: $0.buffer) } : parameters
    }
}
