/// The state of mixed-precision training: the gradient scaler and the lower precision.
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
    /// Enables mixed precision. Call this method in `setup`.
    ///
    /// Checkpoints contain the state of the scaler.
    ///
    /// - Parameters:
    ///   - dtype: `float16` or `bfloat16`. On the CPU, only `bfloat16` is supported.
    ///   - scaler: a scaler with other options than the default; `nil` creates one.
    /// - Throws: `ConfigurationError` for a type in which the device cannot compute.
    public func createScaler(dtype: DType = .float16, scaler: GradScaler? = nil) throws {
        guard dtype == .bfloat16 || (dtype == .float16 && device.kind != .cpu) else {
            throw ConfigurationError(
                "mixed precision on \(device.kind) does not work with \(dtype): use "
                    + (device.kind == .cpu ? "bfloat16" : "float16 or bfloat16"))
        }
        mixedPrecision = MixedPrecision(scaler: try scaler ?? GradScaler(device: device), dtype: dtype)
    }

    /// Runs the forward pass in the lower precision if mixed precision is enabled, and otherwise in the usual one.
    public func autocast<Result>(_ body: () throws -> Result) throws -> Result {
        guard let mixedPrecision else { return try body() }
        return try Torch.autocast(device, mixedPrecision.dtype, body)
    }

    /// Scales gradients down so that their norm is at most `maxNorm`. Call this method between `backward` and the step.
    ///
    /// If several processes train, the gradients are averaged over them first. If mixed precision is enabled, they are
    /// unscaled first, so that the norm is the true one.
    ///
    /// - Parameters:
    ///   - normType: the power of the norm; infinity stands for the greatest absolute value.
    ///   - errorIfNonFinite: whether a norm that is infinite or not a number is an error. It is never an error in
    ///     `float16`, in which this is expected and the scaler skips the step.
    /// - Returns: the norm before clipping, which is also logged as `gradient_norm`, or as `gradient_norm/<optimizer>`
    ///   if there are several optimizers.
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
