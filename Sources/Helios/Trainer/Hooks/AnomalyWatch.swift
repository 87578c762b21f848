/// Finds where gradients stop being finite: `TrainerOptions.Diagnostics.anomalies`.
///
/// libtorch numbers the operations that it records. The numbers at the beginning and the end of each layer's forward
/// pass tell which layer the operation belongs to whose gradient is the first that is not finite.
final class AnomalyWatch {
    private struct Call {
        let layer: String
        let module: ObjectIdentifier
        let first: Int
        var end = Int.max
    }

    /// The forward passes of the batch, in the order in which they began.
    private var calls: [Call] = []
    private var layerHandles: [ModuleHookHandle] = []
    private var stepHandles: [StepHookHandle] = []
    private let state: () -> TrainingState
    private let previous = LibTorch.detectsAnomalies

    /// - Parameter state: tells how far the training is.
    init<Batch>(_ model: Model<Batch>, state: @escaping () -> TrainingState) {
        self.state = state
        var seen: Set<ObjectIdentifier> = []
        for (name, top) in StatefulProperties(of: model).modules {
            for (path, module) in top.namedModules() where seen.insert(ObjectIdentifier(module)).inserted {
                let layer = path.isEmpty ? name : "\(name).\(path)"
                layerHandles.append(module.registerForwardPreHook { [unowned self] in begin(layer, $0, $1) })
                layerHandles.append(module.registerForwardHook { [unowned self] module, _, _ in end(module) })
            }
        }
        for (name, optimizer) in model.optimizersOfRun {
            stepHandles.append(
                optimizer.registerStepPreHook { [unowned self, unowned model] in
                    try requireFiniteGradients(of: $0, named: name, in: model)
                })
        }
        model.willDifferentiate = { [unowned self] loss, name in
            let value = try loss.detach().to(.float64).item(Double.self)
            guard value.isFinite else { throw NonFiniteLossError(name: name, value: value, state: self.state()) }
        }
        LibTorch.detectsAnomalies = true
    }

    /// Takes everything back.
    func remove() {
        for handle in layerHandles { handle.remove() }
        for handle in stepHandles { handle.remove() }
        (layerHandles, stepHandles) = ([], [])
        LibTorch.detectsAnomalies = previous
    }

    /// Runs a training step, and says of a backward pass that fails at a gradient where that was.
    func watch(_ step: () throws -> Void) throws {
        calls.removeAll(keepingCapacity: true)
        // One that a hook has caught is old news.
        _ = GradientAnomaly.takeLast()
        do {
            try step()
        } catch let error as TorchError {
            guard let anomaly = GradientAnomaly.takeLast() else { throw error }
            throw NonFiniteGradientError(
                origin: .function(anomaly.function, layer: layer(of: anomaly.sequence), input: anomaly.input),
                isNaN: anomaly.isNaN, state: state())
        }
    }

    private func begin(_ layer: String, _ module: Module, _ inputs: [Tensor]) {
        calls.append(Call(layer: layer, module: ObjectIdentifier(module), first: GradientAnomaly.sequenceNumber))
    }

    private func end(_ module: Module) {
        let identifier = ObjectIdentifier(module)
        guard let call = calls.lastIndex(where: { $0.module == identifier && $0.end == .max }) else { return }
        calls[call].end = GradientAnomaly.sequenceNumber
    }

    /// The innermost layer in whose forward pass an operation got its number; `nil` if it was in none.
    private func layer(of sequence: Int) -> String? {
        calls.last { $0.first <= sequence && sequence < $0.end && $0.end != .max }?.layer
    }

    private func requireFiniteGradients<Batch>(
        of optimizer: Optimizer, named name: String, in model: Model<Batch>
    ) throws {
        for (position, parameter) in optimizer.parameters.enumerated() {
            guard let gradient = try parameter.grad?.detach() else { continue }
            let numbers = try gradient.sparseDim() > 0 ? gradient.coalesce().values() : gradient
            guard try !numbers.isfinite().all().item(Bool.self) else { continue }
            throw NonFiniteGradientError(
                origin: .parameter(
                    try ParameterPaths(of: model).path(of: parameter) ?? "number \(position) of '\(name)'"),
                isNaN: try numbers.isnan().any().item(Bool.self), state: state())
        }
    }
}

/// A gradient that is infinite or not a number, found by `TrainerOptions.Diagnostics.anomalies`.
public struct NonFiniteGradientError: DescribedError, Equatable {
    /// Where the gradient was found.
    public enum Origin: Sendable, Hashable {
        /// A function of the backward pass, such as `SqrtBackward0`, that received finite gradients and returned this
        /// one; the layer in whose forward pass the operation ran, if any; and the index of the operation's input that
        /// the gradient is for.
        case function(String, layer: String?, input: Int)
        /// A parameter whose gradient was not finite when the optimizer was about to step.
        case parameter(String)
    }

    /// Where the gradient was found.
    public let origin: Origin
    /// Whether the gradient contains a NaN; otherwise, it contains infinities.
    public let isNaN: Bool
    /// The step in which the gradient occurred.
    public let state: TrainingState

    public var description: String {
        let what = isNaN ? "NaN" : "infinity"
        let place =
            "in iteration \(state.currentIteration) (epoch \(state.globalEpoch), batch \(state.datasetIter + 1))"
        switch origin {
        case .function(let function, let layer, let input):
            return "the gradients stop being finite \(place) in \(function): it got finite ones, and what it made for "
                + "input \(input) of its operation has \(what). The operation is "
                + (layer.map { "in the forward pass of '\(VisibleText.of($0))'" }
                    ?? "in no layer's forward pass: look at the loss, and at what trainStep computes itself")
        case .parameter(let path):
            return "the gradient of '\(VisibleText.of(path))' has \(what) \(place), before the optimizer's step: lower "
                + "the learning rate, clip the gradients or look at the data of this batch"
        }
    }
}
