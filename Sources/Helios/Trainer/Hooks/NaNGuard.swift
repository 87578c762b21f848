/// Checks the output of every module of a model's networks, and throws if one is not finite.
final class NaNGuard {
    private var handles: [ModuleHookHandle] = []

    init(_ model: any AnyModel) {
        for (name, top) in StatefulProperties(of: model).modules {
            for (path, module) in top.namedModules() {
                let layer = path.isEmpty ? name : "\(name).\(path)"
                handles.append(
                    module.registerForwardHook { module, inputs, outputs in
                        guard try !outputs.allSatisfy(NaNGuard.isFinite) else { return }
                        throw NonFiniteOutputError(
                            layer: layer, type: "\(type(of: module))",
                            inputIsFinite: try inputs.allSatisfy(NaNGuard.isFinite))
                    })
            }
        }
    }

    func remove() {
        for handle in handles { handle.remove() }
        handles = []
    }

    private static func isFinite(_ tensor: Tensor) throws -> Bool {
        guard tensor.dtype.isFloatingPoint || tensor.dtype.isComplex else { return true }
        return try tensor.detach().isfinite().all().item(Bool.self)
    }
}

/// A layer's output that is infinite or not a number, found by `TrainerOptions.Diagnostics.nanGuard`.
public struct NonFiniteOutputError: DescribedError, Equatable {
    /// The path of the layer, such as `network.conv1`.
    public let layer: String
    /// The layer's class.
    public let type: String
    /// Whether its input was still finite.
    public let inputIsFinite: Bool

    public var description: String {
        "the output of the layer '\(layer)' (\(type)) is not finite, "
            + (inputIsFinite
                ? "and its input is: look at its weights (a learning rate too high?) and at what it divides by or takes "
                    + "the logarithm of"
                : "nor is its input: what was fed to the network is not finite, or was computed outside its modules, "
                    + "or by one whose forward was called directly")
    }
}
