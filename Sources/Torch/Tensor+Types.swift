// The short names of PyTorch's for a change of type.

extension Tensor {
    /// The tensor as `float32`: itself if it is that already, else a copy.
    public func float() throws -> Tensor { try to(.float32) }
    /// The tensor as `float64`: itself if it is that already, else a copy.
    public func double() throws -> Tensor { try to(.float64) }
    /// The tensor as `float16`: itself if it is that already, else a copy.
    public func half() throws -> Tensor { try to(.float16) }
    /// The tensor as `bfloat16`: itself if it is that already, else a copy.
    public func bfloat16() throws -> Tensor { try to(.bfloat16) }
    /// The tensor as `int32`, fractions cut off: itself if it is that already, else a copy.
    public func int() throws -> Tensor { try to(.int32) }
    /// The tensor as `int64`, fractions cut off: itself if it is that already, else a copy.
    public func long() throws -> Tensor { try to(.int64) }
    /// The tensor as `int16`, fractions cut off: itself if it is that already, else a copy.
    public func short() throws -> Tensor { try to(.int16) }
    /// The tensor as `int8`, fractions cut off: itself if it is that already, else a copy.
    public func char() throws -> Tensor { try to(.int8) }
    /// The tensor as `uint8`, fractions cut off: itself if it is that already, else a copy.
    public func byte() throws -> Tensor { try to(.uint8) }
    /// The tensor as `bool`, every number but zero as true: itself if it is that already, else a copy.
    public func bool() throws -> Tensor { try to(.bool) }
}
