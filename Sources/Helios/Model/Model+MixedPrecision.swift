/// What mixed-precision training needs: the scaler of losses and the lower precision.
public struct MixedPrecision {
    /// Scales losses so that small gradients do not vanish in the lower precision.
    public let scaler: GradScaler
    /// The lower precision: `float16` or `bfloat16`.
    public let dtype: DType
}

/// A model whose losses may be scaled, whatever its batches are.
protocol ScaledModel: AnyModel {
    /// What mixed precision needs; `nil` without.
    var mixedPrecision: MixedPrecision? { get }
}

extension ScaledModel {
    /// The factor that an optimizer's gradients have while it makes its step.
    func gradientScale(of optimizer: Optimizer) throws -> Double {
        try mixedPrecision?.scaler.gradientScale(of: optimizer) ?? 1
    }
}

extension Model: ScaledModel {}

extension Model {
    /// Switches mixed precision on; call it in `setup`.
    ///
    /// The scaler's state is in the checkpoints.
    /// - Parameters:
    ///   - dtype: `float16` or `bfloat16`; on the CPU `bfloat16` only.
    ///   - scaler: with other options than the default; `nil` makes one here.
    /// - Throws: `ConfigurationError` for a type that the device does not compute with.
    public func createScaler(dtype: DType = .float16, scaler: GradScaler? = nil) throws {
        guard dtype == .bfloat16 || (dtype == .float16 && device.kind != .cpu) else {
            throw ConfigurationError(
                "mixed precision on \(device.kind) does not work with \(dtype): use "
                    + (device.kind == .cpu ? "bfloat16" : "float16 or bfloat16"))
        }
        mixedPrecision = MixedPrecision(scaler: try scaler ?? GradScaler(device: device), dtype: dtype)
    }

    /// Runs the forward pass in the lower precision if mixed precision is on, and else as it is.
    public func autocast<Result>(_ body: () throws -> Result) throws -> Result {
        guard let mixedPrecision else { return try body() }
        return try Torch.autocast(device, mixedPrecision.dtype, body)
    }

    /// Scales gradients down so that their norm is at most `maxNorm`; call it between `backward` and the step.
    ///
    /// If several processes train, the gradients are averaged over them first. If mixed precision is on, they are
    /// unscaled first, so that the norm is the true one.
    /// - Parameters:
    ///   - normType: the norm's power; infinity for the greatest absolute value.
    ///   - errorIfNonFinite: whether a norm that is infinite or not a number is an error. Not in `float16`, in which
    ///     that happens and the scaler leaves out the step.
    /// - Returns: the norm before, which is also logged as `gradient_norm`, or
    ///   `gradient_norm/<optimizer>` if there are several.
    @discardableResult
    public func clipGradients(
        _ parameters: some ParameterSource, _ optimizer: Optimizer, maxNorm: Double, normType: Double = 2,
        errorIfNonFinite: Bool = false
    ) throws -> Tensor {
        try gradientExchange?.average(optimizer)
        if let mixedPrecision { try mixedPrecision.scaler.unscale_(optimizer) }
        let norm = try clipGradNorm_(
            parameters, maxNorm: maxNorm, normType: normType, errorIfNonFinite: errorIfNonFinite)
        gradientNorms[ObjectIdentifier(optimizer)] = norm
        return norm
    }
}
