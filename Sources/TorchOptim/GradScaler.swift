import Torch

/// Keeps small gradients from vanishing in half precision: scales the loss up, the gradients down, and adapts the
/// scale.
///
/// If a gradient is infinite or not a number, the scaler skips the step and lowers the scale; after `growthInterval`
/// good steps in a row it raises the scale. It computes what PyTorch's `torch.amp.GradScaler` does. Micikevicius and
/// others 2018, "Mixed precision training".
///
/// ```swift
/// try scaler.scale(loss).backward()
/// try scaler.step(optimizer)
/// try scaler.update()
/// ```
public final class GradScaler: Stateful {
    private enum Stage {
        case ready, unscaled, stepped
    }

    /// What happened to an optimizer's gradients since the last update. It keeps the optimizer, by which it is found.
    private struct Progress {
        let optimizer: Optimizer
        var stage = Stage.ready
        /// A number for each device with gradients, which is not zero if one of them is not finite.
        var foundInf: [Device: Tensor] = [:]
    }

    /// The device that holds the scale.
    public let device: Device
    public let isEnabled: Bool
    public private(set) var growthFactor: Double
    public private(set) var backoffFactor: Double
    public private(set) var growthInterval: Int

    private var scaleTensor: Tensor
    /// The number of steps in a row without an overflow.
    private var growthTracker: Tensor
    private var progress: [ObjectIdentifier: Progress] = [:]
    /// The optimizer that makes its step with scaled gradients right now.
    private var scaledOptimizer: ObjectIdentifier?
    /// Called before an optimizer's gradients are looked at for the first time since the last update.
    package var willReadGradients: ((Optimizer) throws -> Void)?

    /// Creates a scaler for the gradients of mixed precision.
    ///
    /// - Parameters:
    ///   - initialScale: the first factor of the loss.
    ///   - growthFactor: what the scale is multiplied by after `growthInterval` good steps; above 1.
    ///   - backoffFactor: what the scale is multiplied by after an overflow; below 1.
    ///   - isEnabled: whether the scaler does anything; if not, losses and gradients pass through unchanged.
    /// - Throws: `OptimizerError` if a factor makes no sense, `TorchError` if the device does not exist.
    public init(
        device: Device = .cuda, initialScale: Double = 65536, growthFactor: Double = 2, backoffFactor: Double = 0.5,
        growthInterval: Int = 2000, isEnabled: Bool = true
    ) throws {
        try Self.check(
            scale: initialScale, growthFactor: growthFactor, backoffFactor: backoffFactor,
            growthInterval: growthInterval)
        // A disabled scaler needs no device.
        self.device = isEnabled ? device : .cpu
        self.isEnabled = isEnabled
        self.growthFactor = growthFactor
        self.backoffFactor = backoffFactor
        self.growthInterval = growthInterval
        try self.device.ensureAvailable()
        scaleTensor = try Tensor.full([], initialScale, dtype: .float32, device: self.device)
        growthTracker = try Tensor.full([], 0, dtype: .int32, device: self.device)
    }

    /// The factor that the loss is multiplied by now; 1 if the scaler is disabled.
    ///
    /// On a CUDA device, reading it waits for the device.
    public func currentScale() throws -> Double {
        isEnabled ? try scaleTensor.item(Double.self) : 1
    }

    /// Returns the loss times the scale.
    public func scale(_ tensor: Tensor) throws -> Tensor {
        if isEnabled { Capture.refuse("scales its gradients, which takes decisions in Swift") }
        return isEnabled ? try tensor * scaleTensor.to(tensor.device) : tensor
    }

    /// Divides an optimizer's gradients by the scale, so that they can be inspected or clipped before the step.
    ///
    /// - Throws: `OptimizerError` if it is called twice, or after the step, before `update`, and for float16 gradients.
    public func unscale_(_ optimizer: Optimizer) throws {
        guard isEnabled else { return }
        var progress = progress(of: optimizer)
        switch progress.stage {
        case .ready: break
        case .unscaled: throw OptimizerError("the gradients were unscaled already: call update() after each step")
        case .stepped: throw OptimizerError("unscale_ comes before the optimizer's step, not after it")
        }
        // In double precision, since the reciprocal may be inexact in single precision.
        let inverse = try scaleTensor.to(.float64).reciprocal().to(.float32)
        progress.foundInf = try unscale(optimizer, by: inverse)
        progress.stage = .unscaled
        self.progress[ObjectIdentifier(optimizer)] = progress
    }

    /// Makes the optimizer's step with unscaled gradients, or skips it if one of them is not finite.
    ///
    /// - Throws: `OptimizerError` if it is called twice before `update`, or if no parameter has a gradient.
    public func step(_ optimizer: Optimizer) throws {
        guard isEnabled else { return try optimizer.step() }
        var progress = progress(of: optimizer)
        guard progress.stage != .stepped else {
            throw OptimizerError("the optimizer made its step already: call update() after each step")
        }
        if let scaled = optimizer as? any ScaledOptimizer, scaled.takesScaledGradients {
            let isUnscaled = progress.stage == .unscaled
            if !isUnscaled {
                progress.foundInf = try unscale(optimizer, by: Tensor.full([], 1, dtype: .float32, device: device))
            }
            if !isUnscaled { scaledOptimizer = ObjectIdentifier(optimizer) }
            defer { scaledOptimizer = nil }
            try scaled.step(gradScale: isUnscaled ? nil : scaleTensor, foundInf: try total(progress.foundInf))
        } else {
            if progress.stage == .ready {
                try unscale_(optimizer)
                progress = self.progress(of: optimizer)
            }
            if try total(progress.foundInf).item(Double.self) == 0 { try optimizer.step() }
        }
        progress.stage = .stepped
        self.progress[ObjectIdentifier(optimizer)] = progress
    }

    /// Adapts the scale to what was found since the last update. Call it once after the steps of all optimizers.
    ///
    /// - Parameter newScale: the scale to set instead.
    /// - Throws: `OptimizerError` if there was no step.
    public func update(newScale: Double? = nil) throws {
        guard isEnabled else { return }
        if let newScale {
            try Self.check(
                scale: newScale, growthFactor: growthFactor, backoffFactor: backoffFactor,
                growthInterval: growthInterval)
            try scaleTensor.fill_(newScale)
        } else {
            let found = progress.values.flatMap(\.foundInf.values)
            guard !found.isEmpty else {
                throw OptimizerError("update() comes after a step or unscale_, and there was none")
            }
            let sum = try found.dropFirst().reduce(found[0].to(device)) { try $0 + $1.to(device) }
            try Tensor.ampUpdateScale_(
                scaleTensor, growthTracker: growthTracker, foundInf: sum, scaleGrowthFactor: growthFactor,
                scaleBackoffFactor: backoffFactor, growthInterval: growthInterval)
        }
        progress.removeAll(keepingCapacity: true)
    }

    /// Whether an optimizer made its step, or the scaler left it out, since the last update.
    package func hasStepped(_ optimizer: Optimizer) -> Bool {
        progress[ObjectIdentifier(optimizer)]?.stage == .stepped
    }

    /// The factor that an optimizer's gradients still have while it makes its step; 1 if they have none.
    package func gradientScale(of optimizer: Optimizer) throws -> Double {
        scaledOptimizer == ObjectIdentifier(optimizer) ? try currentScale() : 1
    }

    /// Whether gradients were looked at since the last update.
    package var isUpdateDue: Bool { !progress.isEmpty }

    // MARK: State

    private static let stateNames: Set<String> = [
        "scale", "growth_factor", "backoff_factor", "growth_interval", "_growth_tracker",
    ]

    /// The scale, its options and the number of good steps in PyTorch's layout; empty if the scaler is disabled.
    public func stateDict() throws -> StateDict {
        guard isEnabled else { return [:] }
        return [
            "scale": .double(try scaleTensor.item(Double.self)), "growth_factor": .double(growthFactor),
            "backoff_factor": .double(backoffFactor), "growth_interval": .int(growthInterval),
            "_growth_tracker": .int(try growthTracker.item(Int.self)),
        ]
    }

    /// Restores what `stateDict` returned, here or in PyTorch.
    ///
    /// - Throws: `StateDictError` if something is missing (as in the empty state of a disabled scaler),
    ///   `OptimizerError` if a number makes no sense; then nothing has changed.
    public func loadStateDict(_ state: StateDict) throws {
        guard isEnabled else { return }
        let unknown = state.keys.map(\.description).filter { !Self.stateNames.contains($0) }
        guard unknown.isEmpty else {
            throw OptimizerError("the state was not saved by a GradScaler: it has \(quoted(unknown))")
        }
        let (scale, tracker) = (try state.double("scale"), try state.int("_growth_tracker"))
        let (growth, backoff) = (try state.double("growth_factor"), try state.double("backoff_factor"))
        let interval = try state.int("growth_interval")
        try Self.check(scale: scale, growthFactor: growth, backoffFactor: backoff, growthInterval: interval)
        guard let tracker = Int32(exactly: tracker), tracker >= 0 else {
            throw OptimizerError("'_growth_tracker' must be a number of steps, and is \(tracker)")
        }
        (growthFactor, backoffFactor, growthInterval) = (growth, backoff, interval)
        try scaleTensor.fill_(scale)
        try growthTracker.fill_(Int(tracker))
    }

    // MARK: Parts

    private func progress(of optimizer: Optimizer) -> Progress {
        progress[ObjectIdentifier(optimizer)] ?? Progress(optimizer: optimizer)
    }

    /// Multiplies the gradients by `inverse`, and returns for each device whether one of them is not finite.
    private func unscale(_ optimizer: Optimizer, by inverse: Tensor) throws -> [Device: Tensor] {
        try willReadGradients?(optimizer)
        var gradients: [Device: [DType: [Tensor]]] = [:]
        for (index, parameter) in optimizer.parameters.enumerated() {
            guard let gradient = parameter.grad else { continue }
            guard gradient.dtype != .float16 else {
                throw OptimizerError(
                    "the gradient of parameter \(index) is float16, which cannot be unscaled: keep parameters in float32 "
                        + "and use autocast")
            }
            let elements = try elements(of: gradient, parameter)
            gradients[gradient.device, default: [:]][elements.dtype, default: []].append(elements)
        }
        var found: [Device: Tensor] = [:]
        try noGrad {
            for (device, groups) in gradients {
                let foundInf = try Tensor.full([], 0, dtype: .float32, device: device)
                let factor = try inverse.to(device)
                for group in groups.values {
                    try Tensor.ampForeachNonFiniteCheckAndUnscale_(group, foundInf: foundInf, invScale: factor)
                }
                found[device] = foundInf
            }
        }
        return found
    }

    /// The elements that the kernel processes: those of a sparse gradient, each place once; and the real view of a
    /// complex one, since the kernel does not handle complex numbers.
    private func elements(of gradient: Tensor, _ parameter: Tensor) throws -> Tensor {
        try noGrad {
            var gradient = gradient
            var elements = gradient
            if try gradient.sparseDim() > 0 {
                gradient = try gradient.coalesce()
                elements = try gradient.values()
                try parameter.setGrad(gradient)
            }
            guard elements.dtype.isComplex else { return elements }
            if try elements.isConj() {
                elements = try elements.resolveConj()
                try parameter.setGrad(elements)
            }
            return try realView(of: elements)
        }
    }

    private func total(_ found: [Device: Tensor]) throws -> Tensor {
        guard let first = found.values.first else {
            throw OptimizerError("no parameter of the optimizer has a gradient: call backward() before the step")
        }
        return try found.values.dropFirst().reduce(first.to(device)) { try $0 + $1.to(device) }
    }

    private static func check(
        scale: Double, growthFactor: Double, backoffFactor: Double, growthInterval: Int
    ) throws {
        guard scale > 0, scale <= Double(Float.greatestFiniteMagnitude) else {
            throw OptimizerError("the scale must be a positive number, and is \(scale)")
        }
        guard growthFactor > 1 else {
            throw OptimizerError("the growth factor must be above 1, and is \(growthFactor)")
        }
        guard backoffFactor > 0, backoffFactor < 1 else {
            throw OptimizerError("the backoff factor must be between 0 and 1, and is \(backoffFactor)")
        }
        guard (1...Int(Int32.max)).contains(growthInterval) else {
            throw OptimizerError("the growth interval must be a positive number of steps, and is \(growthInterval)")
        }
    }
}
