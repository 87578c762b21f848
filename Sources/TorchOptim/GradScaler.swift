import Torch

/// Keeps small gradients from vanishing in half precision: scales the loss up, the gradients down, and adapts the scale.
///
/// Where a gradient is infinite or no number, the step is left out and the scale goes down; after `growthInterval` steps
/// without one it goes up. As PyTorch's `torch.amp.GradScaler`. Micikevicius and others 2018, "Mixed precision training".
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

    /// What happened to an optimiser's gradients since the last update. It holds the optimiser, by which it is found.
    private struct Progress {
        let optimizer: Optimizer
        var stage = Stage.ready
        /// For each device with gradients a number that is not zero where one of them is not finite.
        var foundInf: [Device: Tensor] = [:]
    }

    /// Where the scale lies.
    public let device: Device
    public let isEnabled: Bool
    public private(set) var growthFactor: Double
    public private(set) var backoffFactor: Double
    public private(set) var growthInterval: Int

    private var scaleTensor: Tensor
    /// How many steps in a row were without overflow.
    private var growthTracker: Tensor
    private var progress: [ObjectIdentifier: Progress] = [:]

    /// - Parameters:
    ///   - initialScale: the first factor of the loss.
    ///   - growthFactor: what the scale is multiplied by after `growthInterval` good steps; above 1.
    ///   - backoffFactor: what it is multiplied by after an overflow; below 1.
    ///   - isEnabled: where false, everything passes through.
    /// - Throws: `OptimizerError` for factors that make no sense, `TorchError` where the device is not there.
    public init(
        device: Device = .cuda, initialScale: Double = 65536, growthFactor: Double = 2, backoffFactor: Double = 0.5,
        growthInterval: Int = 2000, isEnabled: Bool = true
    ) throws {
        try Self.check(
            scale: initialScale, growthFactor: growthFactor, backoffFactor: backoffFactor,
            growthInterval: growthInterval)
        // A scaler that is switched off needs no device.
        self.device = isEnabled ? device : .cpu
        self.isEnabled = isEnabled
        self.growthFactor = growthFactor
        self.backoffFactor = backoffFactor
        self.growthInterval = growthInterval
        try self.device.ensureAvailable()
        scaleTensor = try Tensor.full([], .real(initialScale), dtype: .float32, device: self.device)
        growthTracker = try Tensor.full([], 0, dtype: .int32, device: self.device)
    }

    /// The factor of the loss now; 1 where the scaler is switched off.
    ///
    /// On a CUDA device this waits for the device.
    public func currentScale() throws -> Double {
        isEnabled ? try scaleTensor.item(Double.self) : 1
    }

    /// The loss times the scale.
    public func scale(_ tensor: Tensor) throws -> Tensor {
        isEnabled ? try tensor * scaleTensor.to(tensor.device) : tensor
    }

    /// Divides an optimiser's gradients by the scale, so that they can be looked at or clipped before the step.
    ///
    /// - Throws: `OptimizerError` for a second call, or one after the step, before `update`; and for float16 gradients.
    public func unscale_(_ optimizer: Optimizer) throws {
        guard isEnabled else { return }
        var progress = progress(of: optimizer)
        switch progress.stage {
        case .ready: break
        case .unscaled: throw OptimizerError("the gradients were unscaled already: call update() after each step")
        case .stepped: throw OptimizerError("unscale_ comes before the optimiser's step, not after it")
        }
        // In double precision, since the reciprocal in single may be inexact.
        let inverse = try scaleTensor.to(.float64).reciprocal().to(.float32)
        progress.foundInf = try unscale(optimizer, by: inverse)
        progress.stage = .unscaled
        self.progress[ObjectIdentifier(optimizer)] = progress
    }

    /// The optimiser's step with unscaled gradients, left out where one of them is not finite.
    ///
    /// - Throws: `OptimizerError` for a second call before `update`, or where no parameter has a gradient.
    public func step(_ optimizer: Optimizer) throws {
        guard isEnabled else { return try optimizer.step() }
        var progress = progress(of: optimizer)
        guard progress.stage != .stepped else {
            throw OptimizerError("the optimiser made its step already: call update() after each step")
        }
        if let scaled = optimizer as? any ScaledOptimizer {
            let isUnscaled = progress.stage == .unscaled
            if !isUnscaled {
                progress.foundInf = try unscale(optimizer, by: Tensor.full([], 1, dtype: .float32, device: device))
            }
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

    /// Adapts the scale to what was found since the last update; call it once after the optimisers' steps.
    ///
    /// - Parameter newScale: sets the scale instead.
    /// - Throws: `OptimizerError` where there was no step.
    public func update(newScale: Double? = nil) throws {
        guard isEnabled else { return }
        if let newScale {
            try Self.check(
                scale: newScale, growthFactor: growthFactor, backoffFactor: backoffFactor,
                growthInterval: growthInterval)
            try scaleTensor.fill_(.real(newScale))
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

    // MARK: State

    private static let stateNames: Set<String> = [
        "scale", "growth_factor", "backoff_factor", "growth_interval", "_growth_tracker",
    ]

    /// The scale, its options and the number of good steps in PyTorch's layout; empty where switched off.
    public func stateDict() throws -> StateDict {
        guard isEnabled else { return [:] }
        return [
            "scale": .double(try scaleTensor.item(Double.self)), "growth_factor": .double(growthFactor),
            "backoff_factor": .double(backoffFactor), "growth_interval": .int(growthInterval),
            "_growth_tracker": .int(try growthTracker.item(Int.self)),
        ]
    }

    /// Restores what `stateDict` gave, here or in PyTorch.
    ///
    /// - Throws: `StateDictError` where something is missing (as in the empty state of a scaler that was switched off),
    ///   `OptimizerError` where a number makes no sense; then nothing has changed.
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
        try scaleTensor.fill_(.real(scale))
        try growthTracker.fill_(.integer(Int(tracker)))
    }

    // MARK: Parts

    private func progress(of optimizer: Optimizer) -> Progress {
        progress[ObjectIdentifier(optimizer)] ?? Progress(optimizer: optimizer)
    }

    /// Multiplies the gradients by `inverse`, and tells for each device whether one of them is not finite.
    private func unscale(_ optimizer: Optimizer, by inverse: Tensor) throws -> [Device: Tensor] {
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

    /// What the kernel goes over: of a sparse gradient the elements that it has, each place once; of a complex one its
    /// real view, since the kernel knows no complex numbers.
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
            throw OptimizerError("no parameter of the optimiser has a gradient: call backward() before the step")
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
