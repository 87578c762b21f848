import Helios
import Testing

@testable import RegistryCases

/// Every layer that is registered, with every set of options that the registry's tests make it with.
@Suite("Layers on a device that is not the CPU") struct NetworkTests {
    @Test("outputs, gradients and buffers are those of the CPU")
    func networks() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                for (name, cases) in networkCases.sorted(by: { $0.key < $1.key }) {
                    for (number, example) in cases.enumerated() {
                        guard let inputs = try NetworkInputs.of(name, number, example.options) else { continue }
                        Simulation.expectSame(
                            "\(name) \(number)", tolerance: NetworkInputs.tolerance(of: name),
                            make: { try example.make(()).to($0) },
                            body: { try NetworkTests.results(of: $0, inputs, $1) })
                    }
                }
            }
        }
    }

    /// Outputs, gradients of inputs and parameters, and buffers, after a forward and a backward pass on a device.
    private static func results(
        of network: Module, _ inputs: [Tensor], _ device: Device
    ) throws -> [(name: String, tensor: Tensor)] {
        let leaves = try inputs.map { input in
            let leaf = try input.to(device).clone()
            return leaf.dtype.isFloatingPoint ? try leaf.requiresGrad_() : leaf
        }
        // What works in place must not change a leaf.
        let outputs = try network.outputs(of: leaves.map { $0.requiresGrad ? try $0 * 1 : $0 })
        let recorded = outputs.filter(\.requiresGrad)
        if !recorded.isEmpty {
            var loss = try Tensor.zeros([], device: device)
            for output in recorded { loss = try loss + output.sin().sum() }
            try loss.backward()
        }
        var results = outputs.enumerated().map { (name: "output \($0.offset)", tensor: $0.element) }
        for (number, leaf) in leaves.enumerated() {
            if let gradient = leaf.grad { results.append(("gradient of input \(number)", gradient)) }
        }
        for (name, parameter) in try network.namedParameters() {
            if let gradient = parameter.grad { results.append(("gradient of \(name)", gradient)) }
        }
        for (name, buffer) in try network.namedBuffers() { results.append((name, buffer)) }
        return results
    }
}

extension Module {
    /// What the module makes of as many tensors as it takes.
    fileprivate func outputs(of inputs: [Tensor]) throws -> [Tensor] {
        switch self {
        case let layer as any Layer: return [try layer(inputs[0])]
        case let layer as LSTM:
            let (output, state) = try layer(inputs[0])
            return [output, state.hidden, state.cell]
        case let layer as HiddenStateLayer:
            let (output, hidden) = try layer(inputs[0])
            return [output, hidden]
        case let cell as RNNCell: return [try cell(inputs[0])]
        case let cell as GRUCell: return [try cell(inputs[0])]
        case let cell as LSTMCell:
            let state = try cell(inputs[0])
            return [state.hidden, state.cell]
        case let bag as EmbeddingBag: return [try bag(inputs[0])]
        case let layer as MaxUnpool1d:
            let pooled = try maxPool1dWithIndices(
                inputs[0], kernelSize: layer.kernelSize, stride: layer.stride, padding: layer.padding)
            return [try layer(pooled.output, indices: pooled.indices)]
        case let layer as MaxUnpool2d:
            let pooled = try maxPool2dWithIndices(
                inputs[0], kernelSize: layer.kernelSize, stride: layer.stride, padding: layer.padding)
            return [try layer(pooled.output, indices: pooled.indices)]
        case let layer as MaxUnpool3d:
            let pooled = try maxPool3dWithIndices(
                inputs[0], kernelSize: layer.kernelSize, stride: layer.stride, padding: layer.padding)
            return [try layer(pooled.output, indices: pooled.indices)]
        case let attention as MultiheadAttention:
            let (output, weights) = try attention(inputs[0], inputs[1], inputs[2])
            return [output] + (weights.map { [$0] } ?? [])
        case let transformer as Transformer: return [try transformer(inputs[0], inputs[1])]
        case let encoder as TransformerEncoder: return [try encoder(inputs[0])]
        case let layer as TransformerEncoderLayer: return [try layer(inputs[0])]
        case let decoder as TransformerDecoder: return [try decoder(inputs[0], inputs[1])]
        case let layer as TransformerDecoderLayer: return [try layer(inputs[0], inputs[1])]
        case let layer as any BinaryCallable: return [try callAny(layer, inputs[0], inputs[1])]
        default: throw SimulationError(description: "nothing here calls it")
        }
    }
}
