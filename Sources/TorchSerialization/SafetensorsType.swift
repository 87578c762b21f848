import Torch

extension DType {
    /// The types that safetensors names, in the order in which the reference implementation writes tensors: those with
    /// the largest elements first, so that each begins at a multiple of its elements' size.
    private static let safetensorsNames: [(dtype: DType, name: String)] = [
        (.uint64, "U64"), (.int64, "I64"), (.float64, "F64"), (.complex64, "C64"), (.float32, "F32"), (.uint32, "U32"),
        (.int32, "I32"), (.bfloat16, "BF16"), (.float16, "F16"), (.uint16, "U16"), (.int16, "I16"),
        (.float8e5m2fnuz, "F8_E5M2FNUZ"), (.float8e4m3fnuz, "F8_E4M3FNUZ"), (.float8e8m0fnu, "F8_E8M0"),
        (.float8e4m3fn, "F8_E4M3"), (.float8e5m2, "F8_E5M2"), (.int8, "I8"), (.uint8, "U8"), (.bool, "BOOL"),
    ]
    private static let dtypesByName = Dictionary(uniqueKeysWithValues: safetensorsNames.map { ($0.name, $0.dtype) })
    private static let ranks = Dictionary(
        uniqueKeysWithValues: safetensorsNames.enumerated().map { ($1.dtype, (rank: $0, name: $1.name)) })

    /// The type that a header names; nil for any other text.
    init?(safetensorsName: String) {
        guard let dtype = DType.dtypesByName[safetensorsName] else { return nil }
        self = dtype
    }

    /// The name in a header, and where tensors of the type stand among others; nil for a type that cannot be written.
    var safetensors: (rank: Int, name: String)? {
        DType.ranks[self]
    }
}
