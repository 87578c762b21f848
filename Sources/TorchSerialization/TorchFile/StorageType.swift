import Torch

/// How a file states the type of a storage's elements.
///
/// The older types of PyTorch have a class each (`torch.FloatStorage`). The newer ones are stored as bytes
/// (`torch.storage.UntypedStorage`), and each tensor states its type.
enum StorageType: Hashable {
    case typed(DType)
    case untyped

    private static let classes: [(dtype: DType, name: String)] = [
        (.float64, "DoubleStorage"), (.float32, "FloatStorage"), (.float16, "HalfStorage"),
        (.bfloat16, "BFloat16Storage"), (.int64, "LongStorage"), (.int32, "IntStorage"), (.int16, "ShortStorage"),
        (.int8, "CharStorage"), (.uint8, "ByteStorage"), (.bool, "BoolStorage"),
        (.complex128, "ComplexDoubleStorage"), (.complex64, "ComplexFloatStorage"),
    ]
    private static let names = Dictionary(uniqueKeysWithValues: classes.map { ($0.dtype, $0.name) })
    private static let dtypes = Dictionary(uniqueKeysWithValues: classes.map { ($0.name, $0.dtype) })

    /// The type that PyTorch writes for a tensor of this type.
    init(for dtype: DType) {
        self = StorageType.names[dtype] == nil ? .untyped : .typed(dtype)
    }

    /// The class that a file names; `nil` for any other global.
    init?(_ global: PickleGlobal) {
        if global == .untypedStorage {
            self = .untyped
        } else if global.module == "torch", let dtype = StorageType.dtypes[global.name] {
            self = .typed(dtype)
        } else {
            return nil
        }
    }

    var global: PickleGlobal {
        switch self {
        case .typed(let dtype): PickleGlobal(module: "torch", name: StorageType.names[dtype] ?? "")
        case .untyped: .untypedStorage
        }
    }

    /// The size of an element, as the file counts them, in bytes.
    var elementSize: Int {
        switch self {
        case .typed(let dtype): dtype.byteCount ?? 1
        case .untyped: 1
        }
    }
}

extension DType {
    /// The type's name in Python.
    var global: PickleGlobal {
        PickleGlobal(module: "torch", name: description)
    }

    /// The type that a file names, as in `torch.float8_e5m2`; `nil` for any other global.
    init?(_ global: PickleGlobal) {
        guard global.module == "torch", let dtype = DType.byName[global.name] else { return nil }
        self = dtype
    }

    /// The size of one number in bytes; a complex element has two numbers.
    var numberSize: Int {
        (byteCount ?? 1) / (isComplex ? 2 : 1)
    }

    private static let byName: [String: DType] = {
        let all: [DType] = [
            .uint8, .int8, .int16, .int32, .int64, .float16, .float32, .float64, .complex32, .complex64, .complex128,
            .bool, .bfloat16, .float8e5m2, .float8e4m3fn, .float8e5m2fnuz, .float8e4m3fnuz, .uint16, .uint32, .uint64,
            .float8e8m0fnu,
        ]
        return Dictionary(uniqueKeysWithValues: all.map { ($0.description, $0) })
    }()
}
