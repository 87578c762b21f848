/// What mixed-precision training needs: the scaler of losses and the lower precision.
public struct MixedPrecision {
    /// Scales losses so that small gradients do not vanish in the lower precision.
    public let scaler: GradScaler
    /// The lower precision: `float16` or `bfloat16`.
    public let dtype: DType
}
