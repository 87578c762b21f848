// The short names of PyTorch's for a change of type.

extension Module {
    /// Converts every parameter and buffer of real or complex numbers to `float32`: `to(.float32)`.
    @discardableResult
    public final func float() throws -> Self { try to(.float32) }
    /// Converts every parameter and buffer of real or complex numbers to `float64`: `to(.float64)`.
    @discardableResult
    public final func double() throws -> Self { try to(.float64) }
    /// Converts every parameter and buffer of real or complex numbers to `float16`: `to(.float16)`.
    @discardableResult
    public final func half() throws -> Self { try to(.float16) }
    /// Converts every parameter and buffer of real or complex numbers to `bfloat16`: `to(.bfloat16)`.
    @discardableResult
    public final func bfloat16() throws -> Self { try to(.bfloat16) }
}
