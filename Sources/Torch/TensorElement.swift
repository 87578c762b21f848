/// A Swift type whose values are laid out as the elements of a tensor are.
public protocol TensorElement: BitwiseCopyable, Sendable {
    /// The tensor type of such elements.
    static var dtype: DType { get }
}

extension Float: TensorElement {
    public static var dtype: DType { .float32 }
}

extension Double: TensorElement {
    public static var dtype: DType { .float64 }
}

extension Int: TensorElement {
    public static var dtype: DType { .int64 }
}

extension Int64: TensorElement {
    public static var dtype: DType { .int64 }
}

extension Int32: TensorElement {
    public static var dtype: DType { .int32 }
}

extension Int16: TensorElement {
    public static var dtype: DType { .int16 }
}

extension Int8: TensorElement {
    public static var dtype: DType { .int8 }
}

extension UInt8: TensorElement {
    public static var dtype: DType { .uint8 }
}

extension UInt16: TensorElement {
    public static var dtype: DType { .uint16 }
}

extension UInt32: TensorElement {
    public static var dtype: DType { .uint32 }
}

extension UInt64: TensorElement {
    public static var dtype: DType { .uint64 }
}

extension Bool: TensorElement {
    public static var dtype: DType { .bool }
}

#if !(os(macOS) && arch(x86_64))
    extension Float16: TensorElement {
        public static var dtype: DType { .float16 }
    }
#endif
